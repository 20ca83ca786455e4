package otelmw

import (
	"context"
	"runtime"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"
)

// The conventions recommend boundaries from a millisecond on. Most answers of
// Aerospike come sooner.
var (
	defaultBoundaries = []float64{.0001, .00025, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 10}
	rowsBoundaries    = []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000}
)

// instruments are what a provider measures with.
type instruments struct {
	duration metric.Float64Histogram
	rows     metric.Int64Histogram
	retries  metric.Int64Counter
	active   metric.Registration
	cluster  *cluster
	layers   *layerMeter
	cleanup  runtime.Cleanup // unregisters, too
}

// newInstruments never fails: what the provider does not make measures nothing, and
// is complained of.
func newInstruments(provider metric.MeterProvider, boundaries []float64, active func(context.Context, metric.Int64ObservableUpDownCounter, metric.Observer), c *complaints) *instruments {
	meter := meterFrom(provider)
	duration, err := dbconv.NewClientOperationDuration(meter, metric.WithExplicitBucketBoundaries(boundaries...))
	c.add(err)
	rows, err := dbconv.NewClientResponseReturnedRows(meter, metric.WithExplicitBucketBoundaries(rowsBoundaries...))
	c.add(err)
	i := &instruments{
		duration: duration.Float64Histogram,
		rows:     rows.Int64Histogram,
		retries:  noop.Int64Counter{},
		active:   noop.Registration{},
	}
	retries, err := meter.Int64Counter("aerospike.client.retries",
		metric.WithUnit("{retry}"), metric.WithDescription("Attempts at an operation beyond its first."))
	if c.add(err) {
		i.retries = retries
	}
	gauge, err := meter.Int64ObservableUpDownCounter("aerospike.client.operations.active",
		metric.WithUnit("{operation}"), metric.WithDescription("Operations that have begun and not ended."))
	if !c.add(err) {
		return i
	}
	registration, err := meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		active(ctx, gauge, o)
		return nil
	}, gauge)
	if c.add(err) {
		i.active = registration
	}
	return i
}

func (i *instruments) close(c *complaints) {
	i.cleanup.Stop()
	i.unregister(c)
}

func (i *instruments) unregister(c *complaints) {
	c.add(i.active.Unregister())
	i.cluster.unregister(c)
	i.layers.unregister(c)
}

// abandon is for when nobody holds the store any more.
func (i *instruments) abandon() {
	var c complaints
	i.unregister(&c)
	c.handle()
}

func meterFrom(provider metric.MeterProvider) metric.Meter {
	return provider.Meter(scopeName,
		metric.WithInstrumentationVersion(scopeVersion()), metric.WithSchemaURL(semconv.SchemaURL))
}
