package otelmw

import (
	"context"
	"runtime"
	"slices"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// Metrics returns a middleware that measures each operation. The package
// documentation lists the instruments. It changes neither calls nor results. The
// middleware may wrap any number of stores.
//
// Place it directly inside [Tracing]. Both then measure the same calls, and the
// operation's span becomes the exemplar of its measurements:
//
//	aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics(), retry)
//
// Metrics registers callbacks with the provider. They are unregistered when another
// provider replaces it, or when the store is no longer used. Until then the provider
// keeps the layers beneath reachable, and the backend if it is an
// [aerostore.StatsReporter].
func Metrics(opts ...Option) aerostore.Middleware {
	c := newConfig(opts)
	return func(next aerostore.Store) aerostore.Store {
		return aerostore.Intercept(newMetrics(c, next).intercept)(next)
	}
}

// metrics is the middleware around one store.
type metrics struct {
	config
	describer

	instruments *follower[metric.MeterProvider, instruments]
	series      *seriesTable
	reporter    aerostore.StatsReporter // nil if the backend is none
	layers      []aerostore.Layer
}

func newMetrics(c config, next aerostore.Store) *metrics {
	d := newDescriber(next, c.attributes)
	m := &metrics{
		config:    c,
		describer: d,
		series:    newSeriesTable(c.limitOr(seriesLimit), c.summary, d),
		layers:    aerostore.Layers(next),
	}
	m.reporter, _ = aerostore.As[aerostore.StatsReporter](next)
	m.instruments = newFollower(c.meterProvider, otel.GetMeterProvider, m.open, (*instruments).close)
	return m
}

// open passes the provider nothing that refers to m. A middleware is never closed,
// so its callbacks are unregistered once m is unreachable.
func (m *metrics) open(provider metric.MeterProvider, errs *errorList) *instruments {
	i := newInstruments(provider, m.boundaries, errs)
	i.observeActive(m.series, errs)
	i.observeBackend(m.reporter, m.describer, m.limitOr(seriesLimit), errs)
	i.observeLayers(m.layers, m.describer, m.limitOr(seriesLimit), errs)
	i.cleanup = runtime.AddCleanup(m, (*instruments).abandon, i)
	return i
}

func (m *metrics) intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		i := m.instruments.get()
		if i == nil || m.skips(ctx, &call) {
			return next(ctx, call)
		}
		return m.measure(ctx, i, &call, next)
	}
}

// epoch is when durations are measured from. time.Since reads one clock and time.Now
// two, which takes 40 ns more.
var epoch = time.Now()

func (m *metrics) measure(ctx context.Context, i *instruments, call *aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	begun := m.series.of(call)
	begun.active.Add(1)
	begin := time.Since(epoch)
	returned := false
	defer func() {
		begun.active.Add(-1)
		if !returned { // next or a function of the application's panicked
			s := m.series.ended(begun, ending{errorType: judgement.Panic})
			i.duration.Record(ctx, (time.Since(epoch) - begin).Seconds(), s.record...)
		}
	}()
	result, err := next(ctx, *call)
	duration := time.Since(epoch) - begin
	s := begun.series
	if err != nil || call.IsBatch() {
		s = m.series.ended(begun, m.outcomeOf(ctx, *call, result, err).ending())
	}
	more := m.attributesOf(ctx, *call, result, err)
	returned = true
	i.duration.Record(ctx, duration.Seconds(), with(s.record, more)...)
	if rows, ok := returnedRows(call, result); ok {
		i.rows.Record(ctx, int64(rows), with(s.record, more)...)
	}
	if result.Attempts > 1 {
		i.retries.Add(ctx, int64(result.Attempts)-1, with(s.add, more)...)
	}
	return result, err
}

// with returns the options with more attributes.
func with[O any](options []O, more []attribute.KeyValue) []O {
	if len(more) == 0 {
		return options
	}
	return append(slices.Clip(options), any(metric.WithAttributes(more...)).(O))
}
