package otlp

import (
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"

	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// A propagator is one that this package has installed.
type propagator struct{ propagation.TextMapPropagator }

func installPropagator(c config) {
	current := otel.GetTextMapPropagator()
	if _, ours := current.(*propagator); ours || c.replace || global.Unset(current) {
		otel.SetTextMapPropagator(&propagator{newPropagator(c.log)})
	}
}

func newPropagator(log *slog.Logger) propagation.TextMapPropagator {
	const tracecontext, baggage = "tracecontext", "baggage"
	var propagators []propagation.TextMapPropagator
	for _, name := range readList(log, "OTEL_PROPAGATORS", []string{tracecontext, baggage, none}, []string{tracecontext, baggage}) {
		switch name {
		case tracecontext:
			propagators = append(propagators, propagation.TraceContext{})
		case baggage:
			propagators = append(propagators, propagation.Baggage{})
		}
	}
	return propagation.NewCompositeTextMapPropagator(propagators...)
}
