package vectors

import (
	"context"

	"github.com/aerostore/aerostore"
)

// readArgs are the arguments of a read of one record.
type readArgs struct {
	common
	Key    key
	Policy readPolicy
}

func (a readArgs) key() key { return a.Key }

// writeArgs are the arguments of a write to one record.
type writeArgs struct {
	common
	Key    key
	Policy options
}

func (a writeArgs) key() key { return a.Key }

type (
	// A parser parses the arguments of a step.
	parser = func(s *step, data []byte) error

	// An action runs a step.
	action = func(ctx context.Context, store aerostore.Store) answer
)

// single returns the parser of an operation on one record, with arguments of type A.
func single[A interface{ key() key }](prepare func(s *step, args A) action) parser {
	return func(s *step, data []byte) error {
		var args A
		if err := decode(data, &args); err != nil {
			return err
		}
		if args.key() == (key{}) {
			return errNoKey
		}
		s.keys = []aerostore.Key{args.key().Key}
		s.do = prepare(s, args)
		return nil
	}
}

type writer = func(s aerostore.Store, ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error

func parseWrite(write writer) parser {
	type args struct {
		writeArgs
		Bins arguments
	}
	return single(func(s *step, a args) action {
		s.writes = true
		return func(ctx context.Context, store aerostore.Store) answer {
			return answer{err: write(store, ctx, a.Key.Key, a.Bins.bins(), a.Policy.Options)}
		}
	})
}

type reader = func(s aerostore.Store, ctx context.Context, key aerostore.Key, opts ...aerostore.ReadOption) (*aerostore.Record, error)

func parseRead(read reader) parser {
	return single(func(_ *step, a readArgs) action {
		return func(ctx context.Context, store aerostore.Store) answer {
			record, err := read(store, ctx, a.Key.Key, a.Policy.Options)
			return answer{record: record, err: err}
		}
	})
}

func parseSelect() parser {
	type args struct {
		readArgs
		Bins []string
	}
	return single(func(_ *step, a args) action {
		return func(ctx context.Context, store aerostore.Store) answer {
			if len(a.Bins) == 0 { // the recorded client then reads all bins
				record, err := store.Get(ctx, a.Key.Key, a.Policy.Options)
				return answer{record: record, err: err}
			}
			record, err := store.Select(ctx, a.Key.Key, a.Bins, a.Policy.Options)
			return answer{record: record, err: err}
		}
	})
}

func parseExists() parser {
	return single(func(_ *step, a readArgs) action {
		return func(ctx context.Context, store aerostore.Store) answer {
			existed, err := store.Exists(ctx, a.Key.Key, a.Policy.Options)
			return answer{existed: existed, err: err}
		}
	})
}

func parseRemove() parser {
	return single(func(s *step, a writeArgs) action {
		s.writes = true
		return func(ctx context.Context, store aerostore.Store) answer {
			existed, err := store.Remove(ctx, a.Key.Key, a.Policy.Options)
			return answer{existed: existed, err: err}
		}
	})
}

func parseTouch() parser {
	return single(func(s *step, a writeArgs) action {
		s.writes = true
		return func(ctx context.Context, store aerostore.Store) answer {
			return answer{err: store.Touch(ctx, a.Key.Key, a.Policy.Options)}
		}
	})
}

func parseOperate() parser {
	type args struct {
		writeArgs
		Ops []operation
	}
	return single(func(s *step, a args) action {
		s.ops, s.respondsAll = s.operations(a.Ops), a.Policy.respondsAll
		return func(ctx context.Context, store aerostore.Store) answer {
			record, err := store.Operate(ctx, a.Key.Key, s.ops, a.Policy.Options)
			return answer{record: record, err: err}
		}
	})
}
