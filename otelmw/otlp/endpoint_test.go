package otlp

import (
	"net"
	"testing"
)

func TestAHostWithAPortIsAnEndpoint(t *testing.T) {
	grpcOnly(t)
	plain := listen(t, "127.0.0.1:0", nil)
	certificate, caFile := authority(t)
	encrypted := listen(t, "127.0.0.1:0", func(r *receiver) {
		r.certificate = &certificate
	})
	for _, c := range []struct {
		host     string
		insecure string
		to       *receiver
	}{
		{"127.0.0.1", "true", plain},
		{"localhost", "true", plain},
		{"127.0.0.1", "TRUE", plain},
		{"user:pw@127.0.0.1", "true", plain},
		{"127.0.0.1", "", encrypted},
		{"127.0.0.1", "false", encrypted},
		{"dns:///127.0.0.1", "true", plain},
		{"passthrough:127.0.0.1", "true", plain},
		{"passthrough:///127.0.0.1", "", encrypted},
	} {
		t.Run(c.host+"/"+c.insecure, func(t *testing.T) {
			_, port, err := net.SplitHostPort(c.to.address)
			if err != nil {
				t.Fatal(err)
			}
			before, measured := len(c.to.spans()), len(c.to.measured)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.host+":"+port)
			t.Setenv("OTEL_EXPORTER_OTLP_INSECURE", c.insecure)
			if c.to == encrypted {
				t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", caFile)
			}
			initTracing(t)
			initMetrics(t)
			touch(t, 2)
			if err := Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if spans := len(c.to.spans()) - before; spans != 2 || len(c.to.measured) != measured+1 {
				t.Errorf("%d spans arrived, and measurements %d times", spans, len(c.to.measured)-measured)
			}
		})
	}
}

func TestEndpointsAreParsed(t *testing.T) {
	grpcOnly(t)
	for value, want := range map[string]string{
		"localhost:4317":         "https://localhost:4317",
		"127.0.0.1:4317":         "https://127.0.0.1:4317",
		"[::1]:4317":             "https://[::1]:4317",
		"collector":              "https://collector",
		"collector:4317/v1":      "https://collector:4317",
		"dns:4317":               "https://dns:4317",
		"HTTP://h:1/a?b#c":       "http://h:1",
		"dns:///collector:4317":  "dns:///collector:4317",
		"unix:/run/collector":    "unix:/run/collector",
		"unix:///run/collector":  "unix:///run/collector",
		"passthrough:///h:1?q=1": "passthrough:///h:1",
	} {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)
		c, err := findCollector(newConfig(nil).log, "TRACES")
		if err != nil || c.endpoint != want {
			t.Errorf("%s is %q, want %q; %v", value, c.endpoint, want, err)
		}
	}
}
