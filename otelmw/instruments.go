package otelmw

import (
	"context"
	"runtime"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"
)

// The conventions recommend boundaries from a millisecond up. Most answers of
// Aerospike take less.
var (
	defaultBoundaries = []float64{.0001, .00025, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 10}
	rowsBoundaries    = []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000}
)

// instruments are those that one provider made, with the callbacks registered with
// it.
type instruments struct {
	provider metric.MeterProvider
	meter    metric.Meter
	duration metric.Float64Histogram
	rows     metric.Int64Histogram
	retries  metric.Int64Counter

	unregister []func() error
	cleanup    runtime.Cleanup // unregisters them when the store is no longer used
}

// newInstruments never fails. An instrument that the provider does not make records
// nothing.
func newInstruments(provider metric.MeterProvider, boundaries []float64, errs *errorList) *instruments {
	meter := provider.Meter(scopeName,
		metric.WithInstrumentationVersion(scopeVersion()), metric.WithSchemaURL(semconv.SchemaURL))
	duration, err := dbconv.NewClientOperationDuration(meter, metric.WithExplicitBucketBoundaries(boundaries...))
	errs.add(err)
	rows, err := dbconv.NewClientResponseReturnedRows(meter, metric.WithExplicitBucketBoundaries(rowsBoundaries...))
	errs.add(err)
	retries, err := meter.Int64Counter("aerospike.client.retries",
		metric.WithUnit("{retry}"), metric.WithDescription("Number of attempts at an operation after its first."))
	if !errs.add(err) {
		retries = noop.Int64Counter{}
	}
	return &instruments{
		provider: provider,
		meter:    meter,
		duration: duration.Float64Histogram,
		rows:     rows.Int64Histogram,
		retries:  retries,
	}
}

func (i *instruments) observeActive(series *seriesTable, errs *errorList) {
	active, err := i.meter.Int64ObservableUpDownCounter("aerospike.client.operations.active",
		metric.WithUnit("{operation}"), metric.WithDescription("Number of operations that have begun and not ended."))
	if !errs.add(err) {
		return
	}
	i.register(func(ctx context.Context, o metric.Observer) error {
		series.observe(ctx, o, active)
		return nil
	}, []metric.Observable{active}, func() {}, errs)
}

// register registers a callback for instruments, if there are any. It calls leave
// when the callback is unregistered, or could not be registered.
func (i *instruments) register(observe metric.Callback, made []metric.Observable, leave func(), errs *errorList) {
	if len(made) == 0 {
		leave()
		return
	}
	registration, err := i.meter.RegisterCallback(observe, made...)
	if !errs.add(err) {
		leave()
		return
	}
	i.unregister = append(i.unregister, func() error {
		leave()
		return registration.Unregister()
	})
}

// close unregisters all callbacks.
func (i *instruments) close(errs *errorList) {
	i.cleanup.Stop()
	for _, unregister := range i.unregister {
		errs.add(unregister())
	}
}

// abandon closes the instruments of a store that is no longer used.
func (i *instruments) abandon() {
	var errs errorList
	i.close(&errs)
	errs.handle()
}
