package otlp

import (
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
)

// The value of a variable, and how many of three operations are exported.
func TestTheEnvironmentConfiguresTracing(t *testing.T) {
	for _, c := range []struct {
		variable, value string
		spans           int
		warning         string // "" for none
	}{
		{"OTEL_SDK_DISABLED", "true", 0, ""},
		{"OTEL_SDK_DISABLED", " TRUE ", 0, ""},
		{"OTEL_SDK_DISABLED", "false", 3, ""},
		{"OTEL_SDK_DISABLED", "False", 3, ""},
		{"OTEL_SDK_DISABLED", "", 3, ""},
		{"OTEL_SDK_DISABLED", "1", 3, "only true disables it"},
		{"OTEL_TRACES_EXPORTER", "", 3, ""},
		{"OTEL_TRACES_EXPORTER", "otlp", 3, ""},
		{"OTEL_TRACES_EXPORTER", "OTLP", 3, ""},
		{"OTEL_TRACES_EXPORTER", "otlp,otlp", 3, "it is used once"},
		{"OTEL_TRACES_EXPORTER", "otlp, OTLP , otlp", 3, "it is used once"},
		{"OTEL_TRACES_EXPORTER", "none", 0, ""},
		{"OTEL_TRACES_EXPORTER", "none, otlp", 3, "with none"},
		{"OTEL_TRACES_EXPORTER", " , ,", 3, ""},
		{"OTEL_TRACES_EXPORTER", "zipkin", 3, "known values are otlp"},
		{"OTEL_TRACES_EXPORTER", "zipkin, none", 0, "known values are otlp"},
		{"OTEL_TRACES_SAMPLER", "always_off", 0, ""},
		{"OTEL_TRACES_SAMPLER", "always_on", 3, ""},
		{"OTEL_TRACES_SAMPLER", "sometimes", 3, "parentbased_always_on is used"},
		{"OTEL_TRACES_SAMPLER_ARG", "half", 3, "1 is used"},
		{"OTEL_TRACES_SAMPLER_ARG", "1.5", 3, "1 is used"},
		{"OTEL_TRACES_SAMPLER_ARG", "-1", 3, "1 is used"},
		{"OTEL_EXPORTER_OTLP_INSECURE", "false", 3, ""},
		{"OTEL_EXPORTER_OTLP_INSECURE", "perhaps", 3, "false is used"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", 3, "nothing is compressed"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "api-key", 3, "left out"},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem", 3, "those of the system are used"},
		{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/nowhere.pem", 3, "CLIENT_KEY is not; no client certificate is sent"},
		{"OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "/nowhere.pem", 3, "CLIENT_CERTIFICATE is not; no client certificate is sent"},
		{"OTEL_BSP_EXPORT_TIMEOUT", "1000", 3, ""},
		{"OTEL_EXPORTER_OTLP_INSECURE", "true", 3, ""},
		{"OTEL_PROPAGATORS", "b3", 3, "known values are tracecontext"},
		{"OTEL_PROPAGATORS", "baggage,baggage", 3, "it is used once"},
		{"OTEL_RESOURCE_ATTRIBUTES", "broken", 3, "used in part"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "64", 3, ""},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1", 3, ""},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", 3, ""},
	} {
		t.Run(c.variable+"="+c.value, func(t *testing.T) {
			keepGlobals(t)
			r := receive(t)
			t.Setenv(c.variable, c.value)
			log := initTracing(t)
			touch(t, 3)
			shutdownTracing(t)
			if got := r.spans(); len(got) != c.spans {
				t.Errorf("spans %q", got)
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

func TestAnUnusableValueOfASignalIsWarnedAboutBeforeTheCommonOne(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_INSECURE", "true")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "perhaps")
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "password")
	log := new(logged)
	t.Cleanup(func() { warned.count(0) })
	correctValues(slog.New(slog.NewTextHandler(log, nil)), "TRACES", tracingVariables)()
	if log.count("\n") != 2 || log.count("OTEL_EXPORTER_OTLP_TRACES_INSECURE") != 1 {
		t.Errorf("logged %s", log)
	}
	if log.count("OTEL_EXPORTER_OTLP_HEADERS") != 1 || log.count("password\n") != 0 {
		t.Errorf("a header is shown: %s", log)
	}
}

func TestTheConsoleIsStandardOutput(t *testing.T) {
	r := receive(t)
	t.Setenv("OTEL_TRACES_EXPORTER", "console,otlp")
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = file

	initTracing(t)
	touch(t, 2)
	shutdownTracing(t)
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if printed := strings.Count(string(text), `"Name":"TOUCH test.users"`); printed != 2 || len(r.spans()) != 2 {
		t.Errorf("%d spans printed and %d sent", printed, len(r.spans()))
	}
}

func TestTheEnvironmentDescribesTheProcess(t *testing.T) {
	for _, c := range []struct {
		name, attributes string
		want             map[string]string
	}{
		{"", "", map[string]string{"service.name": "aerostore"}},
		{"carts", "", map[string]string{"service.name": "carts"}},
		{"", "service.name=checkout,team=a%20b", map[string]string{"service.name": "checkout", "team": "a b"}},
		{"carts", "service.name=checkout", map[string]string{"service.name": "carts"}},
		{"", "team=a", map[string]string{"service.name": "aerostore", "team": "a"}},
	} {
		t.Run(c.name+"/"+c.attributes, func(t *testing.T) {
			r := receive(t)
			t.Setenv("OTEL_SERVICE_NAME", c.name)
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", c.attributes)
			initTracing(t)
			touch(t, 1)
			shutdownTracing(t)
			got := r.resource()
			maps.DeleteFunc(got, func(k, _ string) bool { return strings.HasPrefix(k, "telemetry.sdk.") })
			if !maps.Equal(got, c.want) {
				t.Errorf("resource %v, want %v", got, c.want)
			}
		})
	}
}

func TestHeadersAreSent(t *testing.T) {
	r := receive(t)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=k%201")
	initTracing(t)
	touch(t, 1)
	shutdownTracing(t)
	if got := r.header.Get("api-key"); !slices.Equal(got, []string{"k 1"}) {
		t.Errorf("header %q", got)
	}
}

func TestTheEndpointOfTracesTakesPrecedence(t *testing.T) {
	other, r := receive(t), receive(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+other.address)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://"+r.address+either("", "/v1/traces"))
	initTracing(t)
	touch(t, 1)
	shutdownTracing(t)
	if len(r.spans()) != 1 || len(other.spans()) != 0 {
		t.Errorf("%d spans here, %d there", len(r.spans()), len(other.spans()))
	}
}

func TestAnInvalidEndpointIsAnError(t *testing.T) {
	for _, value := range []string{"http://", "https://:", "ftp://10.0.0.1", "http://10.0.0.1:99999", ":4317", "http://user:s3cr3t%zz@host", "http://[::1", "://"} {
		t.Run(value, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value)
			err := InitTracing(t.Context())
			if err == nil {
				shutdownTracing(t)
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error is %q", err)
			}
			touch(t, 1)
			shutdownTracing(t)

			r := receive(t)
			t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
			initTracing(t)
			touch(t, 1)
			shutdownTracing(t)
			if len(r.spans()) != 1 {
				t.Error("tracing did not start with the mistake corrected")
			}
		})
	}
}

func TestWithoutAnEndpointSpansGoToThePortOfThisHostWithoutTLS(t *testing.T) {
	grpcOnly(t)
	c, err := findCollector(slog.New(slog.DiscardHandler), "TRACES")
	if want := (collector{endpoint: "http://localhost:4317", isURL: true}); c != want || err != nil {
		t.Errorf("%v, %v", c, err)
	}
}

func TestPropagatorsAreThoseOfTheEnvironment(t *testing.T) {
	for _, c := range []struct{ value, fields string }{
		{"", "traceparent tracestate baggage"},
		{"tracecontext", "traceparent tracestate"},
		{"baggage", "baggage"},
		{"Baggage , tracecontext, baggage", "baggage traceparent tracestate"},
		{"none", ""},
		{"b3", "traceparent tracestate baggage"},
		{"b3,baggage", "baggage"},
	} {
		for _, disabled := range []string{"", "true"} {
			t.Run(c.value+"/"+disabled, func(t *testing.T) {
				t.Setenv("OTEL_TRACES_EXPORTER", "none")
				t.Setenv("OTEL_PROPAGATORS", c.value)
				t.Setenv("OTEL_SDK_DISABLED", disabled)
				initTracing(t)
				shutdownTracing(t)
				got := otel.GetTextMapPropagator().Fields()
				want := strings.Fields(c.fields)
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("propagated are %q", got)
				}
			})
		}
	}
}

func TestAPropagatorOfOtherCodeIsKept(t *testing.T) {
	keepGlobals(t)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.Baggage{}))
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	initTracing(t)
	if got := otel.GetTextMapPropagator().Fields(); !slices.Equal(got, []string{"baggage"}) {
		t.Errorf("propagated are %q", got)
	}
}

