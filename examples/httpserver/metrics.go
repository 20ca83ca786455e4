package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	prometheusexporter "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// metricsPath is the path that Prometheus scrapes.
const metricsPath = "/metrics"

// newMetrics returns a reader of the measurements and the page that Prometheus
// scrapes. In the OpenMetrics format the page has exemplars, too.
func newMetrics() (sdkmetric.Reader, http.Handler, error) {
	registry := prometheus.NewRegistry()
	reader, err := prometheusexporter.New(prometheusexporter.WithRegisterer(registry))
	if err != nil {
		return nil, nil, err
	}
	return reader, promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}), nil
}

// observed reports whether a request has a span and is measured.
func observed(r *http.Request) bool { return r.URL.Path != metricsPath }
