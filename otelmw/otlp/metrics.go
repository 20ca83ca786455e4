package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/aerostore/aerostore/otelmw/internal/global"
)

var metrics = signal{name: "metrics are"}

// InitMetrics starts the export of measurements as the environment says and
// installs the global meter provider. It returns at once, whether or not a
// collector is there. A second call does nothing; after [ShutdownMetrics] the
// next one starts again, and middleware already wired follows. An application
// has to take instruments of its own anew, since OpenTelemetry's API binds those
// to one provider.
//
// A global meter provider that somebody else installed stays, unless
// [WithReplaceGlobal] says otherwise; beside it nothing is started. If
// InitMetrics fails, nothing was started or installed.
//
// It is safe to call from many goroutines.
func InitMetrics(ctx context.Context, opts ...Option) error {
	c := newConfig(opts)
	return metrics.init(c.later, func() (*pipeline, error) { return startMetrics(ctx, c) })
}

// ShutdownMetrics stops measuring and sends what was measured last. It takes
// until ctx is done, or five seconds if ctx has no deadline, and returns an
// error that says to where it could not be sent and why. Nothing of the export
// runs on after it.
//
// A call while another is under way waits for it and returns the same. Without
// anything to stop it returns nil. It is safe to call from many goroutines.
func ShutdownMetrics(ctx context.Context) error { return metrics.shutdown(ctx) }

func startMetrics(ctx context.Context, c config) (*pipeline, error) {
	if disabled(c.log) || !mayInstallMetrics(c) {
		return nil, nil
	}
	defer correctValues(c.log, "METRICS", metricsVariables)()
	exporters, err := openMetricExporters(ctx, c)
	if err != nil {
		return nil, err
	}
	options := []sdkmetric.Option{sdkmetric.WithResource(newResource(ctx, c))}
	for _, reader := range c.readers {
		options = append(options, sdkmetric.WithReader(reader))
	}
	for _, e := range exporters {
		options = append(options, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(e)))
	}
	sdk := sdkmetric.NewMeterProvider(options...)
	otel.SetMeterProvider(sdk)
	return &pipeline{
		uninstall: func() {
			if otel.GetMeterProvider() == metric.MeterProvider(sdk) {
				otel.SetMeterProvider(new(global.Off))
			}
		},
		flush: func(ctx context.Context) error { return flushMetrics(ctx, sdk, exporters) },
		stop:  func(ctx context.Context) error { return stopMetrics(ctx, sdk, exporters) },
	}, nil
}

// mayInstallMetrics reports whether the global meter provider is ours to set.
func mayInstallMetrics(c config) bool {
	current := otel.GetMeterProvider()
	if _, off := current.(*global.Off); off || c.replace || global.Unset(current) {
		return true
	}
	c.log.Info("otlp: another meter provider is installed and stays: measurements go there",
		slog.String("provider", fmt.Sprintf("%T", current)))
	return false
}

func flushMetrics(ctx context.Context, sdk *sdkmetric.MeterProvider, exporters []*metricExporter) error {
	if err := within(ctx, sdk.ForceFlush); err != nil && ctx.Err() != nil {
		return fmt.Errorf("the metrics are still to be sent: %w", ctx.Err())
	}
	return unsentMetrics("the metrics", exporters)
}

func unsentMetrics(which string, exporters []*metricExporter) error {
	var errs []error
	for _, e := range exporters {
		if reason := e.ill(); reason != nil {
			errs = append(errs, fmt.Errorf("%s could not be sent to %s: %w", which, e.exporter, reason))
		}
	}
	return errors.Join(errs...)
}

// stopMetrics leaves it to the readers to send what was measured last.
func stopMetrics(ctx context.Context, sdk *sdkmetric.MeterProvider, exporters []*metricExporter) error {
	for _, e := range exporters {
		e.reach.end()
	}
	err := within(ctx, sdk.Shutdown)
	unsent := unsentMetrics("the last metrics", exporters)
	if unsent == nil && err != nil {
		return fmt.Errorf("the last metrics may not have been sent: %w", err)
	}
	return unsent
}
