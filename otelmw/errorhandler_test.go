package otelmw_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

// An error handler may write to the store whose error it handles.
func TestAnErrorHandlerMayCallTheStore(t *testing.T) {
	everything := func(string) bool { return true }
	for name, options := range map[string][]otelmw.Option{
		"a global provider that is nil":         nil,
		"a global provider that makes nothing":  nil,
		"a formatter that returns nothing":      {otelmw.WithSpanNameFormatter(func(string, string, string) string { return "" })},
		"attributes without a name":             {otelmw.WithAttributesFunc(nameless)},
		"a provider of its own with no meters":  {otelmw.WithMeterProvider(halfProvider{meterOf(sdkmetric.NewManualReader()), everything})},
		"attributes without a name, given once": {otelmw.WithAttributes(attribute.String("", "nameless"))},
	} {
		t.Run(name, func(t *testing.T) {
			install(t, providerOf(tracetest.NewSpanRecorder()))
			switch name {
			case "a global provider that is nil":
				installMeter(t, (*sdkmetric.MeterProvider)(nil))
			case "a global provider that makes nothing":
				installMeter(t, halfProvider{meterOf(sdkmetric.NewManualReader()), everything})
			default:
				installMeter(t, meterOf(sdkmetric.NewManualReader()))
			}
			var store aerostore.Store
			handled := 0
			before := otel.GetErrorHandler()
			defer otel.SetErrorHandler(before)
			otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {
				if handled++; store != nil && handled < 100 {
					_ = store.Touch(context.Background(), aerostore.NewKey("test", "errors", handled))
				}
			}))
			ended := make(chan error, 1)
			go func() {
				store = aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Tracing(options...), otelmw.Metrics(options...))
				ended <- store.Touch(context.Background(), key)
			}()
			select {
			case err := <-ended:
				if err != nil || handled == 0 {
					t.Errorf("%v, handled %d times", err, handled)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it hangs")
			}
		})
	}
}

func nameless(context.Context, aerostore.Call, aerostore.Result, error) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("", "nameless")}
}
