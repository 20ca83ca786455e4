package vectors

import (
	"context"

	"github.com/aerostore/aerostore"
)

type writer = func(s aerostore.Store, ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error

func parseWrite(write writer) func(*step, []byte) error {
	return func(s *step, data []byte) error {
		var args struct {
			common
			Key    *key
			Bins   arguments
			Policy options
		}
		if err := s.parseKeyed(data, &args, &args.Key); err != nil {
			return err
		}
		key, bins, opts := args.Key.Key, args.Bins.bins(), args.Policy.Options
		s.writes = true
		s.do = func(ctx context.Context, s aerostore.Store) answer {
			return answer{err: write(s, ctx, key, bins, opts)}
		}
		return nil
	}
}

type reader = func(s aerostore.Store, ctx context.Context, key aerostore.Key, opts ...aerostore.ReadOption) (*aerostore.Record, error)

func parseRead(read reader) func(*step, []byte) error {
	return func(s *step, data []byte) error {
		var args readArgs
		if err := s.parseKeyed(data, &args, &args.Key); err != nil {
			return err
		}
		key := args.Key.Key
		s.do = func(ctx context.Context, s aerostore.Store) answer {
			record, err := read(s, ctx, key)
			return answer{record: record, err: err}
		}
		return nil
	}
}

type readArgs struct {
	common
	Key    *key
	Policy readPolicy
}

type writeArgs struct {
	common
	Key    *key
	Policy options
}

// parseKeyed decodes the arguments of an operation on one record.
func (s *step) parseKeyed(data []byte, args any, key **key) error {
	if err := decode(data, args); err != nil {
		return err
	}
	if *key == nil {
		return errNoKey
	}
	s.keys = []aerostore.Key{(*key).Key}
	return nil
}

func (s *step) parseSelect(data []byte) error {
	var args struct {
		readArgs
		Bins []string
	}
	if err := s.parseKeyed(data, &args, &args.Key); err != nil {
		return err
	}
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		if len(args.Bins) == 0 { // the recorded client then reads all bins
			record, err := store.Get(ctx, args.Key.Key)
			return answer{record: record, err: err}
		}
		record, err := store.Select(ctx, args.Key.Key, args.Bins)
		return answer{record: record, err: err}
	}
	return nil
}

func (s *step) parseExists(data []byte) error {
	var args readArgs
	if err := s.parseKeyed(data, &args, &args.Key); err != nil {
		return err
	}
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		existed, err := store.Exists(ctx, args.Key.Key)
		return answer{existed: existed, err: err}
	}
	return nil
}

func (s *step) parseRemove(data []byte) error {
	var args writeArgs
	if err := s.parseKeyed(data, &args, &args.Key); err != nil {
		return err
	}
	s.writes = true
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		existed, err := store.Remove(ctx, args.Key.Key, args.Policy.Options)
		return answer{existed: existed, err: err}
	}
	return nil
}

func (s *step) parseTouch(data []byte) error {
	var args writeArgs
	if err := s.parseKeyed(data, &args, &args.Key); err != nil {
		return err
	}
	s.writes = true
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		return answer{err: store.Touch(ctx, args.Key.Key, args.Policy.Options)}
	}
	return nil
}

func (s *step) parseOperate(data []byte) error {
	var args struct {
		writeArgs
		Ops []operation
	}
	if err := s.parseKeyed(data, &args, &args.Key); err != nil {
		return err
	}
	s.operations(args.Ops)
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		record, err := store.Operate(ctx, args.Key.Key, s.ops, args.Policy.Options)
		return answer{record: record, err: err}
	}
	return nil
}
