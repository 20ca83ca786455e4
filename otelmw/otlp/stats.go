package otlp

import "sync/atomic"

// ExporterStats say what became of the sampled spans that an exporter was to
// send, since [InitTracing]. Each span is in one of the four counts.
type ExporterStats struct {
	Exporter string // where to: "http://localhost:4317", "console"

	Sent    int64 // and accepted
	Lost    int64 // could not be sent
	Dropped int64 // ended while as many waited as may
	Waiting int64 // to be sent

	// Failing is why exporting fails, nil while it works.
	Failing error
}

// lastQueues are those of the tracing that was started last.
var lastQueues atomic.Pointer[[]*queue]

// TracingStats returns the counts of each exporter of the tracing that runs, or
// ran last; none before the first [InitTracing] and where spans are not exported.
// It is safe to call from many goroutines.
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
			Failing:  e.ill(),
		})
	}
	return all
}
