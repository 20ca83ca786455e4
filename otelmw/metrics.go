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

// Metrics returns a middleware that measures each operation; the package's
// documentation says what. It changes neither calls nor results. The middleware
// may wrap any number of stores.
//
// Place it directly inside [Tracing]. Both then measure the same, and the
// context that a measurement is made with holds the operation's span, which an
// exemplar links the measurement to:
//
//	aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics(), retry)
//
// What it registers with a provider is unregistered when another provider takes
// that one's place, or when the store is no longer in use. Until then the
// provider holds a backend that is an [aerostore.StatsReporter], and the layers
// beneath.
func Metrics(opts ...Option) aerostore.Middleware {
	c := newConfig(opts)
	return func(next aerostore.Store) aerostore.Store {
		return aerostore.Intercept(newMetrics(c, next).intercept)(next)
	}
}

// metrics is the middleware around one store.
type metrics struct {
	config
	source  *source[metric.MeterProvider, instruments]
	points  *points
	cluster *clusterSource
	layers  *layerSource
}

func newMetrics(c config, next aerostore.Store) *metrics {
	d := newDescriber(next, c.attributes)
	m := &metrics{
		config:  c,
		points:  newPoints(c.limitOr(seriesLimit), d),
		cluster: newClusterSource(next, d, c.limitOr(seriesLimit)),
		layers:  newLayerSource(next, d, c.limitOr(seriesLimit)),
	}
	m.source = newSource(c.meterProvider, otel.GetMeterProvider, m.open, (*instruments).close)
	return m
}

// open hands the provider nothing that m is reached from: a middleware is never
// closed, so that its end is when nobody holds it any more.
func (m *metrics) open(provider metric.MeterProvider, c *complaints) *instruments {
	i := newInstruments(provider, m.boundaries, m.points.observe, c)
	i.cluster = m.cluster.register(provider, c)
	i.layers = m.layers.register(provider, c)
	i.cleanup = runtime.AddCleanup(m, (*instruments).abandon, i)
	return i
}

func (m *metrics) intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		i := m.source.get()
		if i == nil || m.unwanted(ctx, &call) {
			return next(ctx, call)
		}
		return m.measure(ctx, i, &call, next)
	}
}

// epoch is what durations are measured from: time.Since reads one clock, at a
// third of what time.Now costs, which reads two.
var epoch = time.Now()

func (m *metrics) measure(ctx context.Context, i *instruments, call *aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	p := m.points.success(call)
	p.active.Add(1)
	begin := time.Since(epoch)
	returned := false
	defer func() {
		p.active.Add(-1)
		// A panic, a classifier's too, is seen by what did not happen; it goes on.
		if !returned {
			ended := m.points.failed(p, ending{errorType: judgement.Panic})
			i.duration.Record(ctx, (time.Since(epoch) - begin).Seconds(), ended.record...)
		}
	}()
	result, err := next(ctx, *call)
	took := time.Since(epoch) - begin
	ended := p
	if err != nil || call.IsBatch() {
		if e := m.judge(ctx, *call, result, err).ending(); e != (ending{}) {
			ended = m.points.failed(p, e)
		}
	}
	more := m.attributesOf(ctx, *call, result, err)
	returned = true
	i.duration.Record(ctx, took.Seconds(), with(ended.record, more)...)
	if !call.Op.IsSingle() {
		if n, ok := rows(*call, result); ok {
			i.rows.Record(ctx, int64(n), with(ended.record, more)...)
		}
	}
	if result.Attempts > 1 {
		i.retries.Add(ctx, int64(result.Attempts)-1, with(ended.add, more)...)
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
