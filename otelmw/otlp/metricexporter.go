package otlp

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
)

// metricExporter watches how another fares.
type metricExporter struct {
	sdkmetric.Exporter
	*health

	reach *reach
}

func openMetricExporters(ctx context.Context, c config) ([]*metricExporter, error) {
	opened, err := makers[sdkmetric.Exporter]{
		signal: "METRICS",
		wording: wording{
			fails:   "otlp: metrics cannot be exported until this is over; totals go on",
			works:   "otlp: metrics are exported again",
			inPart:  "otlp: the collector takes metrics in part; this is said once",
			lostKey: "missed",
		},
		console: newConsoleMetrics,
		otlp: func(c collector, dial ...grpc.DialOption) (sdkmetric.Exporter, error) {
			to := otlpmetricgrpc.WithEndpoint(c.endpoint)
			if c.isURL {
				to = otlpmetricgrpc.WithEndpointURL(c.endpoint)
			}
			return otlpmetricgrpc.New(ctx, to, otlpmetricgrpc.WithDialOption(dial...))
		},
	}.open(c.log)
	var exporters []*metricExporter
	for _, w := range opened {
		exporters = append(exporters, &metricExporter{w.exporter, w.health, w.reach})
	}
	return exporters, err
}

// Export implements [sdkmetric.Exporter]. It returns no error, which the reader
// would only pass to OpenTelemetry's error handler, time after time. An export
// that the shutdown interrupts is made up for by its last one.
func (e *metricExporter) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	err := e.Exporter.Export(ctx, m)
	if err == nil || !errors.Is(ctx.Err(), context.Canceled) {
		e.exported(1, err)
	}
	return nil
}
