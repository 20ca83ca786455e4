package otelmw_test

import (
	"context"
	"maps"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

func TestWithAttributesAddsThemToEverySpan(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil),
		otelmw.WithAttributes(attribute.String("team", "carts")), nil,
		otelmw.WithAttributes(attribute.Int("shard", 3)))
	if err := store.Touch(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	want := about("TOUCH").with("team", "carts", "shard", "3")
	if got := attributesOf(only(t, recorder)); !maps.Equal(got, want) {
		t.Errorf("attributes %v", got)
	}
}

func TestASpanNameFormatterNamesTheSpans(t *testing.T) {
	calls := 0
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithSpanNameFormatter(
		func(operation, namespace, set string) string {
			calls++
			return set + "@" + namespace + ":" + operation
		}))
	for range 3 {
		if _, err := store.Get(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	for _, span := range recorder.Ended() {
		if span.Name() != "users@test:GET" || attributesOf(span)["db.operation.name"] != "GET" {
			t.Errorf("%q %v", span.Name(), attributesOf(span))
		}
	}
	if calls != 1 {
		t.Errorf("the formatter was called %d times", calls)
	}
}

func TestWithKeyAddsTheUserKeyOfASingleRecord(t *testing.T) {
	digest := aerostore.DigestKey("test", "users", [20]byte{1})
	for _, c := range []struct {
		name string
		run  func(ctx context.Context, s aerostore.Store) error
		want string
	}{
		{"a string", get(aerostore.NewKey("test", "users", "u1")), "u1"},
		{"an integer", get(aerostore.NewKey("test", "users", 42)), "42"},
		{"bytes", get(aerostore.NewKey("test", "users", []byte{0, 0xff})), "00ff"},
		{"a digest alone", get(digest), ""},
		{"a batch of one", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchRemove(ctx, []aerostore.Key{aerostore.NewKey("test", "users", "u1")})
			return err
		}, "u1"},
		{"a batch of two", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchRemove(ctx, []aerostore.Key{key, key})
			return err
		}, ""},
		{"a query", func(ctx context.Context, s aerostore.Store) error {
			for range s.Query(ctx, everyone) {
			}
			return nil
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithKey())
			if err := c.run(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			if got := attributesOf(only(t, recorder))["aerospike.key"]; got != c.want {
				t.Errorf("key %q, want %q", got, c.want)
			}
		})
	}
}

func get(key aerostore.Key) func(context.Context, aerostore.Store) error {
	return func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Get(ctx, key)
		return err
	}
}

func TestAFilterLeavesOperationsWithoutASpan(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithFilter(
		func(_ context.Context, call aerostore.Call) bool { return call.Op != aerostore.OpExists }))
	if _, err := store.Exists(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if span := only(t, recorder); span.Name() != "GET test.users" {
		t.Errorf("name %q", span.Name())
	}
}

func TestWithRequireParentSpanStartsNoTraces(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithRequireParentSpan())
	if _, err := store.Get(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if n := len(recorder.Started()); n != 0 {
		t.Fatalf("%d spans without a parent", n)
	}
	if _, err := store.Get(trace.ContextWithSpanContext(t.Context(), parent), key); err != nil {
		t.Fatal(err)
	}
	if span := only(t, recorder); !span.Parent().Equal(parent) {
		t.Errorf("parent %v", span.Parent())
	}
}

func TestAPanicInAnOptionsFunctionReachesTheCallerAndEndsTheSpan(t *testing.T) {
	for _, c := range []struct {
		name   string
		option otelmw.Option
		spans  int
	}{
		{"a filter", otelmw.WithFilter(func(context.Context, aerostore.Call) bool { panic(marker) }), 0},
		{"a classifier", otelmw.WithErrorClassifier(func(context.Context, aerostore.Call, error) bool { panic(marker) }), 1},
		{"attributes", otelmw.WithAttributesFunc(func(context.Context, aerostore.Call, aerostore.Result, error) []attribute.KeyValue {
			panic(marker)
		}), 1},
		{"a formatter", otelmw.WithSpanNameFormatter(func(string, string, string) string { panic(marker) }), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			traces, recorder := traced(fake.Fails(aerostore.CodeKeyBusy), c.option)
			measures, reader := measured(fake.Fails(aerostore.CodeKeyBusy), c.option)
			for range 2 {
				for _, store := range []aerostore.Store{traces, measures} {
					func() {
						defer func() {
							if got := recover(); got != marker && (store == traces || c.name != "a formatter") {
								t.Errorf("recovered %v", got)
							}
						}()
						_, _ = store.Get(t.Context(), key)
					}()
				}
			}
			if started, ended := len(recorder.Started()), len(recorder.Ended()); started != 2*c.spans || ended != started {
				t.Errorf("%d spans started and %d ended", started, ended)
			}
			for series, active := range counts(t, collect(t, reader)[activeName]) {
				if active != 0 {
					t.Errorf("%s: %d are active", series, active)
				}
			}
		})
	}
}
