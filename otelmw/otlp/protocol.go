package otlp

import "log/slog"

// A protocol is a transport of OTLP.
type protocol uint8

const (
	overGRPC protocol = iota
	overHTTP          // with protobuf in the bodies
)

// readProtocol returns the protocol of a signal, with a warning for one that does not
// exist here.
func readProtocol(log *slog.Logger, signal string) protocol {
	variable, value := read("OTEL_EXPORTER_OTLP_"+signal+"_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	switch value {
	case "", "grpc":
	case "http/protobuf":
		return overHTTP
	case "http/json":
		warnUnknown(log, variable, value, "http/protobuf is used, to the same endpoint; http/json is not supported")
		return overHTTP
	default:
		warnUnknown(log, variable, value, "grpc is used; the other supported protocol is http/protobuf")
	}
	return overGRPC
}
