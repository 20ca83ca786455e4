package otelmw_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

// steps have the marker wherever an operation may have a value or a name of the
// application's.
var steps = []aerostore.Operation{
	aerostore.ListBin(marker).Append(marker),
	aerostore.ListBin(marker).In(cdt.Key(marker)).Get(cdt.Between(marker, []any{marker})),
	aerostore.MapBin(marker).Put(marker, marker),
	aerostore.ListBin("b").Append(1),
	aerostore.MapBin(marker).Put(marker, 1),
	aerostore.WriteBin(marker, marker),
	aerostore.ReadAll(),
}

const stepNames = "LIST_APPEND LIST_GET MAP_PUT WRITE READ_ALL"

func TestTheSummaryOfAnOperateHasItsSteps(t *testing.T) {
	orders := aerostore.NewKey("test", "orders", marker)
	elsewhere := aerostore.NewKey("bar", "orders", marker)
	batch := func(keys ...aerostore.Key) func(context.Context, aerostore.Store) error {
		return func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchOperate(ctx, keys, steps)
			return err
		}
	}
	items := func(items ...aerostore.BatchItem) func(context.Context, aerostore.Store) error {
		return func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchWrite(ctx, items)
			return err
		}
	}
	operate := func(ops ...aerostore.Operation) func(context.Context, aerostore.Store) error {
		return func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, key, ops)
			return err
		}
	}
	for _, c := range []struct {
		name, want string
		run        func(context.Context, aerostore.Store) error
	}{
		{"several steps", "OPERATE test.users " + stepNames, operate(steps...)},
		{"in another order", "OPERATE test.users READ_ALL LIST_APPEND", operate(steps[6], steps[0], steps[6])},
		{"one step", "OPERATE test.users ADD", operate(aerostore.AddBin("n", 1))},
		{
			"expressions", "OPERATE test.users EXP_READ EXP_WRITE",
			operate(aerostore.ReadExp(marker, exp.StringVal(marker)), aerostore.WriteExp(marker, exp.StringBin(marker)), aerostore.ReadExp("b", exp.TTL())),
		},
		{"an empty operation", "OPERATE test.users TOUCH", operate(aerostore.Operation{}, aerostore.TouchRecord())},
		{"a batch", "BATCH OPERATE test.users " + stepNames, batch(key, key)},
		{"a batch of one key", "OPERATE test.users " + stepNames, batch(key)},
		{"a batch of several sets", "BATCH OPERATE test " + stepNames, batch(key, orders)},
		{"a batch of several namespaces", "BATCH OPERATE " + stepNames, batch(key, elsewhere)},
		{"items", "BATCH WRITE test.users READ_ALL ADD WRITE DELETE", items(
			aerostore.BatchItem{Key: key, Operations: []aerostore.Operation{aerostore.ReadAll()}},
			aerostore.BatchItem{Key: key, Operations: []aerostore.Operation{aerostore.ReadAll(), aerostore.AddBin(marker, 1)}},
			aerostore.BatchItem{Key: key, Bins: aerostore.Bins{marker: marker}},
			aerostore.BatchItem{Key: key, Remove: true},
		)},
		{"items that remove", "BATCH WRITE test.users DELETE", items(
			aerostore.BatchItem{Key: key, Remove: true}, aerostore.BatchItem{Key: key, Remove: true},
		)},
		{"one item with operations", "OPERATE test.users " + stepNames, items(aerostore.BatchItem{Key: key, Operations: steps})},
		{"no key", "BATCH OPERATE " + stepNames, batch()},
		{"no step", "", operate()},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithQuerySummary())
			for range 2 { // prepared and then found
				recorder.Reset()
				if err := c.run(t.Context(), store); err != nil {
					t.Fatal(err)
				}
				span := only(t, recorder)
				if got := attributesOf(span)["db.query.summary"]; got != c.want {
					t.Errorf("the summary is %q, want %q", got, c.want)
				}
				if name := span.Name(); c.want != "" && name != c.want || c.want == "" && name != "OPERATE test.users" {
					t.Errorf("the name is %q", name)
				}
			}
		})
	}
}

