package otelmw

import (
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/aerostore/aerostore"
)

// subject is what a call is about, as far as telemetry tells calls apart.
type subject struct{ operation, namespace, set string }

// subjectOf takes a pointer because copying the call costs as much as finding
// its subject.
func subjectOf(call *aerostore.Call) subject {
	if call.Op.IsSingle() {
		return subject{call.Op.String(), call.Key.Namespace(), call.Key.Set()}
	}
	namespace, set := call.Target()
	return subject{operationName(*call), namespace, set}
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

// describer knows what is the same for all calls on a store.
type describer struct {
	server aerostore.Description
	static []attribute.KeyValue
}

func newDescriber(store aerostore.Store, static []attribute.KeyValue) describer {
	d := describer{static: static}
	if s, ok := aerostore.As[aerostore.Describer](store); ok {
		d.server = s.Describe()
	}
	if d.server.System == "" {
		d.server.System = "aerospike"
	}
	return d
}

// describe returns the attributes that are known before a call.
func (d describer) describe(s subject) []attribute.KeyValue {
	attrs := []attribute.KeyValue{
		semconv.DBSystemNameKey.String(d.server.System),
		semconv.DBOperationName(s.operation),
	}
	if s.namespace != "" {
		attrs = append(attrs, semconv.DBNamespace(s.namespace))
	}
	if s.set != "" {
		attrs = append(attrs, semconv.DBCollectionName(s.set))
	}
	attrs = append(attrs, endpoint(d.server.Address, d.server.Port, semconv.ServerAddress, semconv.ServerPort)...)
	return append(attrs, d.static...)
}

// system returns the attributes of what is about the store and no one operation.
func (d describer) system() []attribute.KeyValue {
	return append([]attribute.KeyValue{semconv.DBSystemNameKey.String(d.server.System)},
		endpoint(d.server.Address, d.server.Port, semconv.ServerAddress, semconv.ServerPort)...)
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
