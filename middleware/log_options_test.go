package middleware_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

func TestAnOperationAboveTheThresholdIsSlow(t *testing.T) {
	const threshold = 10 * time.Millisecond
	doubtful := put.NewContextError(context.DeadlineExceeded)
	doubtful.InDoubt = true
	for _, c := range []struct {
		name string
		took time.Duration
		err  error
		want string
	}{
		{"at the threshold", threshold, nil, "DEBUG duration=10ms outcome=OK"},
		{"a success", threshold + 1, nil, "WARN duration=10.000001ms outcome=OK slow=true"},
		{
			"an answer", time.Second, aerostore.ErrNotFound,
			"WARN duration=1s outcome=KEY_NOT_FOUND_ERROR code=2 slow=true",
		},
		{
			"a slow failure in doubt", time.Second, doubtful,
			"ERROR duration=1s outcome=timeout in_doubt=true error=" + doubtful.Error() + " slow=true",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, records := logged(func(context.Context, aerostore.Call) (aerostore.Result, error) {
					time.Sleep(c.took)
					return aerostore.Result{}, c.err
				}, middleware.LogOptions{
					Slow: threshold,
				})
				_ = store.Put(t.Context(), key, bins)
				level, rest, _ := strings.Cut(c.want, " ")
				records.want(t, level+" operation=PUT namespace=test set=users "+rest)
			})
		})
	}
}

func TestAQueryIsSlowByTheTimeOutsideTheBodyOfItsLoop(t *testing.T) {
	for _, c := range []struct {
		each, body time.Duration
		want       string
	}{
		{ms, time.Second, "DEBUG operation=QUERY namespace=test set=users duration=3.003s outcome=OK rows=3"},
		{4 * ms, ms, "WARN operation=QUERY namespace=test set=users duration=15ms outcome=OK rows=3 slow=true"},
	} {
		synctest.Test(t, func(t *testing.T) {
			store, records := logged(streams(c.each, 3), middleware.LogOptions{Slow: 10 * ms})
			for _, err := range store.Query(t.Context(), everyone) {
				if err != nil {
					t.Error(err)
				}
				time.Sleep(c.body)
			}
			records.want(t, c.want)
		})
	}
}

func TestAPanicInIsFailureIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, records := logged(fake.Fails(aerostore.CodeTimeout), middleware.LogOptions{
			IsFailure: func(context.Context, aerostore.Call, error) bool { panic(marker) },
		})
		if got := panicOf(func() { _ = get(t, store) }); got != marker {
			t.Errorf("the panic became %v", got)
		}
		records.want(t, "ERROR operation=GET namespace=test set=users duration=0s outcome=panic")
	})
}

func TestSampleIsForSuccessesAndAnswersOnly(t *testing.T) {
	const n, oneIn = 10_000, 10
	var err error
	store, records := logged(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, err
	}, middleware.LogOptions{
		Sample: oneIn,
	})

	for _, err = range []error{nil, aerostore.ErrNotFound} {
		records.lines = nil
		for range n {
			_ = store.Put(t.Context(), key, bins)
		}
		// Ten standard deviations to either side.
		if got := len(records.lines); got < 700 || got > 1300 {
			t.Errorf("%d of %d records with %v", got, n, err)
		}
	}
	err = aerostore.ErrGeneration
	records.lines = nil
	for range 100 {
		_ = store.Put(t.Context(), key, bins)
	}
	if got := len(records.lines); got != 100 {
		t.Errorf("%d of 100 failures", got)
	}
}

func TestSlowSuccessesAreAlwaysLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, records := logged(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			time.Sleep(time.Second)
			return fake.Success(call), nil
		}, middleware.LogOptions{
			Sample: math.MaxInt,
			Slow:   time.Millisecond,
		})
		for range 3 {
			_ = store.Put(t.Context(), key, bins)
		}
		if got := len(records.lines); got != 3 {
			t.Errorf("%d records of 3", got)
		}
	})
}

