package otelmw_test

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

func TestBeyondTheCardinalityLimitSetsAreReportedAsOther(t *testing.T) {
	store, reader := measured(fake.Answers(aerostore.Result{}, nil), otelmw.WithCardinalityLimit(2))
	getSets(t.Context(), t, store, 5)
	getSets(t.Context(), t, store, 5)
	other := about("GET").with("db.namespace", "other", "db.collection.name", "other")
	set := func(name string) string { return about("GET").with("db.collection.name", name).String() }
	expect(t, reader, durationName, map[string]int64{set("set0"): 2, set("set1"): 2, other.String(): 6})
	expect(t, reader, activeName, map[string]int64{set("set0"): 0, set("set1"): 0, other.String(): 0})
}

// typed is an error with an error.type of its own.
type typed string

func (e typed) Error() string     { return "of a type: " + string(e) }
func (e typed) ErrorType() string { return string(e) }

func TestErrorsBeyondTheLimitDoNotChangeTheOperation(t *testing.T) {
	var failure error
	store, reader := measured(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return fake.Success(call), failure
	}, otelmw.WithCardinalityLimit(3))
	get := func(err error, n int) {
		t.Helper()
		failure = err
		for range n {
			if _, err := store.Get(t.Context(), key); err != failure {
				t.Fatal(err)
			}
		}
	}
	want := map[string]int64{}
	for i := range 2 {
		get(typed(fmt.Sprint("type", i)), 2)
		want[about("GET").with("error.type", fmt.Sprint("type", i)).String()] = 2
	}
	get(aerostore.ErrGeneration, 2)
	want[about("GET").with("error.type", "GENERATION_ERROR", "db.response.status_code", "3").String()] = 2
	for i := range 20 {
		get(typed(fmt.Sprint("more", i)), 1)
	}
	get(aerostore.CodeKeyBusy, 1)
	want[about("GET").with("error.type", "_OTHER").String()] = 21
	get(aerostore.ErrNotFound, 1) // an answer beyond the limit has no status code
	get(nil, 3)
	want[about("GET").String()] = 4
	expect(t, reader, durationName, want)
	expect(t, reader, activeName, map[string]int64{about("GET").String(): 0})
}

func TestNamesOfCustomOperationsAreLimited(t *testing.T) {
	store, reader := measured(fake.Answers(aerostore.Result{}, nil), otelmw.WithCardinalityLimit(2))
	for i := range 10 {
		custom := aerostore.Custom{Name: fmt.Sprint("INFO", i)}
		if err := aerostore.Do(t.Context(), store, custom, func(context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	named := func(name string) string {
		return attributes{"db.system.name": "aerospike", "db.operation.name": name}.String()
	}
	expect(t, reader, durationName, map[string]int64{named("INFO0"): 1, named("INFO1"): 1, named("other"): 8})
}

func TestErrorTypesDoNotCountAgainstResultCodes(t *testing.T) {
	var failure error
	store, reader := measured(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return fake.Success(call), failure
	})
	for i := range 1000 {
		failure = typed(fmt.Sprint("type", i))
		_, _ = store.Get(t.Context(), key)
		failure = aerostore.ResultCode(10_000 + i)
		_, _ = store.Get(t.Context(), key)
	}
	for _, failure = range []error{aerostore.CodeKeyBusy, aerostore.CodeUDFNotFound, context.Canceled, context.DeadlineExceeded, aerostore.ErrClosed} {
		_, _ = store.Get(t.Context(), key)
	}
	got := counts(t, collect(t, reader)[durationName])
	for _, name := range []string{"canceled", "timeout", "closed"} {
		if got[about("GET").with("error.type", name).String()] != 1 {
			t.Errorf("%s is not reported", name)
		}
	}
	for _, code := range []aerostore.ResultCode{aerostore.CodeKeyBusy, aerostore.CodeUDFNotFound} {
		if got[about("GET").with("error.type", code.String(), "db.response.status_code", strconv.Itoa(int(code))).String()] != 1 {
			t.Errorf("%v is not reported", code)
		}
	}
	if n := len(got); n != 100+1+5 {
		t.Errorf("%d series", n)
	}
}

// A step is a random call with its error.
type step struct {
	op, namespace, set string
	err                error
}

func anyStep(t *rapid.T) step {
	s := step{
		op:        rapid.SampledFrom([]string{"GET", "TOUCH", "QUERY", "BATCH READ", "custom"}).Draw(t, "operation"),
		namespace: fmt.Sprint("n", rapid.IntRange(0, 2).Draw(t, "namespace")),
		set:       fmt.Sprint("s", rapid.IntRange(0, 4).Draw(t, "set")),
	}
	if s.op == "custom" {
		s.op = fmt.Sprint("CUSTOM", rapid.IntRange(0, 9).Draw(t, "name"))
	}
	switch rapid.IntRange(0, 4).Draw(t, "ending") {
	case 0:
		s.err = typed(fmt.Sprint("t", rapid.IntRange(0, 20).Draw(t, "type")))
	case 1:
		s.err = aerostore.ResultCode(rapid.IntRange(-30, 300).Draw(t, "code"))
	case 2:
		s.err = context.Canceled
	}
	if s.err == aerostore.CodeOK {
		s.err = nil
	}
	return s
}

func TestSeriesAreLimitedAndTheFirstOperationsKeepTheirNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 8).Draw(t, "limit")
		steps := rapid.SliceOfN(rapid.Custom(anyStep), 1, 120).Draw(t, "calls")
		var failure error
		reader := sdkmetric.NewManualReader()
		store := aerostore.Chain(aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, failure
		}), otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)), otelmw.WithCardinalityLimit(limit)))

		known, want := map[[3]string]bool{}, map[[3]string]int64{}
		for _, s := range steps {
			failure = s.err
			key := aerostore.NewKey(s.namespace, s.set, 1)
			switch s.op {
			case "GET":
				_, _ = store.Get(context.Background(), key)
			case "TOUCH":
				_ = store.Touch(context.Background(), key)
			case "QUERY":
				for range store.Query(context.Background(), aerostore.Query{Namespace: s.namespace, Set: s.set}) {
				}
			case "BATCH READ":
				_, _ = store.BatchRead(context.Background(), []aerostore.Key{key, key}, nil)
			default:
				_ = aerostore.Do(context.Background(), store, aerostore.Custom{Name: s.op, Namespace: s.namespace, Set: s.set},
					func(context.Context) error { return nil })
			}
			subject := [3]string{s.op, s.namespace, s.set}
			if !known[subject] && len(known) < limit {
				known[subject] = true
			}
			if !known[subject] {
				subject[1], subject[2] = "other", "other"
				if s.op[0] == 'C' {
					subject[0] = "other"
				}
			}
			want[subject]++
		}

		got, types, series := map[[3]string]int64{}, map[string]bool{}, 0
		for _, p := range pointsOf(t, reader) {
			series++
			a := emit(p.Attributes.ToSlice())
			got[[3]string{a["db.operation.name"], a["db.namespace"], a["db.collection.name"]}] += int64(p.Count)
			if e := a["error.type"]; len(e) > 0 && e[0] == 't' {
				types[e] = true
			}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("calls by subject\n got %v\nwant %v", got, want)
		}
		if series > 3*limit+128 || len(types) > limit {
			t.Fatalf("%d series and %d types of errors with a limit of %d", series, len(types), limit)
		}
		runtime.KeepAlive(store)
	})
}

