package otelmw_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// number is the marker among integers.
const number = 4242424242

// holdsMarker reports where a text has the marker, in any form, or -1.
func holdsMarker(text []byte) int {
	for _, form := range []string{marker, hex.EncodeToString([]byte(marker)), strconv.Itoa(number)} {
		if at := bytes.Index(text, []byte(form)); at >= 0 {
			return at
		}
	}
	return -1
}

// sketch returns a HyperLogLog of the markers.
func sketch(t *testing.T) aerostore.HLL {
	t.Helper()
	record, err := memory.NewT(t).Operate(t.Context(), key, []aerostore.Operation{
		aerostore.HLLBin("b").Create(8, 0).Add(marker, number), aerostore.ReadBin("b"),
	})
	if err != nil {
		t.Fatal(err)
	}
	hll, err := record.Step(1).HLL()
	if err != nil {
		t.Fatal(err)
	}
	return hll
}

// markedBins are what operations of each family meet. Where a value may be, there is a
// marker.
func markedBins(hll aerostore.HLL) map[cdt.Family][]any {
	m := []aerostore.MapPair{{Key: number, Value: []any{marker}}, {Key: marker, Value: number}}
	l := []any{marker, number, m, 1.5}
	return map[cdt.Family][]any{
		cdt.OfLists: {nil, marker, l, m},
		cdt.OfMaps:  {nil, number, l, m},
		cdt.OfBits:  {nil, number, []byte(marker)},
		cdt.OfHLLs:  {nil, []byte(marker), hll},
	}
}

// markedSelectors select the marker in every way, and what there is not.
func markedSelectors() (all []*cdt.Selector) {
	far, odd := []any{marker, []any{number}}, struct{ s string }{marker}
	for _, s := range []interface{ Selector() *cdt.Selector }{
		cdt.Index(99), cdt.Rank(99), cdt.Indexes(1, 2), cdt.Ranks(-9, cdt.ToEnd),
		cdt.Many{},
		cdt.Key(marker), cdt.Key(number), cdt.Key(odd), cdt.Keys(marker, number, []byte(marker)), cdt.Keys(odd),
		cdt.Not(cdt.Keys(marker)), cdt.KeyBetween(marker, number), cdt.KeyFrom(odd), cdt.IndexesNear(marker, -1, 3),
		cdt.Value(marker), cdt.Value(far), cdt.Value(odd), cdt.Values(number, far), cdt.Not(cdt.Values(odd)),
		cdt.Between(number, marker), cdt.Below(odd), cdt.RanksNear(number, 0, 2),
	} {
		all = append(all, s.Selector())
	}
	return append(all, cdt.Index(99).Selector().Invert(), cdt.Key(marker).Selector().Invert())
}

// markedOps returns operations of the kind that have the marker wherever they may.
func markedOps(kind cdt.Kind, hll aerostore.HLL) []cdt.Op {
	type named string
	base := cdt.Op{
		Kind: kind, Select: cdt.Value(marker).Selector(), Give: 7, Index: 1, Count: 3, Counted: true,
		Key: marker, Value: marker, Values: []any{marker, number},
	}
	switch kind {
	case cdt.MapPutAll, cdt.MapAddAll, cdt.MapReplaceAll:
		base.Values = map[any]any{marker: number, number: marker}
	case cdt.BitInsert, cdt.BitSet, cdt.BitOr, cdt.BitXor, cdt.BitAnd:
		base.Value = []byte(marker)
	case cdt.ListIncrement, cdt.MapIncrement, cdt.MapDecrement, cdt.BitAdd, cdt.BitSubtract, cdt.BitSetInt:
		base.Value = number
	case cdt.BitLScan, cdt.BitRScan:
		base.Value = true
	case cdt.HLLSetUnion, cdt.HLLGetUnion, cdt.HLLGetUnionCount, cdt.HLLGetIntersectCount, cdt.HLLGetSimilarity:
		base.Values = []any{hll}
	}
	if kind.Family() == cdt.OfHLLs {
		base.Index, base.Shift = -1, -1
	}
	ops := []cdt.Op{base}
	vary := func(change func(*cdt.Op)) {
		op := base
		change(&op)
		ops = append(ops, op)
	}
	for _, flags := range []uint8{1, 2, 4, 5, 8} {
		if kind.Writes() {
			vary(func(op *cdt.Op) { op.Flags = flags })
		}
	}
	for _, index := range []int{-99, 0, 99} {
		vary(func(op *cdt.Op) { op.Index, op.Count, op.Shift = index, 60, 8 })
	}
	for _, set := range []func(*cdt.Op, any){
		func(op *cdt.Op, v any) { op.Key = v },
		func(op *cdt.Op, v any) { op.Value, op.Values = v, nil },
		func(op *cdt.Op, v any) { op.Values = v },
		func(op *cdt.Op, v any) { op.Values = []any{marker, v} },
	} {
		ignored := base
		if set(&ignored, &base); valid(ignored) {
			continue
		}
		for _, v := range []any{
			nil, float64(number), []byte(marker), aerostore.GeoJSON(marker), aerostore.HLL(marker), strings.Repeat(marker, 200),
			named(marker), &base,
			struct{ s string }{marker},
			[]any{marker, named(marker)},
			map[any]any{[1]string{marker}: number},
			[]aerostore.MapPair{{Key: marker}, {Key: marker}},
			cdt.Wildcard,
		} {
			vary(func(op *cdt.Op) { set(op, v) })
		}
	}
	for _, path := range [][]cdt.Step{
		{cdt.Key(marker)},
		{cdt.Key(number)},
		{cdt.Value(marker)},
		{cdt.Value(number).InMap()},
		{cdt.Rank(99)},
		{cdt.Key(number), cdt.Value(marker), cdt.Key(marker)},
		{cdt.Key(marker).Create(cdt.KeyOrdered)},
		{cdt.Key("new").Create(cdt.Unordered), cdt.Key(marker).Create(cdt.KeyOrdered)},
		{cdt.Key([]any{marker}).Create(cdt.KeyOrdered)},
		{cdt.Value(named(marker))},
		{cdt.OneKey{}},
	} {
		vary(func(op *cdt.Op) { op.Path = path })
	}
	unselective := base
	if unselective.Select = nil; valid(unselective) {
		return ops
	}
	for _, s := range markedSelectors() {
		vary(func(op *cdt.Op) { op.Select = s })
	}
	for _, give := range []uint8{0, 1, 5, 6, 8} {
		vary(func(op *cdt.Op) { op.Give = give })
	}
	return ops
}

