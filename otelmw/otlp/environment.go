package otlp

import (
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
)

// environment is held while a signal starts, which may correct variables for that
// time.
var environment sync.Mutex

// read returns the first of the variables that is not empty.
func read(variables ...string) (variable, value string) {
	for _, variable := range variables {
		if value := strings.TrimSpace(os.Getenv(variable)); value != "" {
			return variable, value
		}
	}
	return "", ""
}

func warnUnknown(log *slog.Logger, variable, value, what string) {
	warn(log, "otlp: the variable has an unknown value: "+what, variable, value)
}

// warn says what is wrong with a variable, and what is done instead, once for each
// value. It does not say the value, which may hold a password or a key, if only by
// mistake.
func warn(log *slog.Logger, text, variable, value string) {
	if said.first(variable + "=" + value) {
		log.Warn(text, slog.String("variable", variable))
	}
}

// readList returns the known ones of a variable's values, or the default if
// none is left. Each is there once.
func readList(log *slog.Logger, variable string, known, byDefault []string) []string {
	_, value := read(variable)
	var list []string
	defer func() {
		if len(list) > 1 && slices.Contains(list, none) {
			warn(log, "otlp: the variable has other values beside none: those are used", variable, value)
		}
	}()
	for _, v := range strings.Split(value, ",") {
		v = strings.ToLower(strings.TrimSpace(v))
		switch {
		case v == "":
		case slices.Contains(list, v):
			warn(log, "otlp: the variable names a value twice: it is used once", variable, v)
		case slices.Contains(known, v):
			list = append(list, v)
		default:
			warnUnknown(log, variable, v, "it is ignored; known are "+strings.Join(known, ", "))
		}
	}
	if list == nil {
		return byDefault
	}
	return list
}

func disabled(log *slog.Logger) bool {
	variable, value := read("OTEL_SDK_DISABLED")
	switch strings.ToLower(value) {
	case "true":
		return true
	case "", "false":
	default:
		warnUnknown(log, variable, value, "telemetry stays on; only true switches it off")
	}
	return false
}

// none is the value of a list that leaves nothing of it.
const none = "none"

const (
	kindOTLP    = "otlp"
	kindConsole = "console"
)

func exporterKinds(log *slog.Logger, signal string) []string {
	kinds := readList(log, "OTEL_"+signal+"_EXPORTER", []string{kindOTLP, kindConsole, none}, []string{kindOTLP})
	return slices.DeleteFunc(kinds, func(kind string) bool { return kind == none })
}
