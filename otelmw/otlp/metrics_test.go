package otlp

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestMeasurementsArriveAtTheCollector(t *testing.T) {
	r := receive(t)
	log := initMetrics(t)
	touch(t, 3)
	shutdownMetrics(t)
	if got := r.operations(); got != 3 {
		t.Errorf("%d operations", got)
	}
	if got := r.resource(); got["service.name"] != "aerostore" || got["telemetry.sdk.language"] != "go" {
		t.Errorf("resource %v", got)
	}
	if log.String() != "" {
		t.Errorf("logged %s", log)
	}
}

func TestTracingAndMetricsTakeTheSameOptions(t *testing.T) {
	r := receive(t)
	opts := []Option{WithServiceName("shop"), WithSpanProcessor(nil), WithMetricReader(nil)}
	initTracing(t, opts...)
	initMetrics(t, opts...)
	touch(t, 2)
	shutdownMetrics(t)
	shutdownTracing(t)
	if got := r.operations(); got != 2 || len(r.spans()) != 2 {
		t.Errorf("%d operations and %d spans", got, len(r.spans()))
	}
}

func TestMeasurementsAreExportedAtTheInterval(t *testing.T) {
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
	r := receive(t)
	initMetrics(t)
	touch(t, 2)
	eventually(t, "they arrive before the shutdown", func() bool { return r.operations() == 2 })
	shutdownMetrics(t)
}

func TestWithMetricReaderCollectsTheMetrics(t *testing.T) {
	r := receive(t)
	reader := sdkmetric.NewManualReader()
	initMetrics(t, WithMetricReader(reader))
	touch(t, 2)
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil || len(all.ScopeMetrics) == 0 {
		t.Errorf("%v, %v", all, err)
	}
	shutdownMetrics(t)
	if err := reader.Collect(t.Context(), &all); !errors.Is(err, sdkmetric.ErrReaderShutdown) {
		t.Errorf("the reader was not shut down: %v", err)
	}
	if r.operations() != 2 {
		t.Errorf("%d operations", r.operations())
	}
}

func TestMetricsInitAfterShutdownStartsAgainForExistingStores(t *testing.T) {
	for range 3 {
		r := receive(t)
		initMetrics(t)
		initMetrics(t)
		touch(t, 2)
		shutdownMetrics(t)
		shutdownMetrics(t)
		touch(t, 1)
		if got := r.operations(); got != 2 {
			t.Fatalf("%d operations", got)
		}
	}
}