func TestNodesBeyondTheLimitAreAddedUp(t *testing.T) {
	var nodes []aerostore.NodeStats
	for i := range 30 {
		nodes = append(nodes, aerostore.NodeStats{
			Node: aerostore.Node{Address: fmt.Sprint("10.0.0.", i), Port: 3000}, ConnectionsOpen: 1, TendsAttempted: int64(i),
		})
	}
	backend, reader := counter(nodes...), sdkmetric.NewManualReader()
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)), otelmw.WithCardinalityLimit(10)))
	for range 2 { // in whatever order they come
		all := collect(t, reader)
		open, tends := counts(t, all[openName]), counts(t, all["aerospike.client.tends.attempted"])
		other := counted("network.peer.address", "other")
		if len(open) != 11 || open[pooled("other", "open", "network.peer.address", "other")] != 20 || tends[other] != 20*(10+29)/2 {
			t.Errorf("%v, %v", open, tends)
		}
		if fifth := counted("network.peer.address", "10.0.0.5", "network.peer.port", "3000"); tends[fifth] != 5 {
			t.Errorf("%v", tends)
		}
		expect(t, reader, nodesName, map[string]int64{counted(): 30})
		slices.Reverse(backend.stats.Nodes)
	}
	runtime.KeepAlive(store)
}

func TestScopesOfLayersBeyondTheLimitAreAddedUpOrLeftOut(t *testing.T) {
	many := &standing{stats: aerostore.LayerStats{Layer: "limit"}}
	for i := range 30 {
		many.stats.Events = append(many.stats.Events,
			aerostore.LayerEvent{Name: "rejected", Scope: fmt.Sprint("n", i), N: 1},
			aerostore.LayerEvent{Name: fmt.Sprint("invented", i), N: 1})
		many.stats.Gauges = append(many.stats.Gauges, aerostore.LayerGauge{Name: "limit", Scope: fmt.Sprint("n", i), Value: 1})
	}
	reader := sdkmetric.NewManualReader()
	store := aerostore.Chain(counter(), otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)), otelmw.WithCardinalityLimit(10)), under(many))
	for range 2 {
		all := collect(t, reader)
		events, gauges := counts(t, all[eventsName]), levelsOf(t, all[gaugeName])
		if len(events) != 20 || events[ofLayer("limit", "event", "rejected", "other")] != 25 || events[ofLayer("limit", "event", "rejected", "n4")] != 1 {
			t.Errorf("%d events: %v", len(events), events)
		}
		if len(gauges) != 10 || gauges[ofLayer("limit", "gauge", "limit", "n9")] != 1 {
			t.Errorf("%d gauges: %v", len(gauges), gauges)
		}
	}
	runtime.KeepAlive(store)
}

func TestSetsBeyondTheLimitKeepTheirNamesInSpans(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil))
	const sets = 1500 // more than are prepared
	for range 2 {
		for i := range sets {
			if _, err := store.Get(t.Context(), aerostore.NewKey("test", fmt.Sprint("set", i), marker)); err != nil {
				t.Fatal(err)
			}
		}
	}
	spans := recorder.Ended()
	if len(spans) != 2*sets {
		t.Fatalf("%d spans", len(spans))
	}
	for i, span := range spans {
		if want := fmt.Sprint("set", i%sets); attributesOf(span)["db.collection.name"] != want || span.Name() != "GET test."+want {
			t.Fatalf("span %d: %q %v", i, span.Name(), attributesOf(span))
		}
	}
}
