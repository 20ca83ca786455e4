package otelmw_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// installMeter makes a provider the global one for the length of a test.
func installMeter(t *testing.T, provider metric.MeterProvider) {
	t.Helper()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(provider)
	t.Cleanup(func() {
		if !global.Unset(before) {
			otel.SetMeterProvider(before)
			return
		}
		otel.SetMeterProvider(new(global.Off)) // the stand-in cannot be put back
	})
}

func TestMetricsFollowTheGlobalProvider(t *testing.T) {
	first, second := sdkmetric.NewManualReader(), sdkmetric.NewManualReader()
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Metrics())
	touch := func(n int) {
		t.Helper()
		for range n {
			if err := store.Touch(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
	}
	touch(1)
	installMeter(t, meterOf(first))
	touch(2)
	expect(t, first, durationName, map[string]int64{about("TOUCH").String(): 2})
	installMeter(t, meterOf(second))
	touch(3)
	installMeter(t, noop.NewMeterProvider())
	touch(4)
	installMeter(t, new(global.Off))
	touch(5)
	expect(t, second, durationName, map[string]int64{about("TOUCH").String(): 3})
	expect(t, first, durationName, map[string]int64{about("TOUCH").String(): 2})

	for n := range 2 {
		reader := sdkmetric.NewManualReader()
		installMeter(t, sliceMeterProvider{MeterProvider: meterOf(reader), names: []string{"not comparable"}})
		touch(6 + n)
		expect(t, reader, durationName, map[string]int64{about("TOUCH").String(): int64(6 + n)})
	}
}

// sliceMeterProvider is a provider that == panics at.
type sliceMeterProvider struct {
	metric.MeterProvider
	names []string
}

func TestCallbacksAreUnregisteredWhenTheProviderChanges(t *testing.T) {
	first, second := sdkmetric.NewManualReader(), sdkmetric.NewManualReader()
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Metrics())
	for _, reader := range []*sdkmetric.ManualReader{first, second} {
		installMeter(t, meterOf(reader))
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		expect(t, reader, activeName, map[string]int64{about("TOUCH").String(): 0})
	}
	expect(t, first, activeName, none)
	runtime.KeepAlive(store)
}

func TestCallbacksAreUnregisteredWhenTheStoreIsUnreachable(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := meterOf(reader)
	func() {
		store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Metrics(otelmw.WithMeterProvider(provider)))
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		expect(t, reader, activeName, map[string]int64{about("TOUCH").String(): 0})
		runtime.KeepAlive(store)
	}()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		runtime.GC()
		if _, ok := collect(t, reader)[activeName]; !ok {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the callback is still there")
		}
	}
}

func TestActiveOperationsAreCorrectWhenTheProviderChanges(t *testing.T) {
	first, second := sdkmetric.NewManualReader(), sdkmetric.NewManualReader()
	installMeter(t, meterOf(first))
	var inside func()
	store := aerostore.Chain(aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		inside()
		return aerostore.Result{}, nil
	}), otelmw.Metrics())
	inside = func() {
		installMeter(t, meterOf(second))
		inside = func() {}
		if err := store.Touch(t.Context(), key); err != nil {
			t.Error(err)
		}
		expect(t, second, activeName, map[string]int64{about("TOUCH").String(): 1})
	}
	if err := store.Touch(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	expect(t, second, activeName, map[string]int64{about("TOUCH").String(): 0})
}

func TestMeterProvidersMayChangeWhileOperationsRun(t *testing.T) {
	installMeter(t, noop.NewMeterProvider())
	store := aerostore.Chain(fake.Answers(aerostore.Result{Attempts: 2}, nil), otelmw.Metrics())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if err := store.Touch(context.Background(), key); err != nil {
					t.Error(err)
				}
			}
		})
	}
	reader := sdkmetric.NewManualReader()
	for range 50 {
		reader = sdkmetric.NewManualReader()
		otel.SetMeterProvider(meterOf(reader))
	}
	wg.Wait()
	if err := store.Touch(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	expect(t, reader, activeName, map[string]int64{about("TOUCH").String(): 0})
}

// stingyProvider is one whose meters make nothing.
type stingyProvider struct{ noop.MeterProvider }

func (stingyProvider) Meter(string, ...metric.MeterOption) metric.Meter { return stingyMeter{} }

type stingyMeter struct{ noop.Meter }

var errStingy = errors.New("no instruments here")

func (stingyMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return nil, errStingy
}

func (stingyMeter) Int64Histogram(string, ...metric.Int64HistogramOption) (metric.Int64Histogram, error) {
	return nil, errStingy
}

func (stingyMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return nil, errStingy
}

func (stingyMeter) Int64ObservableUpDownCounter(string, ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	return nil, errStingy
}

func TestAProviderWithoutInstrumentsIsHandledAndOperationsSucceed(t *testing.T) {
	errs := handled(t)
	store := aerostore.Chain(fake.Yields(2, nil), otelmw.Metrics(otelmw.WithMeterProvider(stingyProvider{})))
	rows := 0
	for range store.Query(t.Context(), everyone) {
		rows++
	}
	if rows != 2 || len(*errs) != 4 || !errors.Is((*errs)[0], errStingy) {
		t.Errorf("%d rows, handled %v", rows, *errs)
	}
}
