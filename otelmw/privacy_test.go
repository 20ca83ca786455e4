package otelmw_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

func TestNothingExportedHoldsAKeyOrAValue(t *testing.T) {
	var exported bytes.Buffer
	exporter, err := stdouttrace.New(stdouttrace.WithWriter(&exported))
	if err != nil {
		t.Fatal(err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	reader := sdkmetric.NewManualReader()
	metrics := otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader)), otelmw.WithQuerySummary())

	leaky := fmt.Errorf("user %s has %v", marker, bins)
	retry := middleware.Retry(middleware.RetryOptions{
		IsTransient: func(context.Context, aerostore.Call, error) bool { return true },
		Idempotent:  func(aerostore.Call) bool { return true },
		Backoff:     middleware.Backoff{Base: 1, Max: 1},
		Budget:      middleware.RetryBudget{Ratio: 9},
	})
	handlers := map[string]aerostore.Handler{
		"success": fake.Answers(aerostore.Result{}.WithRecord(&aerostore.Record{Key: key, Bins: bins}), nil),
		"rows":    fake.Yields(3, nil),
		"failure": fake.Fails(aerostore.CodeGeneration),
		"refused": func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.Validate()
		},
		"another's error": fake.Answers(aerostore.Result{}, leaky),
		"a cause": func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.NewError(aerostore.CodeServer, leaky)
		},
		"a cause within": func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.NewError(aerostore.CodeServer, call.NewError(aerostore.CodeServer, leaky))
		},
		"the cause of a context": func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(leaky)
			return aerostore.Result{}, call.Check(ctx)
		},
		"attempts":         aerostore.Layers(aerostore.Chain(fake.Answers(aerostore.Result{}, nil), retry))[0].Intercept(fake.Answers(aerostore.Result{}, leaky)),
		"a wrapped error":  fake.Answers(aerostore.Result{}, fmt.Errorf("%w: %w", leaky, aerostore.ErrTimeout)),
		"failures of keys": fake.Answers(results(aerostore.CodeKeyBusy, aerostore.CodeKeyBusy), nil),
		"panic":            func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(leaky) },
	}
	for _, h := range handlers {
		store := aerostore.Chain(h, otelmw.Tracing(otelmw.WithTracerProvider(provider), otelmw.WithReturnedRows(), otelmw.WithQuerySummary()), metrics)
		for _, op := range operations {
			func() {
				defer func() { _ = recover() }()
				_ = op.run(t.Context(), store)
			}()
		}
	}
	if spans := bytes.Count(exported.Bytes(), []byte(`"SpanKind":3`)); spans != len(handlers)*len(operations) {
		t.Fatalf("%d spans exported, want %d", spans, len(handlers)*len(operations))
	}
	for _, metric := range collect(t, reader) {
		for series := range counts(t, metric) {
			exported.WriteString(series)
		}
	}
	if at := bytes.Index(exported.Bytes(), []byte(marker)); at >= 0 {
		t.Errorf("…%s…", exported.Bytes()[max(0, at-200):at+len(marker)])
	}
}
