package otelmw

import (
	"slices"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
)

// plan is what all spans about one subject begin with, prepared once.
type plan struct {
	name    string
	options []trace.SpanStartOption
}

// start returns the options to start a call's span with.
func (p *plan) start(call *aerostore.Call) []trace.SpanStartOption {
	if !call.Op.IsBatch() || !isBatch(*call) {
		return p.options
	}
	return append(p.options, trace.WithAttributes(semconv.DBOperationBatchSize(call.Len())))
}

// planner makes plans.
type planner struct {
	spanName func(operation, namespace, set string) string
	describer
}

func (m planner) plan(s subject) *plan {
	return &plan{
		name: m.spanName(s.operation, s.namespace, s.set),
		// Clipped, so that a call's own option makes a copy.
		options: slices.Clip([]trace.SpanStartOption{
			trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(m.describe(s)...),
		}),
	}
}

// spanName is the default name.
func spanName(operation, namespace, set string) string {
	switch {
	case namespace == "":
		return operation
	case set == "":
		return operation + " " + namespace
	default:
		return operation + " " + namespace + "." + set
	}
}
