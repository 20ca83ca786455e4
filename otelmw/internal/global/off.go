package global

import "go.opentelemetry.io/otel/metric/noop"

// Off is the meter provider that stands in the global one's place after its
// shutdown.
type Off struct{ noop.MeterProvider }
