package otlp

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// A signal is tracing or metrics. It has the pipeline that runs and the one that is
// stopping.
type signal struct {
	name string // in errors: "tracing is"

	mu       sync.Mutex
	started  bool
	running  *pipeline // nil if nothing has to run
	stopping *pipeline
}

// A pipeline is a signal between an init and its shutdown.
type pipeline struct {
	log       *asyncHandler
	uninstall func()
	flush     func(ctx context.Context) error
	stop      func(ctx context.Context) error

	taken   atomic.Bool   // by the caller that stops it
	stopped chan struct{} // closed after err is set
	err     error
}

// init starts a pipeline, unless one runs. The pipeline is nil if nothing has to run.
// Log records are handled before init returns, without a lock.
func (s *signal) init(log *asyncHandler, start func() (*pipeline, error)) error {
	defer log.wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return nil
	}
	environment.Lock()
	p, err := start()
	environment.Unlock()
	if err != nil {
		warned.count(0)
		return fmt.Errorf("otlp: %s off: %w", s.name, err)
	}
	warned.count(1)
	if p != nil {
		p.stopped = make(chan struct{})
		p.log = log
	}
	s.running, s.started = p, true
	return nil
}

// flush flushes the pipeline that runs, if any.
func (s *signal) flush(ctx context.Context) error {
	s.mu.Lock()
	p := s.running
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	defer p.log.wait()
	if err := p.flush(ctx); err != nil {
		return fmt.Errorf("otlp: %w", err)
	}
	return nil
}

// shutdown stops the pipeline, or waits for the caller that does.
func (s *signal) shutdown(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	p := s.take()
	if p == nil {
		return nil
	}
	defer p.log.wait()
	ended, err := p.end(ctx)
	if !ended {
		return fmt.Errorf("otlp: %s still shutting down: %w", s.name, ctx.Err())
	}
	s.forget(p)
	if err != nil {
		return fmt.Errorf("otlp: %w", err)
	}
	return nil
}

func (s *signal) take() *pipeline {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.running; p != nil {
		p.uninstall()
		s.running, s.stopping = nil, p
	}
	if s.started {
		s.started = false
		warned.count(-1)
	}
	return s.stopping
}

func (s *signal) forget(p *pipeline) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping == p {
		s.stopping = nil
	}
}

// end stops the pipeline, or waits until another caller has stopped it.
func (p *pipeline) end(ctx context.Context) (ended bool, err error) {
	if p.taken.CompareAndSwap(false, true) {
		p.err = p.stop(ctx)
		close(p.stopped)
		return true, p.err
	}
	select {
	case <-p.stopped:
		return true, p.err
	case <-ctx.Done():
		return false, nil
	}
}
