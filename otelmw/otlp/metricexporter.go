package otlp

import (
	"context"
	"errors"
	"os"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
)

// metricExporter watches how another fares.
type metricExporter struct {
	sdkmetric.Exporter
	*health
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
		console: func() (sdkmetric.Exporter, error) {
			return stdoutmetric.New(stdoutmetric.WithWriter(os.Stdout))
		},
		otlp: func(url string, dial grpc.DialOption) (sdkmetric.Exporter, error) {
			options := []otlpmetricgrpc.Option{otlpmetricgrpc.WithDialOption(dial)}
			if url != "" {
				options = append(options, otlpmetricgrpc.WithEndpointURL(url))
			}
			return otlpmetricgrpc.New(ctx, options...)
		},
	}.open(c.log)
	var exporters []*metricExporter
	for _, w := range opened {
		exporters = append(exporters, &metricExporter{w.exporter, w.health})
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
