package vectors

import (
	"context"

	"github.com/aerostore/aerostore"
)

// batched has the arguments of every batch over keys.
type batched struct {
	common
	Keys   []key
	Policy batchPolicy
}

func (s *step) parseBatchRead(data []byte) error {
	var args struct {
		batched
		Bins []string
		Ops  []operation
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	if args.Ops == nil {
		s.readBatch(args.Keys, args.Bins)
		return nil
	}
	s.operateBatch(args.Keys, args.Ops, options{})
	if s.writes {
		return errReadThatWrites
	}
	return nil
}

// parseBatchHeader parses batch_header and batch_exists, which a Store answers with
// the result of each key.
func (s *step) parseBatchHeader(data []byte) error {
	var args batched
	if err := decode(data, &args); err != nil {
		return err
	}
	s.readBatch(args.Keys, []string{})
	return nil
}

func (s *step) readBatch(keys []key, bins []string) {
	s.keys = unwrap(keys)
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		results, err := store.BatchRead(ctx, s.keys, bins)
		return answer{batch: results, err: err}
	}
}

func (s *step) parseBatchRemove(data []byte) error {
	var args struct {
		batched
		RecordPolicy options `json:"record_policy"`
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	s.keys, s.writes = unwrap(args.Keys), true
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		results, err := store.BatchRemove(ctx, s.keys, args.RecordPolicy.Options)
		return answer{batch: results, err: err}
	}
	return nil
}

func (s *step) parseBatchOperate(data []byte) error {
	var args struct {
		batched
		Ops          []operation
		RecordPolicy options `json:"record_policy"`
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	s.operateBatch(args.Keys, args.Ops, args.RecordPolicy)
	return nil
}

// errReadThatWrites is the error of a read with an operation that writes, which the
// client accepts and the server refuses, or carries out.
const errReadThatWrites = unsupported("reads that write")

func (s *step) operateBatch(keys []key, ops []operation, policy options) {
	s.keys = unwrap(keys)
	s.ops = s.operations(ops)
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		results, err := store.BatchOperate(ctx, s.keys, s.ops, policy.Options)
		return answer{batch: results, err: err}
	}
}

func (s *step) parseBatchWrite(data []byte) error {
	var args struct {
		common
		Records []struct {
			Key    *key
			Bins   arguments
			Policy options
		}
		Policy batchPolicy
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	items := make([]aerostore.BatchItem, len(args.Records))
	for i, r := range args.Records {
		if r.Key == nil {
			return errNoKey
		}
		items[i] = aerostore.BatchItem{
			Key: r.Key.Key, Bins: r.Bins.bins(),
			Options: []aerostore.WriteOption{r.Policy.Options},
		}
		s.keys = append(s.keys, r.Key.Key)
	}
	s.writes = true
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		results, err := store.BatchWrite(ctx, items)
		return answer{batch: results, err: err}
	}
	return nil
}
