package otlp

import (
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
)

// environment is held while a signal starts, which may replace variables for that
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

// readList returns the known values of a variable without duplicates, or the default
// if there are none.
func readList(log *slog.Logger, variable string, known, byDefault []string) []string {
	_, value := read(variable)
	var list []string
	defer func() {
		if len(list) > 1 && slices.Contains(list, none) {
			warn(log, "otlp: the variable has other values with none: the other values are used", variable, value)
		}
	}()
	for _, v := range strings.Split(value, ",") {
		v = strings.ToLower(strings.TrimSpace(v))
		switch {
		case v == "":
		case slices.Contains(list, v):
			warn(log, "otlp: the variable has a value twice: it is used once", variable, v)
		case slices.Contains(known, v):
			list = append(list, v)
		default:
			warnUnknown(log, variable, v, "it is ignored; known values are "+strings.Join(known, ", "))
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
		warnUnknown(log, variable, value, "telemetry stays on; only true disables it")
	}
	return false
}

// none is the value for an empty list.
const none = "none"

const (
	kindOTLP    = "otlp"
	kindConsole = "console"
)

func exporterKinds(log *slog.Logger, signal string) []string {
	kinds := readList(log, "OTEL_"+signal+"_EXPORTER", []string{kindOTLP, kindConsole, none}, []string{kindOTLP})
	return slices.DeleteFunc(kinds, func(kind string) bool { return kind == none })
}
