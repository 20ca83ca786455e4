package otelmw

import (
	"context"
	"iter"
	"math"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/aerostore/aerostore"
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
	summary string
	*series

	active  atomic.Int64
	endings *cache[ending, *series]
}

// seriesTable has the series of a store. An operation or ending for which there is
// no room shares a series with others.
type seriesTable struct {
	operations, others *cache[operation, *operationSeries]
	summaries          *summaries[*operationSeries] // nil if not wanted
	endings            names[operationEnding]
	errorTypes         names[string]
}

type operationEnding struct {
	operation
	summary string
	ending
}

// newSeriesTable returns a table in which half of the operations have a summary, if
// summaries are wanted.
func newSeriesTable(limit int, summary bool, d describer) *seriesTable {
	withSummary := func(o operation, summary string) *operationSeries {
		attributes := d.operationAttributes(o, summary)
		return &operationSeries{
			operation: o,
			summary:   summary,
			series:    newSeries(attributes),
			endings: newCache(math.MaxInt, func(e ending) *series {
				return newSeries(e.appendTo(slices.Clip(attributes)))
			}),
		}
	}
	newOperation := func(o operation) *operationSeries { return withSummary(o, "") }
	t := &seriesTable{
		others:     newCache(math.MaxInt, newOperation), // operation.other returns few
		endings:    newNames[operationEnding](limit),
		errorTypes: newNames[string](min(limit, errorTypeLimit)),
	}
	if summary {
		t.summaries = newSummaries(limit/2, withSummary)
		limit -= limit / 2
	}
	t.operations = newCache(limit, newOperation)
	return t
}

// of returns the series of a call.
func (t *seriesTable) of(call *aerostore.Call) *operationSeries {
	o := operationOf(call)
	if t.summaries != nil {
		if s, ok := t.summaries.of(o, call); ok {
			return s
		}
	}
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
	if !resultCodes()[name] && !t.errorTypes.admit(name) || !t.endings.admit(operationEnding{o.operation, o.summary, e}) {
		if e = e.other(); e == (ending{}) {
			return o.series
		}
	}
	return o.endings.get(e)
}

// observe reports how many operations are active.
func (t *seriesTable) observe(_ context.Context, o metric.Observer, active metric.Int64Observable) {
	for s := range t.all() {
		o.ObserveInt64(active, s.active.Load(), s.observe...)
	}
}

// all returns the series of all operations.
func (t *seriesTable) all() iter.Seq[*operationSeries] {
	return func(yield func(*operationSeries) bool) {
		tables := []iter.Seq[*operationSeries]{t.operations.values(), t.others.values()}
		if t.summaries != nil {
			tables = append(tables, t.summaries.values())
		}
		for _, table := range tables {
			for s := range table {
				if !yield(s) {
					return
				}
			}
		}
	}
}
