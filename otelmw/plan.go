package otelmw

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
)

// subject is what tells one plan from another.
type subject struct{ operation, namespace, set string }

// plan is what all spans about one subject begin with, prepared once.
type plan struct {
	name    string
	options []trace.SpanStartOption
}

// start returns the options to start a call's span with.
func (p *plan) start(call aerostore.Call) []trace.SpanStartOption {
	if !isBatch(call) {
		return p.options
	}
	return append(p.options, trace.WithAttributes(semconv.DBOperationBatchSize(call.Len())))
}

// planner makes plans.
type planner struct {
	spanName func(operation, namespace, set string) string
	server   aerostore.Description
	static   []attribute.KeyValue
}

func (m planner) plan(s subject) *plan {
	attrs := []attribute.KeyValue{
		semconv.DBSystemNameKey.String(m.server.System),
		semconv.DBOperationName(s.operation),
	}
	if s.namespace != "" {
		attrs = append(attrs, semconv.DBNamespace(s.namespace))
	}
	if s.set != "" {
		attrs = append(attrs, semconv.DBCollectionName(s.set))
	}
	attrs = append(attrs, endpoint(m.server.Address, m.server.Port, semconv.ServerAddress, semconv.ServerPort)...)
	attrs = append(attrs, m.static...)
	return &plan{
		name: m.spanName(s.operation, s.namespace, s.set),
		// Clipped, so that a call's own option makes a copy.
		options: slices.Clip([]trace.SpanStartOption{
			trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attrs...),
		}),
	}
}

// endpoint returns address and port as attributes, as far as they are known.
func endpoint(address string, port int, addressOf func(string) attribute.KeyValue, portOf func(int) attribute.KeyValue) []attribute.KeyValue {
	switch {
	case address == "":
		return nil
	case port == 0:
		return []attribute.KeyValue{addressOf(address)}
	default:
		return []attribute.KeyValue{addressOf(address), portOf(port)}
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

func subjectOf(call aerostore.Call) subject {
	namespace, set := call.Target()
	return subject{operationName(call), namespace, set}
}

// isBatch leaves out the batch of one key, which the conventions count among
// the operations on a single record.
func isBatch(call aerostore.Call) bool { return call.IsBatch() && call.Len() != 1 }

func operationName(call aerostore.Call) string {
	if call.IsBatch() && call.Len() == 1 {
		return single(call.Op).String()
	}
	return call.Name()
}

// single returns the operation on a single record that does what a batch does
// for each key.
func single(batch aerostore.Op) aerostore.Op {
	switch batch {
	case aerostore.OpBatchRead:
		return aerostore.OpGet
	case aerostore.OpBatchWrite:
		return aerostore.OpPut
	case aerostore.OpBatchOperate:
		return aerostore.OpOperate
	default:
		return aerostore.OpRemove
	}
}
