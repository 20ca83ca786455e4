package vectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aerostore/aerostore"
)

// parseBatch parses a batch of several kinds. A Store has none, so that the parts run
// one after another, which is the order in which a server applies them.
func (s *step) parseBatch(data []byte) error {
	var args struct {
		common
		Records []rawPart
		Policy  batchPolicy
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	for _, raw := range args.Records {
		if raw.Key == nil {
			return errNoKey
		}
		ops := s.operations(raw.Ops)
		if raw.Kind == "read" && slices.ContainsFunc(ops, aerostore.Operation.Writes) {
			return errReadThatWrites
		}
		if slices.ContainsFunc(ops, readsAll) && slices.ContainsFunc(ops, aerostore.Operation.Writes) {
			return unsupported("writes that read all bins in a batch of several kinds")
		}
		run, err := raw.run(ops)
		if err != nil {
			return err
		}
		removes := raw.Kind == "remove"
		s.writes = s.writes || removes
		s.keys = append(s.keys, raw.Key.Key)
		s.parts = append(s.parts, part{run, ops, removes})
	}
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		var all answer
		for _, p := range s.parts {
			results, err := p.run(ctx, store)
			if errors.Is(err, aerostore.ErrInvalid) {
				return answer{err: err}
			}
			all.err = cmp.Or(all.err, err)
			all.batch = append(all.batch, results...)
		}
		return all
	}
	return nil
}

// A part is what a batch of several kinds does to one record.
type part struct {
	run     batchRun
	ops     []aerostore.Operation
	removes bool
}

type batchRun = func(ctx context.Context, store aerostore.Store) ([]aerostore.BatchResult, error)

type rawPart struct {
	Kind   string
	Key    *key
	Bins   []string
	Header bool
	Ops    []operation
	Policy options
}

func (p rawPart) run(ops []aerostore.Operation) (batchRun, error) {
	keys := []aerostore.Key{p.Key.Key}
	bins := p.Bins
	if p.Header {
		bins = []string{}
	}
	switch {
	case p.Kind == "remove":
		return func(ctx context.Context, store aerostore.Store) ([]aerostore.BatchResult, error) {
			return store.BatchRemove(ctx, keys, p.Policy.Options)
		}, nil
	case p.Kind == "read" && p.Ops == nil:
		return func(ctx context.Context, store aerostore.Store) ([]aerostore.BatchResult, error) {
			return store.BatchRead(ctx, keys, bins)
		}, nil
	case p.Kind == "write" && !slices.ContainsFunc(ops, aerostore.Operation.Writes):
		return nil, unsupported("writes of nothing")
	case p.Kind == "read", p.Kind == "write":
		return func(ctx context.Context, store aerostore.Store) ([]aerostore.BatchResult, error) {
			return store.BatchOperate(ctx, keys, ops, p.Policy.Options)
		}, nil
	default:
		return nil, fmt.Errorf("kind %q is unknown", p.Kind)
	}
}
