package otlp

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// handles is a function as a log handler.
type handles func(record slog.Record)

func (handles) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (h handles) WithAttrs([]slog.Attr) slog.Handler             { return h }
func (h handles) WithGroup(string) slog.Handler                  { return h }

func (h handles) Handle(_ context.Context, record slog.Record) error {
	h(record)
	return nil
}

func TestALogHandlerThatBlocksDelaysNothing(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "16")
	t.Setenv("OTEL_TRACES_SAMPLER", "sometimes")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+unreachable(t))
	release := make(chan struct{})
	log := WithLogger(slog.New(handles(func(slog.Record) { <-release })))
	if err := errors.Join(InitTracing(t.Context(), log), InitMetrics(t.Context(), log)); err != nil {
		t.Fatal(err)
	}
	touch(t, 100)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_ = Flush(ctx)
	if err := Shutdown(ctx); err == nil {
		t.Error("the shutdown returned no error")
	}
	if s := TracingStats()[0]; s.Lost+s.Dropped != 100 || s.Waiting != 0 {
		t.Errorf("counted %+v", s)
	}
	close(release)
	goleak.VerifyNone(t, leaks)
}

func TestALogHandlerMayCallThisPackage(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")
	t.Setenv("OTEL_PROPAGATORS", "b3")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "50")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+unreachable(t))
	var handled atomic.Int64
	var ending atomic.Bool
	log := WithLogger(slog.New(handles(func(slog.Record) {
		handled.Add(1)
		_ = TracingStats()
		if ending.Load() {
			return
		}
		if err := errors.Join(InitTracing(context.Background()), ShutdownMetrics(context.Background())); err != nil {
			t.Error(err)
		}
		touch(t, 1)
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		_ = Flush(ctx)
	})))
	if err := InitTracing(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	touch(t, 1)
	eventually(t, "it fails", func() bool { return TracingStats()[0].Failing != nil })
	ending.Store(true)
	if err := Shutdown(t.Context()); err == nil {
		t.Error("the shutdown returned no error")
	}
	if n := handled.Load(); n < 3 {
		t.Errorf("handled %d times", n)
	}
}

func TestLogRecordsAreHandledInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var handled []string
		l := &asyncHandler{to: handles(func(record slog.Record) {
			handled = append(handled, record.Message)
			switch record.Message {
			case "3":
				runtime.Goexit()
			case "5":
				time.Sleep(time.Hour)
			}
		})}
		log := slog.New(l)
		var want []string
		for i := range 10 {
			want = append(want, strconv.Itoa(i))
			log.Info(strconv.Itoa(i))
			log.Debug("not for this handler")
		}
		begin := time.Now()
		l.wait()
		if waited := time.Since(begin); waited != asyncGrace {
			t.Errorf("it waited %v for a handler that took an hour", waited)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if !slices.Equal(handled, want) {
			t.Errorf("handled %q, want %q", handled, want)
		}
		for range 10 * asyncLimit {
			log.Info("5")
		}
		synctest.Wait()
		l.mu.Lock()
		if n := len(l.records); n > asyncLimit {
			t.Errorf("%d records wait", n)
		}
		l.mu.Unlock()
		time.Sleep(1000 * time.Hour)
	})
}
