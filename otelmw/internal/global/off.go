package global

import "go.opentelemetry.io/otel/metric/noop"

// Off is the global meter provider after a shutdown.
type Off struct{ noop.MeterProvider }
