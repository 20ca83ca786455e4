package otlp

import (
	"fmt"
	"log/slog"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// makers make a signal's exporters.
type makers[E any] struct {
	signal  string // in the names of variables: TRACES
	wording wording
	console func() (E, error)
	// otlp makes one that reads the rest from the environment itself.
	otlp func(c collector, dial ...grpc.DialOption) (E, error)
}

// watched is an exporter with its health.
type watched[E any] struct {
	exporter E
	health   *health
	reach    *reach
}

// open makes the exporters that the environment names.
func (m makers[E]) open(log *slog.Logger) ([]watched[E], error) {
	var exporters []watched[E]
	for _, kind := range exporterKinds(log, m.signal) {
		w := watched[E]{health: &health{wording: m.wording, exporter: kind, log: log}, reach: newReach()}
		var err error
		switch kind {
		case kindConsole:
			w.exporter, err = m.console()
		case kindOTLP:
			w.exporter, err = m.openOTLP(w.health, w.reach)
		}
		if err != nil {
			return nil, err
		}
		exporters = append(exporters, w)
	}
	return exporters, nil
}

// maxReconnectDelay is how long after a collector came back it may take until
// it is noticed. gRPC's own limit is two minutes.
const maxReconnectDelay = 10 * time.Second

func (m makers[E]) openOTLP(h *health, r *reach) (E, error) {
	var e E
	c, err := findCollector(h.log, m.signal)
	if err != nil {
		return e, err
	}
	h.exporter = c.endpoint
	reconnect := grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: maxReconnectDelay}
	reconnect.Backoff.MaxDelay = maxReconnectDelay
	defer withholdEndpoints(m.signal)()
	e, err = m.otlp(c, grpc.WithConnectParams(reconnect), grpc.WithChainUnaryInterceptor(r.intercept))
	if err != nil {
		return e, fmt.Errorf("no exporter for %s: %w", c.endpoint, err)
	}
	return e, nil
}
