package otlp

import (
	"errors"
	"testing"
)

func TestNilOptionsKeepTheDefault(t *testing.T) {
	r := receive(t)
	options := []Option{nil, WithLogger(nil), WithServiceName(""), WithSpanProcessor(nil), WithMetricReader(nil)}
	if err := errors.Join(InitTracing(t.Context(), options...), InitMetrics(t.Context(), options...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = Shutdown(t.Context()) })
	touch(t, 1)
	if err := Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(r.spans()); n != 1 || r.operations() != 1 {
		t.Errorf("%d spans and %d operations arrived, want one each", n, r.operations())
	}
}
