package otlp

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestAConsoleThatBlocksDelaysNothingAndItsSpansAreLost(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	t.Setenv("OTEL_TRACES_EXPORTER", "console")
	t.Setenv("OTEL_METRICS_EXPORTER", "console")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "1")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = w
	initTracing(t)
	initMetrics(t)
	const operations = 2000
	touch(t, operations)
	counted := func(when string) ExporterStats {
		t.Helper()
		s := TracingStats()[0]
		if min(s.Sent, s.Lost, s.Dropped, s.Waiting) < 0 || s.Sent+s.Lost+s.Dropped+s.Waiting != operations {
			t.Errorf("%s: counted %+v", when, s)
		}
		return s
	}
	counted("while it is blocked")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := Shutdown(ctx); err == nil {
		t.Error("the shutdown returned no error")
	}
	ended := counted("after the shutdown")
	if ended.Lost == 0 || ended.Waiting != 0 {
		t.Errorf("counted %+v", ended)
	}
	go io.Copy(io.Discard, r)
	goleak.VerifyNone(t, append([]goleak.Option{goleak.IgnoreAnyFunction("io.Copy")}, leaks)...)
	if s := counted("when it is read at last"); s != ended {
		t.Errorf("counted %+v, and %+v before", s, ended)
	}
	w.Close()
	r.Close()
}