func TestMetricsInitAndShutdownAreSafeForConcurrentUse(t *testing.T) {
	r := receive(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				if err := InitMetrics(context.Background()); err != nil {
					t.Error(err)
				}
				touch(t, 1)
				if i%2 == 0 {
					if err := ShutdownMetrics(context.Background()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	shutdownMetrics(t)
	if r.operations() == 0 {
		t.Error("no measurement arrived")
	}
}

func TestAMeterProviderOfOtherCodeIsKept(t *testing.T) {
	keepGlobals(t)
	r := receive(t)
	reader := sdkmetric.NewManualReader()
	theirs := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	otel.SetMeterProvider(theirs)
	log := initMetrics(t)
	touch(t, 1)
	shutdownMetrics(t)
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil || len(all.ScopeMetrics) == 0 {
		t.Errorf("nothing went there: %v", err)
	}
	if otel.GetMeterProvider() != theirs || r.operations() != 0 {
		t.Errorf("%T is installed, %d operations came here", otel.GetMeterProvider(), r.operations())
	}
	if log.count("level=INFO") != 1 || log.count("*metric.MeterProvider") != 1 {
		t.Errorf("logged %s", log)
	}

	initMetrics(t) // a second start
	shutdownMetrics(t)
	initMetrics(t, WithReplaceGlobal())
	touch(t, 4)
	shutdownMetrics(t)
	if got := r.operations(); got != 4 {
		t.Errorf("%d operations with it replaced", got)
	}
}

func TestAMeterProviderInstalledLaterIsKeptByTheShutdown(t *testing.T) {
	keepGlobals(t)
	r := receive(t)
	initMetrics(t)
	touch(t, 1)
	theirs := sdkmetric.NewMeterProvider()
	otel.SetMeterProvider(theirs)
	touch(t, 2)
	shutdownMetrics(t)
	if otel.GetMeterProvider() != theirs || r.operations() != 1 {
		t.Errorf("%T is installed, %d operations came here", otel.GetMeterProvider(), r.operations())
	}
}

func TestTheEnvironmentConfiguresMetrics(t *testing.T) {
	for _, c := range []struct {
		variable, value string
		operations      uint64
		warning         string // "" for none
	}{
		{"OTEL_SDK_DISABLED", "true", 0, ""},
		{"OTEL_SDK_DISABLED", "yes", 3, "only true disables it"},
		{"OTEL_METRICS_EXPORTER", "none", 0, ""},
		{"OTEL_METRICS_EXPORTER", "otlp,OTLP", 3, "it is used once"},
		{"OTEL_METRICS_EXPORTER", "none, otlp", 3, "with none"},
		{"OTEL_METRICS_EXPORTER", "prometheus", 3, "known values are otlp"},
		{"OTEL_TRACES_EXPORTER", "none", 3, ""},
		{"OTEL_METRIC_EXPORT_INTERVAL", "soon", 3, "60000"},
		{"OTEL_METRIC_EXPORT_INTERVAL", "0", 3, "60000 is used"},
		{"OTEL_METRIC_EXPORT_INTERVAL", "1000", 3, ""},
		{"OTEL_METRIC_EXPORT_TIMEOUT", "-1", 3, "30000"},
		{"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "10s", 3, "10000"},
		{"OTEL_METRICS_EXEMPLAR_FILTER", "some", 3, "trace_based is used"},
		{"OTEL_METRICS_EXEMPLAR_FILTER", "always_off", 3, ""},
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "eternal", 3, "cumulative is used"},
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta", 3, ""},
		{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "none", 3, "explicit_bucket_histogram is used"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", 3, "nothing is compressed"},
		{"OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "gzip", 3, ""},
		{"OTEL_EXPORTER_OTLP_HEADERS", "api-key", 3, "left out"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=%zz", 3, "left out"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=b, c=d", 3, ""},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem", 3, "those of the system are used"},
		{"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/nowhere.pem", 3, "no client certificate is sent"},
		{"OTEL_RESOURCE_ATTRIBUTES", "broken", 3, "used in part"},
	} {
		t.Run(c.variable+"="+c.value, func(t *testing.T) {
			r := receive(t)
			t.Setenv(c.variable, c.value)
			log := initMetrics(t)
			touch(t, 3)
			shutdownMetrics(t)
			if got := r.operations(); got != c.operations {
				t.Errorf("%d operations", got)
			}
			switch {
			case c.warning == "" && log.String() != "":
				t.Errorf("logged %s", log)
			case c.warning != "" && (log.count(c.variable) != 1 || log.count(c.warning) != 1 || log.count("level=WARN") != 1):
				t.Errorf("logged %q, want a warning with %q", log, c.warning)
			}
		})
	}
}

func TestTheEndpointOfMetricsTakesPrecedence(t *testing.T) {
	other, r := receive(t), receive(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+other.address)
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://"+r.address+either("", "/v1/metrics"))
	initMetrics(t)
	touch(t, 1)
	shutdownMetrics(t)
	if r.operations() != 1 || other.operations() != 0 {
		t.Errorf("%d operations here, %d there", r.operations(), other.operations())
	}
}

func TestAnInvalidEndpointOfMetricsIsAnError(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://[::1")
	err := InitMetrics(t.Context())
	if err == nil || !strings.Contains(err.Error(), "otlp: metrics are off: OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
		t.Errorf("returned %v", err)
	}
	touch(t, 1)
	shutdownMetrics(t)
}

func TestMetricsAreWrittenToTheConsole(t *testing.T) {
	r := receive(t)
	t.Setenv("OTEL_METRICS_EXPORTER", "console,otlp")
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = file

	initMetrics(t)
	touch(t, 2)
	shutdownMetrics(t)
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "db.client.operation.duration") || r.operations() != 2 {
		t.Errorf("%d operations sent, printed %s", r.operations(), text)
	}
}

func TestASecondMetricsShutdownWaitsForTheFirst(t *testing.T) {
	r := receive(t)
	r.hang = make(chan struct{})
	initMetrics(t)
	touch(t, 1)
	first := make(chan error, 1)
	go func() { first <- ShutdownMetrics(context.Background()) }()
	eventually(t, "the first is under way", func() bool {
		metrics.mu.Lock()
		defer metrics.mu.Unlock()
		return metrics.stopping != nil && metrics.stopping.taken.Load()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := ShutdownMetrics(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second did not wait until its context was done: %v", err)
	}
	close(r.hang)
	if err := errors.Join(ShutdownMetrics(context.Background()), <-first); err != nil {
		t.Error(err)
	}
	if r.operations() != 1 {
		t.Errorf("%d operations", r.operations())
	}
}