func TestAVariableOfBothSignalsIsWarnedAboutOnce(t *testing.T) {
	receive(t)
	t.Setenv("OTEL_SDK_DISABLED", "perhaps")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", either("udp", "http/json"))
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "broken")
	for range 2 { // it is logged again after a restart
		log, metricsLog := initTracing(t), initMetrics(t)
		shutdownTracing(t)
		shutdownMetrics(t)
		if log.count("\n") != 4 || metricsLog.String() != "" {
			t.Errorf("tracing logged %s, metrics logged %s", log, metricsLog)
		}
	}
}

func TestAClientCertificateNeedsItsKey(t *testing.T) {
	server, caFile := authority(t)
	der, err := x509.MarshalPKCS8PrivateKey(server.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, content []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	certificate, key := write("client.pem", "CERTIFICATE", server.Certificate[0]), write("client.key", "PRIVATE KEY", der)
	for _, c := range []struct {
		certificate, key string
		warnings         int
	}{{certificate, key, 0}, {caFile, key, 1}, {certificate, certificate, 1}, {"/nowhere.pem", key, 1}} {
		t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", c.certificate)
		t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_KEY", c.key)
		log := new(logged)
		correctValues(slog.New(slog.NewTextHandler(log, nil)), "TRACES", tracingVariables)()
		warned.count(0)
		if log.count("no client certificate is sent") != c.warnings || log.count("\n") != c.warnings {
			t.Errorf("%v: logged %s", c, log)
		}
	}
}
