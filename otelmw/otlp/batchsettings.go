package otlp

import "time"

// batchSettings are what OTEL_BSP_… says.
type batchSettings struct {
	queue, batch   int           // spans, at most
	delay, timeout time.Duration // a timeout of zero is none
}

func readBatchSettings() batchSettings {
	s := batchSettings{
		queue:   queueSize.of("OTEL_BSP_MAX_QUEUE_SIZE"),
		batch:   batchSize.of("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
		delay:   time.Duration(batchDelay.of("OTEL_BSP_SCHEDULE_DELAY")) * time.Millisecond,
		timeout: time.Duration(batchTime.of("OTEL_BSP_EXPORT_TIMEOUT")) * time.Millisecond,
	}
	s.batch = min(s.batch, s.queue)
	return s
}
