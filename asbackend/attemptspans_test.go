package asbackend_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// spansOf returns the Store under a Tracing with attempts and other layers, and what the
// spans of attempts are: a line for each, without its times, with > if it is within another.
func spansOf(s *asbackend.Store, layers ...aerostore.Middleware) (aerostore.Store, func() []string) {
	recorder := tracetest.NewSpanRecorder()
	tracing := otelmw.Tracing(otelmw.WithAttempts(),
		otelmw.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))))
	return aerostore.Chain(s, append([]aerostore.Middleware{tracing}, layers...)...), func() []string {
		ended := recorder.Ended()
		operation := ended[len(ended)-1]
		var lines []string
		for _, span := range ended[:len(ended)-1] {
			attributes := map[string]string{}
			for _, a := range span.Attributes() {
				attributes[strings.TrimPrefix(string(a.Key), "aerospike.attempt.")] = a.Value.String()
			}
			line := []string{attributes["layer"], attributes["number"]}
			if span.Parent().SpanID() != operation.SpanContext().SpanID() {
				line = append([]string{">"}, line...)
			}
			for _, name := range []string{"error.type", "aerospike.in_doubt", "db.operation.batch.size"} {
				if value := attributes[name]; value != "" {
					line = append(line, name[strings.LastIndexByte(name, '.')+1:]+"="+value)
				}
			}
			if attributes["network.peer.port"] == "" {
				line = append(line, "nowhere")
			}
			if (attributes["number"] == "1") == (attributes["pause"] != "") {
				line = append(line, "pause="+attributes["pause"])
			}
			lines = append(lines, strings.Join(line, " "))
		}
		return lines
	}
}

func TestAttemptsOfAWriteHaveSpans(t *testing.T) {
	t.Parallel()
	const lost = "asbackend 1 type=NETWORK_ERROR in_doubt=true"
	for name, c := range map[string]struct {
		script []answer
		want   []string
	}{
		"at the first":        {[]answer{answersOK}, nil},
		"at the second":       {[]answer{hangsUp, answersOK}, []string{lost, "asbackend 2"}},
		"refused at once":     {[]answer{22}, nil},
		"refused at the last": {[]answer{hangsUp, 22}, []string{lost, "asbackend 2 type=FAIL_FORBIDDEN"}},
		"timed out":           {[]answer{9, 9, 9}, []string{"asbackend 1 type=TIMEOUT in_doubt=true", "asbackend 2 type=TIMEOUT in_doubt=true", "asbackend 3 type=TIMEOUT in_doubt=true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newFakeNode(t)
			n.will(c.script...)
			s, spans := spansOf(dialTo(t, n.addr(), tries(3)))
			_ = s.Put(t.Context(), key("set", 1), aerostore.Bins{"a": 1})
			if got := spans(); !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAttemptsOfAPartOfABatchHaveSpans(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	n.will(answersFirst, answersFirst, answersOK)
	s, spans := spansOf(dialTo(t, n.addr(), tries(3)))
	keys := []aerostore.Key{key("set", 1), key("set", 2), key("set", 3)}
	if _, err := s.BatchOperate(t.Context(), keys, addOne); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"asbackend 1 type=NETWORK_ERROR in_doubt=true size=3",
		"asbackend 2 type=NETWORK_ERROR in_doubt=true size=2",
		"asbackend 3",
	}
	if got := spans(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A part that is divided goes on at two nodes.
func TestAttemptsOfADividedPartGoOn(t *testing.T) {
	t.Parallel()
	nodes, proxies := newFakeCluster(t, 2)
	backend := dialTo(t, proxies[0].Addr(), attentive(), withBase(func(p *as.BasePolicy) {
		p.MaxRetries, p.TotalTimeout, p.SleepBetweenRetries = 2, time.Minute, 2*time.Second
	}))
	s, spans := spansOf(backend)
	keys := keysOf(4)
	stays, moves := keys[0], keys[2] // both at the first node
	nodes[0].will(hangsUp, answersOK)
	taken := make(chan struct{})
	go func() {
		defer close(taken)
		for nodes[0].got() == 0 {
			time.Sleep(time.Millisecond)
		}
		nodes[1].takeOver(t, backend, nodes[0], moves)
	}()
	_, err := s.BatchOperate(t.Context(), []aerostore.Key{stays, moves}, addOne)
	<-taken
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"asbackend 1 type=NETWORK_ERROR in_doubt=true size=2", "asbackend 2", "asbackend 2"}
	if got := spans(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestAttemptsOfTheBackendAreWithinThoseOfRetry(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	n.will(hangsUp, 14, hangsUp, answersOK)
	retry := middleware.Retry(middleware.RetryOptions{Idempotent: func(aerostore.Call) bool { return true }})
	s, spans := spansOf(dialTo(t, n.addr(), tries(2)), retry)
	if err := s.Put(t.Context(), key("set", 1), aerostore.Bins{"a": 1}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"> asbackend 1 type=NETWORK_ERROR in_doubt=true", "> asbackend 2 type=KEY_BUSY", "retry 1 type=KEY_BUSY in_doubt=true",
		"> asbackend 1 type=NETWORK_ERROR in_doubt=true", "> asbackend 2", "retry 2",
	}
	if got := spans(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A Store whose pool is exhausted waits for a connection within an attempt.
func TestASendWithoutAConnectionIsNoAttempt(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	policy := lonely()
	policy.ConnectionQueueSize, policy.MinConnectionsPerNode = 2, 0
	backend := dialTo(t, n.addr(), asbackend.WithClientPolicy(policy), withBase(func(p *as.BasePolicy) {
		p.MaxRetries, p.TotalTimeout, p.SocketTimeout, p.SleepBetweenRetries = 2, time.Minute, 200*time.Millisecond, 0
	}))
	n.will(saysNone, answersOK)
	busy := make(chan error)
	go func() { busy <- backend.Put(t.Context(), key("set", 1), aerostore.Bins{"a": 1}) }()
	for n.got() == 0 {
		time.Sleep(time.Millisecond)
	}
	s, spans := spansOf(backend)
	err := s.Put(t.Context(), key("set", 2), aerostore.Bins{"a": 1})
	if first := <-busy; err != nil || first != nil {
		t.Fatal(err, first)
	}
	if got := spans(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
