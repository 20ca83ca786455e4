package otelmw_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

var everyone = aerostore.Query{Namespace: "test", Set: "users"}

func TestTheSpanOfAQueryCoversTheIteration(t *testing.T) {
	broken := aerostore.Call{Op: aerostore.OpQuery}.NewError(aerostore.CodeQueryAborted, nil)
	for _, c := range []struct {
		name   string
		err    error
		body   func(rows int, cancel func()) (goOn bool)
		status codes.Code
		want   []string
	}{
		{
			"to its end", nil, func(int, func()) bool { return true }, codes.Unset,
			[]string{"db.response.returned_rows", "5"},
		},
		{
			"to a break", nil, func(rows int, _ func()) bool { return rows < 2 }, codes.Unset,
			[]string{"db.response.returned_rows", "2"},
		},
		{
			"to an error", broken, func(int, func()) bool { return true }, codes.Error,
			[]string{"db.response.returned_rows", "5", "error.type", "QUERY_ABORTED", "db.response.status_code", "210"},
		},
		{"to a cancellation", nil, func(rows int, cancel func()) bool {
			if rows == 3 {
				cancel()
			}
			return true
		}, codes.Error, []string{"db.response.returned_rows", "3", "error.type", "canceled"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, recorder := traced(fake.Yields(5, c.err), otelmw.WithReturnedRows())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			rows := 0
			for _, err := range store.Query(ctx, everyone) {
				if err != nil {
					break
				}
				rows++
				if len(recorder.Ended()) != 0 {
					t.Fatal("the span ended before the iteration")
				}
				if !c.body(rows, cancel) {
					break
				}
			}
			span := only(t, recorder)
			if span.Status().Code != c.status {
				t.Errorf("status %v", span.Status())
			}
			if got, want := attributesOf(span), about("QUERY").with(c.want...); !maps.Equal(got, want) {
				t.Errorf("attributes\n got %v\nwant %v", got, want)
			}
		})
	}
}

func TestAPanicInTheLoopBodyEndsTheSpanOfTheQuery(t *testing.T) {
	store, recorder := traced(fake.Yields(5, nil))
	want := errors.New(marker)
	func() {
		defer func() {
			if got := recover(); got != any(want) {
				t.Errorf("recovered %v", got)
			}
		}()
		for range store.Query(t.Context(), everyone) {
			panic(want)
		}
	}()
	span := only(t, recorder)
	if got := attributesOf(span); span.Status().Code != codes.Error || !maps.Equal(got, about("QUERY").with("error.type", "panic")) {
		t.Errorf("%v %v", span.Status(), got)
	}
}

func TestAQueryThatIsNotIteratedHasNoSpan(t *testing.T) {
	store, recorder := traced(fake.Yields(5, nil))
	query := store.Query(t.Context(), everyone)
	if n := len(recorder.Started()); n != 0 {
		t.Errorf("%d spans", n)
	}
	for range 2 {
		for range query {
		}
	}
	if n := len(recorder.Ended()); n != 2 {
		t.Errorf("%d spans for two ranges", n)
	}
}

func TestAQueryOfAWholeNamespaceIsNamedAfterIt(t *testing.T) {
	store, recorder := traced(fake.Yields(0, nil))
	for range store.Query(t.Context(), aerostore.Query{Namespace: "test"}) {
	}
	want := attributes{"db.system.name": "aerospike", "db.operation.name": "QUERY", "db.namespace": "test"}
	if span := only(t, recorder); span.Name() != "QUERY test" || !maps.Equal(attributesOf(span), want) {
		t.Errorf("%q %v", span.Name(), attributesOf(span))
	}
}

func TestAQueryThatTakesTimeHasASpanThatLong(t *testing.T) {
	store, recorder := traced(fake.Yields(2, nil))
	const each = 5 * time.Millisecond
	for range store.Query(t.Context(), everyone) {
		time.Sleep(each)
	}
	span := only(t, recorder)
	if d := span.EndTime().Sub(span.StartTime()); d < 2*each {
		t.Errorf("the span took %v", d)
	}
}
