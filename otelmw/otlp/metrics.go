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

// InitMetrics starts the export of metrics and installs the global meter provider. The
// environment configures it. It returns at once, whether or not a collector is running.
//
// A second call does nothing. A call after [ShutdownMetrics] starts again, and existing
// middlewares use the new provider. Instruments that the application made itself must be
// made again, because OpenTelemetry's API binds them to one provider.
//
// InitMetrics keeps a global meter provider that was installed by other code, and then
// starts nothing, unless [WithReplaceGlobal] is given. If it returns an error, nothing
// was started or installed.
//
// It is safe for concurrent use.
func InitMetrics(ctx context.Context, opts ...Option) error {
	c := newConfig(opts)
	return metrics.init(c.handler, func() (*pipeline, error) { return startMetrics(ctx, c) })
}

// ShutdownMetrics stops recording and exports the last metrics. It takes until ctx is
// done, or five seconds if ctx has no deadline. It returns an error that names the
// exporters that failed, with the reasons. No export continues after it.
//
// A concurrent call waits for the first and returns the same error. If metrics are not
// running it returns nil. It is safe for concurrent use.
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

// mayInstallMetrics reports whether the global meter provider may be replaced.
func mayInstallMetrics(c config) bool {
	current := otel.GetMeterProvider()
	if _, off := current.(*global.Off); off || c.replace || global.Unset(current) {
		return true
	}
	c.log.Info("otlp: another meter provider is installed and is used: no metrics are exported by this package",
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
		if reason := e.failingWith(); reason != nil {
			errs = append(errs, fmt.Errorf("%s could not be sent to %s: %w", which, e.exporter, reason))
		}
	}
	return errors.Join(errs...)
}

// stopMetrics has the readers export the last metrics.
func stopMetrics(ctx context.Context, sdk *sdkmetric.MeterProvider, exporters []*metricExporter) error {
	for _, e := range exporters {
		e.final.end()
	}
	err := within(ctx, sdk.Shutdown)
	unsent := unsentMetrics("the last metrics", exporters)
	if unsent == nil && err != nil {
		return fmt.Errorf("the last metrics may not have been sent: %w", err)
	}
	return unsent
}
