package otelmw_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

// operations are the fifteen of Store and a custom one, each with the attributes that
// its span starts with.
var operations = []struct {
	name  string
	run   func(ctx context.Context, s aerostore.Store) error
	start attributes
}{
	{"PUT test.users", func(ctx context.Context, s aerostore.Store) error {
		return s.Put(ctx, key, bins)
	}, about("PUT")},
	{"GET test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Get(ctx, key)
		return err
	}, about("GET")},
	{"SELECT test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Select(ctx, key, []string{"name"})
		return err
	}, about("SELECT")},
	{"EXISTS test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Exists(ctx, key)
		return err
	}, about("EXISTS")},
	{"REMOVE test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Remove(ctx, key)
		return err
	}, about("REMOVE")},
	{"TOUCH test.users", func(ctx context.Context, s aerostore.Store) error {
		return s.Touch(ctx, key)
	}, about("TOUCH")},
	{"APPEND test.users", func(ctx context.Context, s aerostore.Store) error {
		return s.Append(ctx, key, bins)
	}, about("APPEND")},
	{"PREPEND test.users", func(ctx context.Context, s aerostore.Store) error {
		return s.Prepend(ctx, key, bins)
	}, about("PREPEND")},
	{"INCREMENT test.users", func(ctx context.Context, s aerostore.Store) error {
		return s.Increment(ctx, key, aerostore.Bins{"n": 1})
	}, about("INCREMENT")},
	{"OPERATE test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Operate(ctx, key, ops)
		return err
	}, about("OPERATE")},
	{"BATCH READ test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchRead(ctx, []aerostore.Key{key, key}, nil)
		return err
	}, about("BATCH READ").with("db.operation.batch.size", "2")},
	{"BATCH WRITE test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: key, Bins: bins}, {Key: key, Bins: bins}})
		return err
	}, about("BATCH WRITE").with("db.operation.batch.size", "2")},
	{"BATCH OPERATE test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchOperate(ctx, []aerostore.Key{key, key}, ops)
		return err
	}, about("BATCH OPERATE").with("db.operation.batch.size", "2")},
	{"BATCH REMOVE test.users", func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchRemove(ctx, []aerostore.Key{key, key})
		return err
	}, about("BATCH REMOVE").with("db.operation.batch.size", "2")},
	{"QUERY test.users", func(ctx context.Context, s aerostore.Store) error {
		for _, err := range s.Query(ctx, aerostore.Query{Namespace: "test", Set: "users", Where: aerostore.Equal("name", marker)}) {
			if err != nil {
				return err
			}
		}
		return nil
	}, about("QUERY")},
	{"TRUNCATE test.users", func(ctx context.Context, s aerostore.Store) error {
		custom := aerostore.Custom{Name: "TRUNCATE", Namespace: "test", Set: "users", Writes: true}
		return aerostore.Do(ctx, s, custom, func(context.Context) error { return nil })
	}, about("TRUNCATE")},
}

// about returns the attributes of an operation on test.users.
func about(operation string) attributes {
	return attributes{
		"db.system.name":     "aerospike",
		"db.operation.name":  operation,
		"db.namespace":       "test",
		"db.collection.name": "users",
	}
}

func TestEveryOperationThatSucceedsHasASpanWithoutAStatus(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			store, recorder := traced(fake.Answers(aerostore.Result{}, nil))
			if err := op.run(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			span := only(t, recorder)
			if span.Name() != op.name {
				t.Errorf("name %q, want %q", span.Name(), op.name)
			}
			if span.SpanKind() != trace.SpanKindClient {
				t.Errorf("kind %v", span.SpanKind())
			}
			if span.Status().Code != codes.Unset {
				t.Errorf("status %v", span.Status())
			}
			if got := attributesOf(span); !maps.Equal(got, op.start) {
				t.Errorf("attributes\n got %v\nwant %v", got, op.start)
			}
			if len(span.Events()) != 0 {
				t.Errorf("events %v", span.Events())
			}
			if scope := span.InstrumentationScope(); scope.Name != "github.com/aerostore/aerostore/otelmw" || scope.SchemaURL != semconv.SchemaURL {
				t.Errorf("scope %v", scope)
			}
		})
	}
}

func TestEveryOperationThatFailsHasASpanWithItsError(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			store, recorder := traced(fake.Fails(aerostore.CodeDeviceOverload))
			err := op.run(t.Context(), store)
			if !errors.Is(err, aerostore.CodeDeviceOverload) {
				t.Fatalf("the error did not come through: %v", err)
			}
			span := only(t, recorder)
			if status := span.Status(); status.Code != codes.Error || status.Description != err.Error() {
				t.Errorf("status %v", status)
			}
			want := op.start.with("error.type", "DEVICE_OVERLOAD", "db.response.status_code", "18")
			if got := attributesOf(span); !maps.Equal(got, want) {
				t.Errorf("attributes\n got %v\nwant %v", got, want)
			}
		})
	}
}

