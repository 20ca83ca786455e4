package otlp

import (
	"slices"
	"testing"
)

// Whatever number is in the environment, three operations export three spans and three
// measurements, and an invalid number is warned about once.
func TestNoNumberInTheEnvironmentLosesTelemetry(t *testing.T) {
	values := []string{
		"", " ", "0", "-1", "-9223372036854775808", "9223372036854775807", "99999999999999999999", "-99999999999999999999",
		"1e3", "1.5", "0x10", "NaN", "many", " 6400 ",
	}
	usable := []string{"", " ", " 6400 "}
	for _, v := range []struct {
		variable string
		usable   []string // and those
	}{
		{"OTEL_BSP_MAX_QUEUE_SIZE", nil},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", nil},
		{"OTEL_BSP_SCHEDULE_DELAY", nil},
		{"OTEL_BSP_EXPORT_TIMEOUT", []string{"0"}},
		{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", []string{"0", "-1"}},
		{"OTEL_ATTRIBUTE_COUNT_LIMIT", []string{"0", "-1"}},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", []string{"0", "-1"}},
		{"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", []string{"0", "-1"}},
		{"OTEL_SPAN_EVENT_COUNT_LIMIT", []string{"0", "-1"}},
		{"OTEL_SPAN_LINK_COUNT_LIMIT", []string{"0", "-1"}},
		{"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", []string{"0", "-1"}},
		{"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", []string{"0", "-1"}},
		{"OTEL_METRIC_EXPORT_INTERVAL", nil},
		{"OTEL_METRIC_EXPORT_TIMEOUT", nil},
		{"OTEL_GO_X_CARDINALITY_LIMIT", []string{"0", "-1"}},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", []string{"0"}},
		{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", []string{"0"}},
		{"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", []string{"0"}},
	} {
		for _, value := range values {
			t.Run(v.variable+"="+value, func(t *testing.T) {
				warnings := 1
				if slices.Contains(usable, value) || slices.Contains(v.usable, value) {
					warnings = 0
				}
				arrives(t, warnings, map[string]string{v.variable: value})
			})
		}
	}
}

func TestALargeQueueAndALargeBatchAreBoundedTogether(t *testing.T) {
	arrives(t, 2, map[string]string{
		"OTEL_BSP_MAX_QUEUE_SIZE": "9223372036854775807", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "9223372036854775807",
	})
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "100")
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "200")
	if s := readBatchSettings(); s.queue != 100 || s.batch != 100 {
		t.Errorf("a batch of %d from a queue of %d", s.batch, s.queue)
	}
}

func TestAnInvalidRatioSamplesAll(t *testing.T) {
	for _, value := range []string{"NaN", "Inf", "-Inf", "-0.1", "1.1", "1e999", "half", "9223372036854775807"} {
		t.Run(value, func(t *testing.T) {
			arrives(t, 1, map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": value})
		})
	}
	arrives(t, 0, map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": " 1.0 "})
}

// arrives expects that operations under these variables are exported.
func arrives(t *testing.T, warnings int, variables map[string]string) {
	t.Helper()
	r := receive(t)
	for name, value := range variables {
		t.Setenv(name, value)
	}
	log, metricsLog := initTracing(t), initMetrics(t)
	touch(t, 3)
	if err := Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if s := TracingStats()[0]; len(r.spans()) != 3 || r.operations() != 3 || s.Sent != 3 || s.Dropped+s.Lost+s.Waiting != 0 {
		t.Errorf("%d spans and %d operations arrived, counted %+v", len(r.spans()), r.operations(), s)
	}
	if output := log.String() + metricsLog.String(); log.count("level=WARN")+metricsLog.count("level=WARN") != warnings || log.count("\n")+metricsLog.count("\n") != warnings {
		t.Errorf("logged %s, want %d warnings", output, warnings)
	}
}
