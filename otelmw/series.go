package otelmw

import (
	"context"
	"math"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// A series is a set of attributes that measurements are recorded with. Preparing its
// options once saves four allocations for each measurement.
type series struct {
	record  []metric.RecordOption
	add     []metric.AddOption
	observe []metric.ObserveOption
}

func newSeries(attributes []attribute.KeyValue) *series {
	set := metric.WithAttributeSet(attribute.NewSet(attributes...))
	return &series{
		record:  []metric.RecordOption{set},
		add:     []metric.AddOption{set},
		observe: []metric.ObserveOption{set},
	}
}

// operationSeries are the series of one operation: one for its success and one for
// each other ending.
type operationSeries struct {
	operation
	*series

	active  atomic.Int64
	endings *cache[ending, *series]
}

// seriesTable has the series of a store. An operation or ending for which there is
// no room shares a series with others.
type seriesTable struct {
	operations, others *cache[operation, *operationSeries]
	endings            names[operationEnding]
	errorTypes         names[string]
}

type operationEnding struct {
	operation
	ending
}

func newSeriesTable(limit int, d describer) *seriesTable {
	newOperation := func(o operation) *operationSeries {
		attributes := d.operationAttributes(o)
		return &operationSeries{
			operation: o,
			series:    newSeries(attributes),
			endings: newCache(math.MaxInt, func(e ending) *series {
				return newSeries(e.appendTo(slices.Clip(attributes)))
			}),
		}
	}
	return &seriesTable{
		operations: newCache(limit, newOperation),
		others:     newCache(math.MaxInt, newOperation), // operation.other returns few
		endings:    newNames[operationEnding](limit),
		errorTypes: newNames[string](min(limit, errorTypeLimit)),
	}
}

// of returns the series of an operation.
func (t *seriesTable) of(o operation) *operationSeries {
	if s, ok := t.operations.keep(o); ok {
		return s
	}
	return t.others.get(o.other())
}

// ended returns the series of an operation that ended so.
func (t *seriesTable) ended(o *operationSeries, e ending) *series {
	if e == (ending{}) {
		return o.series
	}
	if s, ok := o.endings.find(e); ok {
		return s
	}
	name := e.name()
	if !resultCodes()[name] && !t.errorTypes.admit(name) || !t.endings.admit(operationEnding{o.operation, e}) {
		if e = e.other(); e == (ending{}) {
			return o.series
		}
	}
	return o.endings.get(e)
}

// observe reports how many operations are active.
func (t *seriesTable) observe(_ context.Context, o metric.Observer, active metric.Int64Observable) {
	for _, c := range []*cache[operation, *operationSeries]{t.operations, t.others} {
		for s := range c.values() {
			o.ObserveInt64(active, s.active.Load(), s.observe...)
		}
	}
}