func TestSamplersSeeWhatIsKnownBeforeTheOperation(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			sampler := new(recordingSampler)
			provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler))
			store := aerostore.Chain(fake.Answers(aerostore.Result{Node: node}, nil),
				otelmw.Tracing(otelmw.WithTracerProvider(provider)))
			if err := op.run(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			if sampler.name != op.name || !maps.Equal(sampler.seen, op.start) {
				t.Errorf("%q %v", sampler.name, sampler.seen)
			}
		})
	}
}

// recordingSampler samples everything and keeps what it saw last.
type recordingSampler struct {
	name string
	seen attributes
}

func (s *recordingSampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	s.name, s.seen = p.Name, emit(p.Attributes)
	return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample}
}

func (*recordingSampler) Description() string { return "recording" }

func TestASpanNamesTheServerThatWasConfiguredAndTheNodeThatServed(t *testing.T) {
	for _, c := range []struct {
		name        string
		description aerostore.Description
		result      aerostore.Result
		err         error
		want        attributes
	}{
		{"both", seed, aerostore.Result{Node: node}, nil, about("GET").with(
			"server.address", "db.example", "server.port", "3000",
			"network.peer.address", "10.0.0.7", "network.peer.port", "3010")},
		{
			"an address without a port",
			aerostore.Description{Address: "db.example"},
			aerostore.Result{},
			nil,
			about("GET").with("server.address", "db.example"),
		},
		{
			"another system",
			aerostore.Description{System: "other"},
			aerostore.Result{},
			nil,
			about("GET").with("db.system.name", "other"),
		},
		{
			"the node of an error",
			aerostore.Description{},
			aerostore.Result{},
			&aerostore.Error{Op: aerostore.OpGet, Code: aerostore.CodeNetwork, Node: node},
			about("GET").with("error.type", "NETWORK_ERROR",
				"network.peer.address", "10.0.0.7", "network.peer.port", "3010"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			recorder := tracetest.NewSpanRecorder()
			backend := &described{Handler: fake.Answers(c.result, c.err), description: c.description}
			store := aerostore.Chain(backend, otelmw.Tracing(otelmw.WithTracerProvider(providerOf(recorder))))
			if _, err := store.Get(t.Context(), key); !errors.Is(err, c.err) {
				t.Fatal(err)
			}
			if got := attributesOf(only(t, recorder)); !maps.Equal(got, c.want) {
				t.Errorf("attributes\n got %v\nwant %v", got, c.want)
			}
		})
	}
}

func TestASpanCountsAttemptsIfThereWereSeveral(t *testing.T) {
	for attempts, want := range map[int32]attributes{
		0: about("GET"),
		1: about("GET"),
		3: about("GET").with("aerospike.attempts", "3"),
	} {
		store, recorder := traced(fake.Answers(aerostore.Result{Attempts: attempts}, nil))
		if _, err := store.Get(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if got := attributesOf(only(t, recorder)); !maps.Equal(got, want) {
			t.Errorf("%d attempts: %v", attempts, got)
		}
	}
}

func TestARecordOutsideAnySetHasASpanNamedAfterItsNamespace(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil))
	if _, err := store.Get(t.Context(), aerostore.NewKey("test", "", 1)); err != nil {
		t.Fatal(err)
	}
	span := only(t, recorder)
	if span.Name() != "GET test" {
		t.Errorf("name %q", span.Name())
	}
	if _, ok := attributesOf(span)["db.collection.name"]; ok {
		t.Error("there is a collection")
	}
}

func TestACustomCallAboutNothingHasASpanNamedAfterItAlone(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil))
	err := aerostore.Do(t.Context(), store, aerostore.Custom{Name: "INFO"}, func(context.Context) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	span := only(t, recorder)
	want := attributes{"db.system.name": "aerospike", "db.operation.name": "INFO"}
	if got := attributesOf(span); span.Name() != "INFO" || !maps.Equal(got, want) {
		t.Errorf("%q %v", span.Name(), got)
	}
}

func TestResultsAreUnchanged(t *testing.T) {
	record := &aerostore.Record{Generation: 7}
	want := aerostore.Result{Attempts: 2, Node: node}.WithRecord(record)
	store, _ := traced(fake.Answers(want, aerostore.ErrFilteredOut))
	got, err := store.Get(t.Context(), key)
	if got != record || err != aerostore.ErrFilteredOut {
		t.Errorf("%v, %v", got, err)
	}
}
