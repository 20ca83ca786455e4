package otlp

import (
	"crypto/x509"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// variable is one that the SDK or an exporter reads by itself. What they make of
// a value that they cannot use, they do not tell this package's log.
type variable struct {
	name    string
	usable  func(value string) bool
	instead string // what happens otherwise
}

const defaultUsed = "the default is used"

var (
	metricsVariables = []variable{
		{"OTEL_METRIC_EXPORT_INTERVAL", positive, "it is 60000, in milliseconds"},
		{"OTEL_METRIC_EXPORT_TIMEOUT", positive, "it is 30000, in milliseconds"},
	}
	tracingVariables = []variable{
		{"OTEL_TRACES_SAMPLER", sampler, "parentbased_always_on is used"},
		{"OTEL_TRACES_SAMPLER_ARG", ratio, "it is 1, from 0 to 1"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", whole, defaultUsed},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", whole, defaultUsed},
		{"OTEL_BSP_SCHEDULE_DELAY", whole, defaultUsed},
		{"OTEL_BSP_EXPORT_TIMEOUT", whole, defaultUsed},
	}
	exporterVariables = []variable{
		{"TIMEOUT", positive, "it is 10000, in milliseconds"},
		{"COMPRESSION", compression, "nothing is compressed; known is gzip"},
		{"INSECURE", boolean, "it is false"},
		{"HEADERS", headers, "what is no key=value is left out"},
		{"CERTIFICATE", certificates, "it is no file of certificates in PEM; those of the system are used"},
		{"CLIENT_CERTIFICATE", readable, "it is no file that can be read; none is shown to the collector"},
		{"CLIENT_KEY", readable, "it is no file that can be read; no certificate is shown to the collector"},
	}
)

// checkValues warns about what the SDK and the exporters of a signal cannot use.
func checkValues(log *slog.Logger, signal string, variables []variable) {
	for _, v := range variables {
		v.check(log, v.name)
	}
	for _, v := range exporterVariables {
		v.check(log, "OTEL_EXPORTER_OTLP_"+signal+"_"+v.name, "OTEL_EXPORTER_OTLP_"+v.name)
	}
}

func (v variable) check(log *slog.Logger, names ...string) {
	name, value := read(names...)
	if value == "" || v.usable(value) {
		return
	}
	if v.name == "HEADERS" {
		value = "(not shown: it may hold a password)"
	}
	warnUnknown(log, name, value, v.instead)
}

func whole(value string) bool {
	_, err := strconv.Atoi(value)
	return err == nil
}

func positive(value string) bool {
	n, err := strconv.Atoi(value)
	return err == nil && n > 0
}

func ratio(value string) bool {
	f, err := strconv.ParseFloat(value, 64)
	return err == nil && f >= 0 && f <= 1
}

func boolean(value string) bool { return oneOf(value, "true", "false") }

func compression(value string) bool { return oneOf(value, "gzip", "none") }

func sampler(value string) bool {
	return oneOf(value, "always_on", "always_off", "traceidratio",
		"parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio")
}

func oneOf(value string, known ...string) bool {
	return slices.Contains(known, strings.ToLower(value))
}

func headers(value string) bool {
	for header := range strings.SplitSeq(value, ",") {
		key, text, ok := strings.Cut(header, "=")
		if _, err := url.PathUnescape(text); !ok || err != nil || strings.TrimSpace(key) == "" {
			return false
		}
	}
	return true
}

func certificates(file string) bool {
	pem, err := os.ReadFile(file) //nolint:gosec // G304: whoever sets the environment names the file
	return err == nil && x509.NewCertPool().AppendCertsFromPEM(pem)
}

func readable(file string) bool {
	_, err := os.ReadFile(file) //nolint:gosec // G304: whoever sets the environment names the file
	return err == nil
}
