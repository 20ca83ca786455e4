package otelmw

import (
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/aerostore/aerostore"
)

// A describer returns the attributes of a store and of its operations.
type describer struct {
	server aerostore.Description
	static []attribute.KeyValue // of WithAttributes
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

// operationAttributes returns those that are known before a call. The summary may be "".
func (d describer) operationAttributes(o operation, summary string) []attribute.KeyValue {
	attrs := []attribute.KeyValue{semconv.DBOperationName(o.name)}
	if o.namespace != "" {
		attrs = append(attrs, semconv.DBNamespace(o.namespace))
	}
	if o.set != "" {
		attrs = append(attrs, semconv.DBCollectionName(o.set))
	}
	if summary != "" {
		attrs = append(attrs, semconv.DBQuerySummary(summary))
	}
	return d.storeAttributes(attrs...)
}

// storeAttributes returns those of the store, with others.
func (d describer) storeAttributes(more ...attribute.KeyValue) []attribute.KeyValue {
	attrs := append([]attribute.KeyValue{semconv.DBSystemNameKey.String(d.server.System)}, more...)
	attrs = append(attrs, endpoint(d.server.Address, d.server.Port, semconv.ServerAddress, semconv.ServerPort)...)
	return append(attrs, d.static...)
}

// endpoint returns an address and its port as attributes, as far as they are known.
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
