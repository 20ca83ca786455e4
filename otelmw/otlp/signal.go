package otlp

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// signal is tracing or metrics: what runs of it and what is about to end.
type signal struct {
	name string // in errors, with its verb

	mu       sync.Mutex
	started  bool
	running  *pipeline // nil if there was nothing to run
	stopping *pipeline
}

// pipeline is one run of a signal.
type pipeline struct {
	log       *later
	uninstall func()
	flush     func(ctx context.Context) error
	stop      func(ctx context.Context) error

	taken   atomic.Bool   // by the one who stops it
	stopped chan struct{} // closed after err is set
	err     error
}

// init runs what start makes, which is nil where there is nothing to run, unless
// something runs. It returns when the log has been told, which no lock waits for.
func (s *signal) init(log *later, start func() (*pipeline, error)) error {
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
		said.count(0)
		return fmt.Errorf("otlp: %s off: %w", s.name, err)
	}
	said.count(1)
	if p != nil {
		p.stopped = make(chan struct{})
		p.log = log
	}
	s.running, s.started = p, true
	return nil
}

// flush sends what there is to send, unless nothing runs.
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

// shutdown stops what runs, or waits for whoever does.
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
		said.count(-1)
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

// end stops the pipeline, or waits until it has stopped.
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
