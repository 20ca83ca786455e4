package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const secret = "s3cr3t"

// mistaken are invalid values, and values with a secret, by the parts of the variable's
// name before and after the signal.
var mistaken = []struct {
	before, after string
	values        []string
}{
	{"OTEL_EXPORTER_OTLP_", "ENDPOINT", []string{
		"http://user:s3cr3t@127.0.0.1:1", "https://s3cr3t@127.0.0.1:1", "user:s3cr3t@127.0.0.1:1", "s3cr3t:x@127.0.0.1:1",
		"s3cr3t@127.0.0.1:1", "user:s3c/s3cr3t@127.0.0.1:1", "http://user:s3cr3t%zz@127.0.0.1:1", "http://user:s3cr3t",
		"http://127.0.0.1:s3cr3t", "127.0.0.1:s3cr3t", "http://[::1?s3cr3t", "http://127.0.0.1:1/?token=s3cr3t", "http://127.0.0.1:1/s3cr3t",
		"http://127.0.0.1:1#s3cr3t", "127.0.0.1:1?s3cr3t", "://s3cr3t", "s3cr3t://127.0.0.1:1", "http://\x7fs3cr3t", "http:// s3cr3t",
		"dns://user:s3cr3t@127.0.0.1:1/host", "dns:user:s3cr3t@127.0.0.1:1", "passthrough:///127.0.0.1:1?s3cr3t",
	}},
	{"OTEL_EXPORTER_OTLP_", "HEADERS", []string{
		secret, "api-key:s3cr3t", "=s3cr3t", "s3cr3t name=x", "api-key=%zzs3cr3t", "api-key=s3cr3t,s3cr3t", "authorization=Bearer s3cr3t", "api-key=s3cr3t%01",
	}},
	{"OTEL_EXPORTER_OTLP_", "CERTIFICATE", []string{"-----BEGIN CERTIFICATE-----s3cr3t"}},
	{"OTEL_EXPORTER_OTLP_", "CLIENT_CERTIFICATE", []string{"-----BEGIN CERTIFICATE-----s3cr3t"}},
	{"OTEL_EXPORTER_OTLP_", "CLIENT_KEY", []string{"-----BEGIN PRIVATE KEY-----s3cr3t"}},
	{"OTEL_EXPORTER_OTLP_", "TIMEOUT", []string{secret}},
	{"OTEL_EXPORTER_OTLP_", "COMPRESSION", []string{secret}},
	{"OTEL_EXPORTER_OTLP_", "INSECURE", []string{secret}},
	{"OTEL_EXPORTER_OTLP_", "PROTOCOL", []string{secret}},
	{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "", []string{secret}},
	{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "", []string{secret}},
	{"OTEL_RESOURCE_ATTRIBUTES", "", []string{secret, "a=1,s3cr3t", "a=%zs3cr3t", "s3cr3t=%zz"}},
	{"OTEL_SERVICE_NAME", "", []string{"%zzs3cr3t"}},
	{"OTEL_SDK_DISABLED", "", []string{secret}},
	{"OTEL_TRACES_EXPORTER", "", []string{secret, "otlp,s3cr3t"}},
	{"OTEL_METRICS_EXPORTER", "", []string{secret, "otlp,s3cr3t"}},
	{"OTEL_PROPAGATORS", "", []string{secret}},
	{"OTEL_TRACES_SAMPLER", "", []string{secret}},
	{"OTEL_TRACES_SAMPLER_ARG", "", []string{secret}},
	{"OTEL_BSP_MAX_QUEUE_SIZE", "", []string{secret}},
	{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "", []string{secret}},
	{"OTEL_BSP_SCHEDULE_DELAY", "", []string{secret}},
	{"OTEL_BSP_EXPORT_TIMEOUT", "", []string{secret}},
	{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "", []string{secret}},
	{"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", []string{secret}},
	{"OTEL_METRIC_EXPORT_INTERVAL", "", []string{secret}},
	{"OTEL_METRIC_EXPORT_TIMEOUT", "", []string{secret}},
	{"OTEL_METRICS_EXEMPLAR_FILTER", "", []string{secret}},
	{"OTEL_GO_X_CARDINALITY_LIMIT", "", []string{secret}},
}

func TestNoValueOfTheEnvironmentIsLogged(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the package once more")
	}
	// The standard error of another process has all of it: the logs and errors of this
	// package, OpenTelemetry's log and its error handler.
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	program.Env = append(os.Environ(), runningAll+"=1")
	output, err := program.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for line := range strings.Lines(string(output)) {
		if strings.Contains(line, secret) {
			t.Errorf("logged: %s", line)
		}
	}
	if n := strings.Count(string(output), "OTEL_"); n < 150 {
		t.Errorf("a variable is named %d times, which is too seldom:\n%s", n, output)
	}
}

// runningAll makes the test program the one that runs with all values.
const runningAll = "AEROSTORE_TELLING_ALL"

func tellAll() {
	for _, m := range mistaken {
		signals := []string{""}
		if m.after != "" {
			signals = []string{"", "TRACES_", "METRICS_"}
		}
		for _, signal := range signals {
			for i, value := range m.values {
				name := m.before + signal + m.after
				fmt.Fprintln(os.Stderr, "==", i, name)
				runOne(name, value)
			}
		}
	}
}

// runOne sets an invalid variable, and a valid endpoint unless it is the variable.
func runOne(name, value string) {
	for _, v := range []struct{ name, value string }{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"}, {name, value}} {
		if err := os.Setenv(v.name, v.value); err != nil {
			panic(err)
		}
		defer os.Unsetenv(v.name)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	_, span := early.Start(context.Background(), "one")
	span.End()
	err := errors.Join(InitTracing(context.Background(), WithLogger(log)), InitMetrics(context.Background(), WithLogger(log)))
	fmt.Fprintln(os.Stderr, "init:", err)
	_, span = early.Start(context.Background(), "another")
	span.End()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	fmt.Fprintln(os.Stderr, "flush:", Flush(ctx))
	fmt.Fprintf(os.Stderr, "stats: %+v\n", TracingStats())
	fmt.Fprintln(os.Stderr, "shutdown:", Shutdown(ctx))
	if os.Getenv(name) != value {
		panic(name + " is not what it was")
	}
}