func TestOtherOperationsHaveNoSummary(t *testing.T) {
	for _, op := range operations {
		if strings.Contains(op.name, "OPERATE") {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithQuerySummary())
			if err := op.run(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			span := only(t, recorder)
			if got := attributesOf(span); !maps.Equal(got, op.start) || span.Name() != op.name {
				t.Errorf("%q with %v", span.Name(), got)
			}
		})
	}
}

// everyStep returns an operation of each kind.
func everyStep() []aerostore.Operation {
	all := []aerostore.Operation{
		aerostore.ReadBin("b"), aerostore.ReadAll(), aerostore.ReadHeader(), aerostore.WriteBin("b", 1), aerostore.AddBin("b", 1),
		aerostore.AppendBin("b", "a"), aerostore.PrependBin("b", "a"), aerostore.TouchRecord(), aerostore.DeleteRecord(),
	}
	for kind := cdt.Kind(1); kind.Family() != 0; kind++ {
		all = append(all, aerostore.OperationOf("b", cdt.Op{Kind: kind}))
	}
	all = append(all, aerostore.ReadExp("b", exp.TTL()), aerostore.WriteExp("b", exp.TTL()))
	return all
}

func TestASummaryHasAsManyNamesAsThereIsRoomFor(t *testing.T) {
	all := everyStep()
	check := func(t interface{ Errorf(string, ...any) }, set string, ops []aerostore.Operation) {
		store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithQuerySummary())
		_, _ = store.Operate(context.Background(), aerostore.NewKey("n", set, 1), ops)
		words := []string{"OPERATE", strings.TrimSuffix("n."+set, ".")}
		for _, o := range ops {
			if name := strings.ReplaceAll(strings.ToUpper(o.Name()), " ", "_"); !slices.Contains(words, name) {
				words = append(words, name)
			}
		}
		for len(strings.Join(words, " ")) > 255 {
			words = words[:len(words)-1]
		}
		want := strings.Join(words, " ")
		if got := attributesOf(recorder.Ended()[0])["db.query.summary"]; got != want || len(got) > 255 {
			t.Errorf("%d bytes: %q, want %q", len(got), got, want)
		}
	}
	shortest := slices.Clone(all)
	slices.SortFunc(shortest, func(a, b aerostore.Operation) int { return len(a.Name()) - len(b.Name()) })
	check(t, "", shortest)
	for length := range 64 {
		check(t, strings.Repeat("s", length), all)
	}
	rapid.Check(t, func(t *rapid.T) {
		set := strings.Repeat("s", rapid.IntRange(0, 63).Draw(t, "length"))
		check(t, set, rapid.SliceOfN(rapid.SampledFrom(all), 1, 100).Draw(t, "steps"))
	})
}

func TestASetThatFillsTheSummaryIsLeftOut(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithQuerySummary())
	_, _ = store.Operate(t.Context(), aerostore.NewKey("test", strings.Repeat("s", 300), 1), steps)
	if got := attributesOf(only(t, recorder))["db.query.summary"]; got != "OPERATE "+stepNames {
		t.Errorf("the summary is %q", got)
	}
}

func TestAFormatterNamesSpansThatHaveASummary(t *testing.T) {
	store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithQuerySummary(),
		otelmw.WithSpanNameFormatter(func(operation, _, set string) string { return operation + " " + set }))
	_, _ = store.Operate(t.Context(), key, steps)
	span := only(t, recorder)
	if span.Name() != "OPERATE users" || attributesOf(span)["db.query.summary"] != "OPERATE test.users "+stepNames {
		t.Errorf("%q with %v", span.Name(), attributesOf(span))
	}
}