func TestLevelsCanBeSet(t *testing.T) {
	levels := middleware.LogLevels{
		Success: slog.LevelInfo, Answer: slog.LevelInfo + 1,
		Failure: slog.LevelError, InDoubt: slog.LevelError + 1, Panic: slog.LevelError + 2,
	}
	doubtful := put.NewError(aerostore.CodeTimeout, nil)
	doubtful.InDoubt = true
	for want, answer := range map[string]aerostore.Handler{
		"INFO":    fake.Answers(aerostore.Result{}, nil),
		"INFO+1":  fake.Answers(aerostore.Result{}, aerostore.ErrNotFound),
		"ERROR":   fake.Answers(aerostore.Result{}, aerostore.ErrGeneration),
		"ERROR+1": fake.Answers(aerostore.Result{}, doubtful),
		"ERROR+2": func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(marker) },
	} {
		store, records := logged(answer, middleware.LogOptions{Levels: levels})
		panicOf(func() { _ = store.Put(t.Context(), key, bins) })
		if len(records.lines) != 1 || !strings.HasPrefix(records.lines[0], want+" ") {
			t.Errorf("records %q, want one at %s", records.lines, want)
		}
	}
}

func TestIsFailureDecidesTheLevel(t *testing.T) {
	lostRace := func(_ context.Context, _ aerostore.Call, err error) bool {
		return !errors.Is(err, aerostore.ErrGeneration)
	}
	doubtful := put.NewError(aerostore.CodeGeneration, nil)
	doubtful.InDoubt = true
	for _, c := range []struct {
		name  string
		err   error
		opts  middleware.LogOptions
		level string
	}{
		{"none of its failures", aerostore.ErrGeneration, middleware.LogOptions{IsFailure: lostRace}, "DEBUG"},
		{"one of its failures", aerostore.ErrNotFound, middleware.LogOptions{IsFailure: lostRace}, "WARN"},
		{"in doubt is always one", doubtful, middleware.LogOptions{IsFailure: lostRace}, "ERROR"},
		{"nil keeps the default", aerostore.ErrNotFound, middleware.LogOptions{IsFailure: nil}, "DEBUG"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, records := logged(fake.Answers(aerostore.Result{}, c.err), c.opts)
			_ = store.Put(t.Context(), key, bins)
			if len(records.lines) != 1 || !strings.HasPrefix(records.lines[0], c.level+" ") {
				t.Errorf("records %q", records.lines)
			}
		})
	}
}

func TestLogPanicsWithInvalidOptions(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	for want, wire := range map[string]func(){
		"nil Logger":            func() { middleware.Log(nil, middleware.LogOptions{}) },
		"slow threshold of -1s": func() { middleware.Log(logger, middleware.LogOptions{Slow: -time.Second}) },
		"one in -2 successes":   func() { middleware.Log(logger, middleware.LogOptions{Sample: -2}) },
		"failures at DEBUG-1": func() {
			middleware.Log(logger, middleware.LogOptions{Levels: middleware.LogLevels{Failure: slog.LevelDebug - 1}})
		},
		"failures at WARN, below": func() {
			middleware.Log(logger, middleware.LogOptions{Levels: middleware.LogLevels{Answer: slog.LevelError}})
		},
		"of doubt or panics below": func() {
			middleware.Log(logger, middleware.LogOptions{Levels: middleware.LogLevels{InDoubt: slog.LevelInfo}})
		},
		"or panics below failures at WARN": func() {
			middleware.Log(logger, middleware.LogOptions{Levels: middleware.LogLevels{Panic: slog.LevelInfo}})
		},
	} {
		got, _ := panicOf(wire).(string)
		if !strings.HasPrefix(got, "middleware: Log ") || !strings.Contains(got, want) {
			t.Errorf("panic %q, want one about %q", got, want)
		}
	}
}
