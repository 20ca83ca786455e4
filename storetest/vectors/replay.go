package vectors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aerostore/aerostore"
)

// replay runs the steps one after another and returns where the answers of the store
// differ from the recorded ones. pass waits.
func (v *vector) replay(ctx context.Context, store aerostore.Store, pass func(time.Duration)) []difference {
	var differences []difference
	for _, s := range v.steps {
		if s.pause > 0 {
			pass(s.pause)
			continue
		}
		if s.truncates {
			pass(beforeTruncation)
		}
		where := fmt.Sprintf("%s: step %d, %s", v.name, s.number, s.op)
		differences = append(differences, of(where, s.compare(v.own(s, s.do(ctx, store))))...)
		if s.truncates {
			pass(afterTruncation)
		}
	}
	return differences
}

// The waits before and after a truncation, as recorded. A server compares the times of
// writes and truncations in whole milliseconds.
const (
	beforeTruncation = 30 * time.Millisecond
	afterTruncation  = 150 * time.Millisecond
)

// own drops the records that a query of a whole namespace returned and that are not the
// vector's.
func (v *vector) own(s *step, a answer) answer {
	if s.query != nil && s.query.Set == "" {
		ours := make(map[identity]bool)
		for _, k := range v.keys() {
			ours[identityOf(k)] = true
		}
		a.rows = slices.DeleteFunc(a.rows, func(r *aerostore.Record) bool { return !ours[identityOf(r.Key)] })
	}
	return a
}

// clear removes the records and indexes that the vector names, and all records of the
// sets that it queries.
func (v *vector) clear(ctx context.Context, store aerostore.Store) error {
	for _, s := range v.steps {
		if s.index == nil {
			continue
		}
		indexer, _ := aerostore.As[aerostore.Indexer](store) // Run checked that there is one
		if err := indexer.DropIndex(ctx, *s.index); err != nil && !unusable(err) {
			return err
		}
	}
	keys := v.keys()
	for _, s := range v.steps {
		if s.query == nil || s.query.Set == "" { // other records of the namespace are not the vector's
			continue
		}
		all := aerostore.Query{Namespace: s.query.Namespace, Set: s.query.Set, Bins: []string{}}
		for r, err := range store.Query(ctx, all) {
			if unusable(err) {
				break
			}
			if err != nil {
				return err
			}
			keys = append(keys, r.Key)
		}
	}
	for _, k := range keys {
		if _, err := store.Remove(ctx, k); err != nil && !unusable(err) {
			return err
		}
	}
	return nil
}

// unusable reports whether err means that there can be no record.
func unusable(err error) bool {
	return errors.Is(err, aerostore.ErrInvalid) || errors.Is(err, aerostore.ErrInvalidNamespace)
}
