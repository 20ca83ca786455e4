package otlp

import (
	"log/slog"
	"strconv"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// batchSettings are what OTEL_BSP_… says.
type batchSettings struct {
	queue, batch   int           // spans, at most
	delay, timeout time.Duration // a timeout of zero or less is none
}

// readBatchSettings replaces by their defaults what checkValues has warned about
// and, with a warning of its own, what leaves no room or no time.
func readBatchSettings(log *slog.Logger) batchSettings {
	s := batchSettings{
		queue:   number("OTEL_BSP_MAX_QUEUE_SIZE", sdktrace.DefaultMaxQueueSize),
		batch:   number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", sdktrace.DefaultMaxExportBatchSize),
		delay:   time.Duration(number("OTEL_BSP_SCHEDULE_DELAY", sdktrace.DefaultScheduleDelay)) * time.Millisecond,
		timeout: time.Duration(number("OTEL_BSP_EXPORT_TIMEOUT", sdktrace.DefaultExportTimeout)) * time.Millisecond,
	}
	if s.queue <= 0 {
		warnUnusable(log, "OTEL_BSP_MAX_QUEUE_SIZE", sdktrace.DefaultMaxQueueSize)
		s.queue, s.batch = sdktrace.DefaultMaxQueueSize, sdktrace.DefaultMaxExportBatchSize
	}
	if s.batch <= 0 {
		s.batch = min(sdktrace.DefaultMaxExportBatchSize, s.queue)
		warnUnusable(log, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", s.batch)
	}
	s.batch = min(s.batch, s.queue)
	if s.delay <= 0 {
		warnUnusable(log, "OTEL_BSP_SCHEDULE_DELAY", sdktrace.DefaultScheduleDelay)
		s.delay = sdktrace.DefaultScheduleDelay * time.Millisecond
	}
	return s
}

func warnUnusable(log *slog.Logger, variable string, used int) {
	log.Warn("otlp: the variable must be above zero", slog.String("variable", variable), slog.Int("used", used))
}

func number(variable string, otherwise int) int {
	_, value := read(variable)
	n, err := strconv.Atoi(value)
	if err != nil {
		return otherwise
	}
	return n
}
