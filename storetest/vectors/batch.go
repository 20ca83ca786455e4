package vectors

import (
	"cmp"
	"context"
	"fmt"
	"slices"

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
		s.readBatch(&args.batched, args.Bins)
		return nil
	}
	s.operateBatch(&args.batched, args.Ops, options{})
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
	s.readBatch(&args, []string{})
	return nil
}

func (s *step) readBatch(args *batched, bins []string) {
	s.batch(&args.Policy, unwrap(args.Keys), func(ctx context.Context, store aerostore.Store, from, to int) ([]aerostore.BatchResult, error) {
		return store.BatchRead(ctx, s.keys[from:to], bins, args.Policy.Options)
	})
}

func (s *step) parseBatchRemove(data []byte) error {
	var args struct {
		batched
		RecordPolicy options `json:"record_policy"`
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	s.writes = true
	args.Policy.Filter = cmp.Or(args.RecordPolicy.Filter, args.Policy.Filter)
	s.batch(&args.Policy, unwrap(args.Keys), func(ctx context.Context, store aerostore.Store, from, to int) ([]aerostore.BatchResult, error) {
		return store.BatchRemove(ctx, s.keys[from:to], args.Policy.Options, args.RecordPolicy.Options)
	})
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
	s.operateBatch(&args.batched, args.Ops, args.RecordPolicy)
	return nil
}

// errReadThatWrites is the error of a read with an operation that writes, which the
// client accepts and the server refuses, or carries out.
const errReadThatWrites = unsupported("reads that write")

func (s *step) operateBatch(args *batched, ops []operation, policy options) {
	s.ops = s.operations(ops)
	s.filtersEach = policy.Filter != (aerostore.Filter{})
	s.batch(&args.Policy, unwrap(args.Keys), func(ctx context.Context, store aerostore.Store, from, to int) ([]aerostore.BatchResult, error) {
		return store.BatchOperate(ctx, s.keys[from:to], s.ops, args.Policy.Options, policy.Options)
	})
}

func (s *step) parseBatchWrite(data []byte) error {
	var args struct {
		common
		Records []struct {
			Key    *key
			Bins   arguments
			Policy itemOptions
		}
		Policy batchPolicy
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	var items []aerostore.BatchItem
	var keys []aerostore.Key
	for _, r := range args.Records {
		if r.Key == nil {
			return errNoKey
		}
		if s.leavesOut(r.Policy.refused) {
			continue
		}
		items = append(items, aerostore.BatchItem{
			Key: r.Key.Key, Bins: r.Bins.bins(),
			Options: []aerostore.WriteOption{r.Policy.Options},
		})
		keys = append(keys, r.Key.Key)
	}
	s.writes = true
	s.batch(&args.Policy, keys, writeItems(items, &args.Policy))
	return nil
}

func writeItems(items []aerostore.BatchItem, p *batchPolicy) batchRun {
	return func(ctx context.Context, store aerostore.Store, from, to int) ([]aerostore.BatchResult, error) {
		return store.BatchWrite(ctx, items[from:to], p.Options)
	}
}

// A batchRun runs a batch over some of the keys of its step, from one until before another.
type batchRun = func(ctx context.Context, store aerostore.Store, from, to int) ([]aerostore.BatchResult, error)

// batch makes the step a batch over the keys.
func (s *step) batch(p *batchPolicy, keys []aerostore.Key, do batchRun) {
	s.keys = keys
	s.filters = p.Filter != (aerostore.Filter{})
	s.endsAtFailure = p.endsAtFailure
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		var a answer
		from := 0
		for _, to := range append(s.cuts, len(keys)) {
			results, err := do(ctx, store, from, to)
			if a.batch, from = append(a.batch, results...), to; a.err == nil {
				a.err = err
			}
		}
		return a
	}
}

// cut divides a batch that writes to a key that it has twice into several, one after another,
// of which none has a key twice. It returns false if that would change an answer.
func (s *step) cut() bool {
	if !s.writes || len(s.keys) == 0 || s.refusal != nil || s.items == nil && readsAllAndWrites(s.ops) {
		return true
	}
	s.cuts = nil
	seen := make(map[identity]bool, len(s.keys))
	for i, k := range s.keys {
		id := identityOf(k)
		if seen[id] {
			s.cuts = append(s.cuts, i)
			clear(seen)
		}
		seen[id] = true
	}
	from := 0
	for _, to := range append(s.cuts, len(s.keys)) {
		if s.cuts != nil && to == from+1 && readsAllAndWrites(s.operationsOf(from)) {
			return false
		}
		from = to
	}
	return true
}

// readsAllAndWrites reports whether the operations are refused for several keys, and
// carried out for a key alone.
func readsAllAndWrites(ops []aerostore.Operation) bool {
	return slices.ContainsFunc(ops, readsAll) && slices.ContainsFunc(ops, aerostore.Operation.Writes)
}

// leavesOut reports whether a Store cannot have the next item of a batch, which is left out
// then.
func (s *step) leavesOut(refused error) bool {
	s.leftOut = append(s.leftOut, refused != nil)
	return refused != nil
}

// dropLeftOut drops the answers of the items that are left out. It returns an error if one
// of them changed a record.
func (s *step) dropLeftOut() error {
	if !slices.Contains(s.leftOut, true) {
		return nil
	}
	if len(s.leftOut) != len(s.want.batch) {
		return fmt.Errorf("%d answers for %d records", len(s.want.batch), len(s.leftOut))
	}
	s.leavesOutSome = true
	kept := s.want.batch[:0]
	for i, result := range s.want.batch {
		switch {
		case !s.leftOut[i]:
			kept = append(kept, result)
		case result.code == aerostore.CodeOK:
			return unsupported("a filter that is none, and lets a record through that does not exist")
		}
	}
	s.want.batch = kept
	return nil
}
