package otlp

import (
	"crypto/tls"
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
	other   string // that is read where that one is empty, "" if none is
	usable  func(value string) bool
	instead string // what happens otherwise
}

const (
	defaultUsed = "the default is used"
	unlimited   = "there is no limit"
)

var (
	metricsVariables = []variable{
		{"OTEL_METRIC_EXPORT_INTERVAL", "", positive, "it is 60000, in milliseconds"},
		{"OTEL_METRIC_EXPORT_TIMEOUT", "", positive, "it is 30000, in milliseconds"},
		{"OTEL_METRICS_EXEMPLAR_FILTER", "", exemplarFilter, "trace_based is used"},
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "", temporality, "cumulative is used"},
		{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "", aggregation, "explicit_bucket_histogram is used"},
	}
	tracingVariables = []variable{
		{"OTEL_TRACES_SAMPLER", "", sampler, "parentbased_always_on is used"},
		{"OTEL_TRACES_SAMPLER_ARG", "", ratio, "it is 1, from 0 to 1"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "", whole, defaultUsed},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "", whole, defaultUsed},
		{"OTEL_BSP_SCHEDULE_DELAY", "", whole, defaultUsed},
		{"OTEL_BSP_EXPORT_TIMEOUT", "", whole, defaultUsed},
		{"OTEL_BSP_EXPORT_TIMEOUT", "", notNegative, unlimited},
		{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT", whole, defaultUsed},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", whole, unlimited},
		{"OTEL_SPAN_EVENT_COUNT_LIMIT", "", whole, defaultUsed},
		{"OTEL_SPAN_LINK_COUNT_LIMIT", "", whole, defaultUsed},
		{"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "", whole, defaultUsed},
		{"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "", whole, defaultUsed},
	}
	exporterVariables = []variable{
		{"TIMEOUT", "", whole, "it is 10000, in milliseconds"},
		{"TIMEOUT", "", notNegative, unlimited},
		{"COMPRESSION", "", compression, "nothing is compressed; known is gzip"},
		{"INSECURE", "", boolean, "it is false"},
		{"HEADERS", "", headers, "what is no key=value is left out"},
		{"CERTIFICATE", "", certificates, "it is no file of certificates in PEM; those of the system are used"},
	}
)

// checkValues warns about what the SDK and the exporters of a signal cannot use.
func checkValues(log *slog.Logger, signal string, variables []variable) {
	for _, v := range variables {
		v.check(log, v.name, v.other)
	}
	for _, v := range exporterVariables {
		v.check(log, "OTEL_EXPORTER_OTLP_"+signal+"_"+v.name, "OTEL_EXPORTER_OTLP_"+v.name)
	}
	checkPair(log, "OTEL_EXPORTER_OTLP_")
	checkPair(log, "OTEL_EXPORTER_OTLP_"+signal+"_")
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

// checkPair warns about a client's certificate that cannot be shown to a collector.
func checkPair(log *slog.Logger, prefix string) {
	certificate, certificateFile := read(prefix + "CLIENT_CERTIFICATE")
	key, keyFile := read(prefix + "CLIENT_KEY")
	const instead = "; no certificate is shown to the collector"
	switch {
	case certificateFile == "" && keyFile == "":
	case keyFile == "":
		warn(log, "otlp: the variable is set and CLIENT_KEY is not"+instead, certificate, certificateFile)
	case certificateFile == "":
		warn(log, "otlp: the variable is set and CLIENT_CERTIFICATE is not"+instead, key, keyFile)
	default:
		if _, err := tls.LoadX509KeyPair(certificateFile, keyFile); err != nil {
			warn(log, "otlp: the variable names no certificate in PEM that goes with CLIENT_KEY"+instead, certificate, certificateFile)
		}
	}
}

func whole(value string) bool {
	_, err := strconv.Atoi(value)
	return err == nil
}

// notNegative says nothing against what is no number.
func notNegative(value string) bool {
	n, err := strconv.Atoi(value)
	return err != nil || n >= 0
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

func exemplarFilter(value string) bool {
	return oneOf(value, "always_on", "always_off", "trace_based")
}

func temporality(value string) bool { return oneOf(value, "cumulative", "delta", "lowmemory") }

func aggregation(value string) bool {
	return oneOf(value, "explicit_bucket_histogram", "base2_exponential_bucket_histogram")
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
