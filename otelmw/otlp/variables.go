package otlp

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
)

// A variable is one that the SDK or an exporter reads itself.
type variable struct {
	name string
	// correct returns the value to use, "" for the default, and the warning if it
	// differs from the one in the environment.
	correct func(value string) (corrected, warning string)
}

var (
	metricsVariables = []variable{
		{name: "OTEL_METRIC_EXPORT_INTERVAL", correct: interval.correct},
		{name: "OTEL_METRIC_EXPORT_TIMEOUT", correct: readTime.correct},
		{name: "OTEL_GO_X_CARDINALITY_LIMIT", correct: seriesLimit.correct},
		{name: "OTEL_METRICS_EXEMPLAR_FILTER", correct: oneOf("trace_based is used", "always_on", "always_off", "trace_based")},
		{name: "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", correct: oneOf("cumulative is used", "cumulative", "delta", "lowmemory")},
		{name: "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", correct: oneOf("explicit_bucket_histogram is used",
			"explicit_bucket_histogram", "base2_exponential_bucket_histogram")},
	}
	tracingVariables = []variable{
		{name: "OTEL_TRACES_SAMPLER", correct: oneOf("parentbased_always_on is used", "always_on", "always_off", "traceidratio",
			"parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio")},
		{name: "OTEL_TRACES_SAMPLER_ARG", correct: ratio},
		{name: "OTEL_BSP_MAX_QUEUE_SIZE", correct: queueSize.correct},
		{name: "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", correct: batchSize.correct},
		{name: "OTEL_BSP_SCHEDULE_DELAY", correct: batchDelay.correct},
		{name: "OTEL_BSP_EXPORT_TIMEOUT", correct: batchTime.correct},
		{name: "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", correct: spanLimit.correct},
		{name: "OTEL_ATTRIBUTE_COUNT_LIMIT", correct: spanLimit.correct},
		{name: "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", correct: lengthLimit.correct},
		{name: "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", correct: lengthLimit.correct},
		{name: "OTEL_SPAN_EVENT_COUNT_LIMIT", correct: spanLimit.correct},
		{name: "OTEL_SPAN_LINK_COUNT_LIMIT", correct: spanLimit.correct},
		{name: "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", correct: spanLimit.correct},
		{name: "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", correct: spanLimit.correct},
	}
	commonVariables = []variable{
		{name: "OTEL_RESOURCE_ATTRIBUTES", correct: resourceAttributes},
	}
	// exporterVariables begin with OTEL_EXPORTER_OTLP_, with or without a signal.
	exporterVariables = []variable{
		{name: "TIMEOUT", correct: exportTime.correct},
		{name: "COMPRESSION", correct: oneOf("nothing is compressed; the known value is gzip", "gzip", "none")},
		{name: "INSECURE", correct: oneOf("false is used", "true", "false")},
		{name: "HEADERS", correct: headers},
		{name: "CERTIFICATE", correct: certificates},
	}
)

// correctValues warns about values that the SDK and the exporters of a signal cannot
// use, and replaces them until restore is called. Otherwise the SDK would use other
// defaults, or log the value with its password.
func correctValues(log *slog.Logger, signal string, variables []variable) (restore func()) {
	var c corrections
	for _, v := range slices.Concat(commonVariables, variables) {
		c.correct(log, v, v.name)
	}
	for _, prefix := range []string{"OTEL_EXPORTER_OTLP_" + signal + "_", "OTEL_EXPORTER_OTLP_"} {
		for _, v := range exporterVariables {
			c.correct(log, v, prefix+v.name)
		}
		c.correctPair(log, prefix)
	}
	return c.restore
}

// corrections are the replaced variables with their former values.
type corrections []struct{ name, before string }

func (c *corrections) set(name, value string) {
	*c = append(*c, struct{ name, before string }{name, os.Getenv(name)})
	if value == "" {
		_ = os.Unsetenv(name)
		return
	}
	_ = os.Setenv(name, value) // it fails for a value with a NUL, which no environment has
}

func (c corrections) restore() {
	for _, v := range c {
		_ = os.Setenv(v.name, v.before)
	}
}

func (c *corrections) correct(log *slog.Logger, v variable, name string) {
	_, value := read(name)
	corrected, warning := value, ""
	if value != "" {
		corrected, warning = v.correct(value)
	}
	if corrected != os.Getenv(name) {
		c.set(name, corrected)
	}
	if warning != "" {
		warn(log, "otlp: the variable has an invalid value: "+warning, name, value)
	}
}

// correctPair removes a client certificate or key that cannot be used.
func (c *corrections) correctPair(log *slog.Logger, prefix string) {
	certificate, certificateFile := read(prefix + "CLIENT_CERTIFICATE")
	key, keyFile := read(prefix + "CLIENT_KEY")
	const consequence = "; no client certificate is sent to the collector"
	switch {
	case certificateFile == "" && keyFile == "":
		return
	case keyFile == "":
		warn(log, "otlp: the variable is set and CLIENT_KEY is not"+consequence, certificate, certificateFile)
	case certificateFile == "":
		warn(log, "otlp: the variable is set and CLIENT_CERTIFICATE is not"+consequence, key, keyFile)
	default:
		if _, err := tls.LoadX509KeyPair(certificateFile, keyFile); err == nil {
			return
		}
		warn(log, "otlp: the variable is not the file of a PEM certificate that matches CLIENT_KEY"+consequence, certificate, certificateFile)
	}
	for _, name := range []string{certificate, key} {
		if name != "" {
			c.set(name, "")
		}
	}
}

// oneOf replaces an unknown value by the default.
func oneOf(warning string, known ...string) func(string) (string, string) {
	return func(value string) (string, string) {
		if slices.Contains(known, strings.ToLower(value)) {
			return value, ""
		}
		return "", "it is unknown; " + warning
	}
}

// headers leaves out what an exporter would leave out.
func headers(value string) (corrected, warning string) {
	var usable []string
	for header := range strings.SplitSeq(value, ",") {
		key, text, ok := strings.Cut(header, "=")
		if _, err := url.PathUnescape(text); ok && err == nil && isToken(strings.TrimSpace(key)) {
			usable = append(usable, header)
		} else {
			warning = "an entry that is not key=value is left out"
		}
	}
	return strings.Join(usable, ","), warning
}

// isToken reports whether the text is a valid header name.
func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

// resourceAttributes leaves out what the SDK would leave out, and encodes a value that
// is not encoded.
func resourceAttributes(value string) (corrected, warning string) {
	var usable []string
	for pair := range strings.SplitSeq(value, ",") {
		key, text, ok := strings.Cut(pair, "=")
		if !ok {
			warning = "it is used in part: an entry that is not key=value is left out"
			continue
		}
		if _, err := url.PathUnescape(text); err != nil {
			pair = key + "=" + url.PathEscape(text)
			warning = "it is used in part: a value that is not percent-encoded is used unchanged"
		}
		usable = append(usable, pair)
	}
	return strings.Join(usable, ","), warning
}

func certificates(file string) (corrected, warning string) {
	pem, err := os.ReadFile(file) //nolint:gosec // G304: the environment names the file
	if err == nil && x509.NewCertPool().AppendCertsFromPEM(pem) {
		return file, ""
	}
	return "", "it is not a file of PEM certificates; those of the system are used"
}
