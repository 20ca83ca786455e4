package otlp

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// An exporterMaker makes the exporters of a signal.
type exporterMaker[E any] struct {
	signal   string // in the names of variables: TRACES
	messages messages
	console  func() (E, error)
	// grpc and http make an exporter that reads the other variables itself.
	grpc func(c collector, dial ...grpc.DialOption) (E, error)
	http func(c collector, client *http.Client, timeout time.Duration) (E, error)
}

// An openedExporter is an exporter with the state of its exports.
type openedExporter[E any] struct {
	exporter E
	health   *health
	final    *finalAttempt
}

// open makes the exporters that the environment names.
func (m exporterMaker[E]) open(log *slog.Logger) ([]openedExporter[E], error) {
	var exporters []openedExporter[E]
	for _, kind := range exporterKinds(log, m.signal) {
		w := openedExporter[E]{health: &health{messages: m.messages, exporter: kind, log: log}, final: newFinalAttempt()}
		var err error
		switch kind {
		case kindConsole:
			w.exporter, err = m.console()
		case kindOTLP:
			w.exporter, err = m.openOTLP(w.health, w.final)
		}
		if err != nil {
			return nil, err
		}
		exporters = append(exporters, w)
	}
	return exporters, nil
}

// maxReconnectDelay is how long it may take to notice that a collector is back.
// gRPC's default is two minutes.
const maxReconnectDelay = 10 * time.Second

func (m exporterMaker[E]) openOTLP(h *health, f *finalAttempt) (E, error) {
	var e E
	c, err := findCollector(h.log, m.signal)
	if err != nil {
		return e, err
	}
	h.exporter = c.endpoint
	defer withholdVariables(m.signal)()
	if c.protocol == overHTTP {
		timeout := exportTime.of("OTEL_EXPORTER_OTLP_"+m.signal+"_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
		e, err = m.http(c, newHTTPClient(m.signal, c.path, f), time.Duration(timeout)*time.Millisecond)
	} else {
		e, err = m.openGRPC(c, f)
	}
	if err != nil {
		return e, fmt.Errorf("no exporter for %s: %w", c.endpoint, err)
	}
	return e, nil
}

func (m exporterMaker[E]) openGRPC(c collector, f *finalAttempt) (E, error) {
	reconnect := grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: maxReconnectDelay}
	reconnect.Backoff.MaxDelay = maxReconnectDelay
	return m.grpc(c, grpc.WithConnectParams(reconnect), grpc.WithChainUnaryInterceptor(f.intercept))
}
