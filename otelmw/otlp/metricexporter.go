package otlp

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
)

// A metricExporter reports the exports of another to health.
type metricExporter struct {
	sdkmetric.Exporter
	*health

	final *finalAttempt
}

func openMetricExporters(ctx context.Context, c config) ([]*metricExporter, error) {
	opened, err := exporterMaker[sdkmetric.Exporter]{
		signal: "METRICS",
		messages: messages{
			fails:   "otlp: metrics cannot be exported; the totals are kept",
			works:   "otlp: metrics are exported again",
			inPart:  "otlp: the collector accepts metrics in part; this is logged once",
			lostKey: "missed",
		},
		console: newConsoleMetrics,
		grpc: func(c collector, dial ...grpc.DialOption) (sdkmetric.Exporter, error) {
			to := otlpmetricgrpc.WithEndpoint(c.endpoint)
			if c.isURL {
				to = otlpmetricgrpc.WithEndpointURL(c.endpoint)
			}
			return otlpmetricgrpc.New(ctx, to, otlpmetricgrpc.WithDialOption(dial...))
		},
		http: func(c collector, client *http.Client, timeout time.Duration) (sdkmetric.Exporter, error) {
			e, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(c.endpoint), otlpmetrichttp.WithHTTPClient(client))
			return &httpMetrics{e, client, timeout}, err
		},
	}.open(c.log)
	var exporters []*metricExporter
	for _, w := range opened {
		exporters = append(exporters, &metricExporter{w.exporter, w.health, w.final})
	}
	return exporters, err
}

// httpMetrics is [httpSpans] for metrics.
type httpMetrics struct {
	sdkmetric.Exporter

	client  *http.Client
	timeout time.Duration // 0 for none
}

// Export implements [sdkmetric.Exporter].
func (e *httpMetrics) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	ctx, cancel := limited(ctx, e.timeout)
	defer cancel()
	return e.Exporter.Export(ctx, m)
}

// Shutdown implements [sdkmetric.Exporter].
func (e *httpMetrics) Shutdown(ctx context.Context) error {
	defer e.client.CloseIdleConnections()
	return e.Exporter.Shutdown(ctx)
}

// Export implements [sdkmetric.Exporter]. It returns nil, because the reader would pass
// each error to OpenTelemetry's error handler. An export that the shutdown interrupts
// does not count: the last export has the same totals.
func (e *metricExporter) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	err := e.Exporter.Export(ctx, m)
	if err == nil || !errors.Is(ctx.Err(), context.Canceled) {
		e.exported(1, err)
	}
	return nil
}