func TestSamplersSeeTheSummary(t *testing.T) {
	sampler := new(recordingSampler)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler))
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil),
		otelmw.Tracing(otelmw.WithTracerProvider(provider), otelmw.WithQuerySummary()))
	_, _ = store.Operate(t.Context(), key, steps)
	want := "OPERATE test.users " + stepNames
	if sampler.name != want || !maps.Equal(sampler.seen, about("OPERATE").with("db.query.summary", want)) {
		t.Errorf("%q %v", sampler.name, sampler.seen)
	}
}

func TestMeasurementsHaveTheSummaryByOption(t *testing.T) {
	failure := aerostore.Call{Op: aerostore.OpOperate, Key: key}.NewError(aerostore.CodeGeneration, nil)
	store, reader := measured(fake.Answers(aerostore.Result{Attempts: 2}, failure), otelmw.WithQuerySummary())
	_, _ = store.Operate(t.Context(), key, steps)
	want := about("OPERATE").with("db.query.summary", "OPERATE test.users "+stepNames)
	expect(t, reader, activeName, map[string]int64{want.String(): 0})
	want = want.with("error.type", "GENERATION_ERROR", "db.response.status_code", "3")
	expect(t, reader, durationName, one(want))
	expect(t, reader, retriesName, one(want))

	store, reader = measured(fake.Answers(aerostore.Result{}, nil))
	_, _ = store.Operate(t.Context(), key, steps)
	expect(t, reader, durationName, one(about("OPERATE")))
}

// operateInManyWays calls Operate with n different pairs of steps, twice.
func operateInManyWays(s aerostore.Store, n int) {
	all := everyStep()
	for range 2 {
		for i := range n {
			first, second := i/(len(all)-1), i%(len(all)-1)
			if second >= first {
				second++
			}
			_, _ = s.Operate(context.Background(), key, []aerostore.Operation{all[first], all[second]})
		}
	}
}

func TestSummariesOfSpansAreLimited(t *testing.T) {
	const ways = 700
	for limit, want := range map[int]int{0: 500, 5: 2, 500: 250} {
		store, recorder := traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithQuerySummary(), otelmw.WithCardinalityLimit(limit))
		operateInManyWays(store, ways)
		summaries := map[string]int{}
		for _, span := range recorder.Ended() {
			summary := attributesOf(span)["db.query.summary"]
			if summaries[summary]++; summary == "" && span.Name() != "OPERATE test.users" {
				t.Fatalf("a span without a summary is %q", span.Name())
			}
		}
		if n := summaries[""]; n != 2*(ways-want) {
			t.Errorf("limit %d: %d spans without a summary, want %d", limit, n, 2*(ways-want))
		}
		if n := len(summaries) - 1; n != want {
			t.Errorf("limit %d: %d summaries, want %d", limit, n, want)
		}
	}
}

func TestSummariesOfMeasurementsAreLimited(t *testing.T) {
	const ways = 500
	for _, c := range []struct{ limit, sets, want int }{{0, 299, 300}, {500, 249, 250}, {5, 2, 2}} {
		store, reader := measured(fake.Answers(aerostore.Result{}, nil), otelmw.WithQuerySummary(), otelmw.WithCardinalityLimit(c.limit))
		getSets(t.Context(), t, store, c.sets)
		operateInManyWays(store, ways)
		summaries := 0
		for series, n := range counts(t, collect(t, reader)[durationName]) {
			if strings.Contains(series, "db.query.summary") {
				summaries++
			} else if strings.Contains(series, "OPERATE") && n != int64(2*(ways-c.want)) {
				t.Errorf("limit %d: %s was measured %d times, want %d", c.limit, series, n, 2*(ways-c.want))
			}
		}
		if summaries != c.want {
			t.Errorf("limit %d, %d sets: %d series have a summary, want %d", c.limit, c.sets, summaries, c.want)
		}
	}
}
