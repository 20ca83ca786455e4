package otelmw_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

func TestNoFilterShowsALiteralWhateverHappens(t *testing.T) {
	var exported bytes.Buffer
	exporter, err := stdouttrace.New(stdouttrace.WithWriter(&exported))
	if err != nil {
		t.Fatal(err)
	}
	reader := sdkmetric.NewManualReader()
	stack := middleware.Production()
	stack.Log = middleware.Log(slog.New(slog.NewJSONHandler(&exported, &slog.HandlerOptions{Level: slog.LevelDebug})), middleware.LogOptions{})
	backend := memory.NewT(t)
	store := aerostore.Chain(backend,
		otelmw.Tracing(otelmw.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))), otelmw.WithQuerySummary()),
		otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)), otelmw.WithQuerySummary()),
		stack.Middleware())
	if err := backend.Put(t.Context(), key, aerostore.Bins{"a": 1}); err != nil {
		t.Fatal(err)
	}
	wrong := exp.Or(
		exp.StringBin("a").Equal(marker), exp.IntBin("a").Equal(number), exp.StringBin("a").Matches(marker),
		exp.MapBin("a").IntAt(cdt.Key(marker)).Equal(number), exp.ListBin("a").Contains(marker),
	)
	ops := []aerostore.Operation{aerostore.WriteBin("a", 2)}
	seen := map[error]bool{}
	for _, f := range []aerostore.Filter{
		aerostore.Filter(wrong),
		aerostore.Filter(exp.And(wrong, exp.Bool{})),
		aerostore.Filter(exp.Or(wrong, exp.StringBin("a").Matches("["+marker))),
		aerostore.Filter(exp.Or(wrong, exp.Within(exp.GeoBin("a"), exp.GeoVal(marker)))),
		aerostore.Filter(exp.Or(wrong, exp.ListVal(struct{ s string }{marker}).Contains(1))),
		{},
	} {
		_, get := store.Get(t.Context(), key, f)
		_, exists := store.Exists(t.Context(), key, f)
		_, removed := store.Remove(t.Context(), key, f)
		_, operated := store.Operate(t.Context(), key, ops, f)
		read, batchRead := store.BatchRead(t.Context(), []aerostore.Key{key}, nil, f)
		items := []aerostore.BatchItem{{Key: key, Bins: aerostore.Bins{"a": 2}, Options: []aerostore.WriteOption{f}}}
		written, batchWritten := store.BatchWrite(t.Context(), items)
		errs := []error{get, exists, removed, operated, batchRead, batchWritten, store.Touch(t.Context(), key, f)}
		for _, r := range append(read, written...) {
			errs = append(errs, r.Err)
		}
		for _, err := range store.Query(t.Context(), aerostore.Query{Namespace: "test", Options: []aerostore.ReadOption{f}}) {
			errs = append(errs, err)
		}
		for _, err := range errs {
			appendTexts(&exported, err)
			for _, is := range []error{aerostore.ErrFilteredOut, aerostore.ErrInvalid} {
				seen[is] = seen[is] || errors.Is(err, is)
			}
		}
	}
	if len(seen) != 2 || !seen[aerostore.ErrFilteredOut] || !seen[aerostore.ErrInvalid] {
		t.Errorf("these failures were seen: %v", seen)
	}
	for _, metric := range collect(t, reader) {
		for _, set := range setsOf(metric) {
			exported.WriteString(set.String())
		}
	}
	if at := holdsMarker(exported.Bytes()); at >= 0 {
		t.Errorf("…%s…", exported.Bytes()[max(0, at-200):min(at+20, exported.Len())])
	}
	record, err := backend.Get(t.Context(), key)
	if err != nil || record.Bins["a"] != 1 {
		t.Errorf("the record is %v, %v", record, err)
	}
}