// valid reports whether the operation may be sent.
func valid(op cdt.Op) bool {
	call := aerostore.Call{Op: aerostore.OpOperate, Key: key}
	return call.WithOperations([]aerostore.Operation{aerostore.OperationOf("b", op)}).Validate() == nil
}

// appendTexts appends all texts of an error and of those that it wraps.
func appendTexts(b *bytes.Buffer, err error) {
	if err == nil {
		return
	}
	fmt.Fprintf(b, "%v %+v %#v %q\n", err, err, err, err)
	if e, ok := err.(*aerostore.Error); ok {
		fmt.Fprintln(b, e.SafeMessage())
		appendTexts(b, e.Err)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		appendTexts(b, e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, wrapped := range e.Unwrap() {
			appendTexts(b, wrapped)
		}
	}
}

// appendMisread appends the errors of results that are read as another type.
func appendMisread(b *bytes.Buffer, r *aerostore.Record, steps int) {
	for i := range steps {
		_, isMap := r.Step(i).Map()
		_, isInt := r.Step(i).Int()
		_, isText := r.Step(i).Str()
		appendTexts(b, errors.Join(isMap, isInt, isText))
	}
	_, isMap := r.Map("b")
	_, isInt := r.Int("b")
	appendTexts(b, errors.Join(isMap, isInt))
}

func TestNoStepShowsAValueWhateverFails(t *testing.T) {
	var exported bytes.Buffer
	exporter, err := stdouttrace.New(stdouttrace.WithWriter(&exported))
	if err != nil {
		t.Fatal(err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	reader := sdkmetric.NewManualReader()
	stack := middleware.Production()
	stack.Log = middleware.Log(slog.New(slog.NewJSONHandler(&exported, &slog.HandlerOptions{Level: slog.LevelDebug})), middleware.LogOptions{})
	backend := memory.NewT(t, memory.WithMaxRecordSize(1024))
	store := aerostore.Chain(backend,
		otelmw.Tracing(otelmw.WithTracerProvider(provider), otelmw.WithQuerySummary(), otelmw.WithReturnedRows()),
		otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)), otelmw.WithQuerySummary()),
		stack.Middleware())
	calls, spans, records := 0, 0, 0
	check := func(what string) {
		t.Helper()
		spans += bytes.Count(exported.Bytes(), []byte(`"SpanKind":3`))
		records += bytes.Count(exported.Bytes(), []byte(`"outcome":`))
		if at := holdsMarker(exported.Bytes()); at >= 0 {
			t.Errorf("%s: …%s…", what, exported.Bytes()[max(0, at-200):min(at+20, exported.Len())])
		}
		exported.Reset()
	}

	hll := sketch(t)
	bins := markedBins(hll)
	seen := map[aerostore.ResultCode]bool{}
	for kind := cdt.Kind(1); kind.Family() != 0; kind++ {
		failed := false
		for _, op := range markedOps(kind, hll) {
			for _, bin := range bins[kind.Family()] {
				if err := backend.Put(t.Context(), key, aerostore.Bins{"b": bin, "other": 1}); err != nil {
					t.Fatal(err)
				}
				steps := []aerostore.Operation{aerostore.WriteBin("a", number), aerostore.OperationOf("b", op)}
				record, err := store.Operate(t.Context(), key, steps)
				calls++
				if err == nil {
					appendMisread(&exported, record, len(steps))
					check(fmt.Sprintf("%s on a %T", kind, bin))
					continue
				}
				failed, seen[aerostore.CodeOf(err)] = true, true
				appendTexts(&exported, err)
				results, err := store.BatchOperate(t.Context(), []aerostore.Key{key}, steps)
				calls++
				appendTexts(&exported, err)
				for _, r := range results {
					appendTexts(&exported, r.Err)
				}
				check(fmt.Sprintf("%s on a %T", kind, bin))
				if errors.Is(err, aerostore.ErrInvalid) {
					break // whatever the bin
				}
			}
		}
		if !failed {
			t.Errorf("no %s failed", kind)
		}
	}
	if spans != calls || records != calls {
		t.Errorf("%d spans and %d log records of %d calls", spans, records, calls)
	}
	for _, code := range []aerostore.ResultCode{
		aerostore.CodeParameter, aerostore.CodeBinExists, aerostore.CodeBinType, aerostore.CodeRecordTooBig, aerostore.CodeBinNotFound,
		aerostore.CodeElementNotFound, aerostore.CodeElementExists, aerostore.CodeOpNotApplicable,
	} {
		if !seen[code] {
			t.Errorf("no operation failed with %v", code)
		}
	}
	for _, metric := range collect(t, reader) {
		for _, set := range setsOf(metric) {
			exported.WriteString(set.String())
		}
	}
	check("the metrics")
}
