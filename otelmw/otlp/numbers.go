package otlp

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// A number is the valid range of a variable. A value below the least, or that is not a
// number, becomes the default. One above the most becomes the most.
type number struct{ byDefault, least, most int }

// noLimit disables a limit of the SDK.
const noLimit = -1

var (
	queueSize   = number{sdktrace.DefaultMaxQueueSize, 1, 1 << 20}
	batchSize   = number{sdktrace.DefaultMaxExportBatchSize, 1, 1 << 16}
	batchDelay  = number{sdktrace.DefaultScheduleDelay, 1, day}
	batchTime   = number{sdktrace.DefaultExportTimeout, 0, day} // 0: no limit
	exportTime  = number{10_000, 0, day}                        // 0: no limit
	spanLimit   = number{128, noLimit, math.MaxInt32}
	lengthLimit = number{noLimit, noLimit, math.MaxInt32}
	interval    = number{60_000, 1, day}
	readTime    = number{30_000, 1, day}
	seriesLimit = number{2000, noLimit, math.MaxInt32}
)

// day is one day in milliseconds, the longest time allowed.
const day = int(24 * time.Hour / time.Millisecond)

// correct is the correct function of a [variable].
func (n number) correct(value string) (corrected, warning string) {
	v, err := strconv.Atoi(value)
	switch {
	case err == nil && v >= n.least && v <= n.most:
		return value, ""
	case v > n.most && (err == nil || errors.Is(err, strconv.ErrRange)):
		v = n.most
	default:
		v = n.byDefault
	}
	return strconv.Itoa(v), fmt.Sprintf("it is not a whole number from %d to %d; %d is used", n.least, n.most, v)
}

// of returns the value of the first variable that is set, which has been corrected.
func (n number) of(variables ...string) int {
	_, value := read(variables...)
	if v, err := strconv.Atoi(value); err == nil {
		return v
	}
	return n.byDefault
}

// ratio accepts numbers from 0 to 1.
func ratio(value string) (corrected, warning string) {
	f, err := strconv.ParseFloat(value, 64)
	if err == nil && f >= 0 && f <= 1 {
		return value, ""
	}
	return "", "it is not a number from 0 to 1; 1 is used"
}
