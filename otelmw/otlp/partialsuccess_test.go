package otlp

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAPartialSuccessIsLoggedAndCounted(t *testing.T) {
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "3600000")
	for _, c := range []struct {
		name     string
		rejected int64
		message  string
		lost     int64
		warnings int
		returned string // by a flush
	}{
		{"all of it", 0, "", 0, 0, ""},
		{"all of it, with a message", 0, "your clock is wrong", 0, 1, ""},
		{"some of it", 2, "two are too old", 4, 1, "2 spans could not be sent"},
		{"none of it", 5, "all are too old", 10, 1, "5 spans could not be sent"},
		{"a negative number of it", 9, "cannot count", 10, 1, "5 spans could not be sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := receive(t)
			r.rejected, r.message = c.rejected, c.message
			log, metricsLog := initTracing(t), initMetrics(t)
			for range 2 {
				touch(t, 5)
				err := Flush(t.Context())
				if c.returned == "" && err != nil || c.returned != "" && (err == nil || !strings.Contains(err.Error(), c.returned) || !strings.Contains(err.Error(), c.message)) {
					t.Errorf("returned %v", err)
				}
			}
			if s := TracingStats()[0]; s.Lost != c.lost || s.Sent != 10-c.lost || s.Failing != nil {
				t.Errorf("counted %+v", s)
			}
			for _, l := range []*logged{log, metricsLog} {
				if l.count("\n") != c.warnings || l.count("in part") != c.warnings || l.count("level=WARN") != c.warnings {
					t.Errorf("logged %s", l)
				}
			}
		})
	}
}

func TestOtherErrorsAreNoPartialSuccess(t *testing.T) {
	type PartialSuccess struct{ error }
	for _, err := range []error{
		nil,
		errors.New("refused"),
		fmt.Errorf("%w", errors.New("refused")),
		errors.Join(errors.New("one"), errors.New("another")),
		PartialSuccess{errors.New("of another kind")},
	} {
		if n, ok := partialSuccess(err); ok || n != 0 {
			t.Errorf("%v: %d %v", err, n, ok)
		}
	}
}
