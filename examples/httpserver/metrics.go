package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	prometheusexporter "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// metricsPath is where Prometheus asks.
const metricsPath = "/metrics"

// newMetrics returns a reader for what is measured, and the page on which
// Prometheus finds it. Asked for OpenMetrics, the page has exemplars, too.
func newMetrics() (sdkmetric.Reader, http.Handler, error) {
	registry := prometheus.NewRegistry()
	reader, err := prometheusexporter.New(prometheusexporter.WithRegisterer(registry))
	if err != nil {
		return nil, nil, err
	}
	return reader, promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}), nil
}

// observed tells whether a request is one to have a span and be measured.
func observed(r *http.Request) bool { return r.URL.Path != metricsPath }
