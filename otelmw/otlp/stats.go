package otlp

import "sync/atomic"

// ExporterStats are the counts of an exporter's sampled spans since [InitTracing]. Each
// span is in one of the four counts.
type ExporterStats struct {
	Exporter string // "http://localhost:4317" or "console"

	Sent    int64 // sent and accepted
	Lost    int64 // not sent, because an export failed or the collector rejected them
	Dropped int64 // not sent, because too many were waiting
	Waiting int64 // still to be sent

	// Failing is why exporting fails, nil while it succeeds.
	Failing error
}

// lastQueues are those of the last InitTracing.
var lastQueues atomic.Pointer[[]*queue]

// TracingStats returns the counts of each exporter that the last [InitTracing] started.
// It returns nil before the first one, and if spans are not exported. It is safe for
// concurrent use.
func TracingStats() []ExporterStats {
	queues := lastQueues.Load()
	if queues == nil {
		return nil
	}
	var all []ExporterStats
	for _, q := range *queues {
		e := q.exporter
		all = append(all, ExporterStats{
			Exporter: e.exporter,
			Sent:     e.sent.Load(),
			Lost:     e.lost.Load(),
			Dropped:  e.backlog.dropped.Load(),
			Waiting:  e.backlog.waiting.Load(),
			Failing:  e.failingWith(),
		})
	}
	return all
}
