package storetest

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
)

// lost returns ways to lose the place of a query.
func lost() []sabotage {
	return []sabotage{
		{"ignores cursors", onQueries(func(q *aerostore.Query) { q.Cursor = nil }), []string{
			"cursor/pages have each record of a set once", "cursor/a query is resumed after a break", "cursor/a query of an empty set is done at once",
			"cursor/a cursor of another query is refused", "cursor/two queries cannot share a cursor", "cursor/a cancelled context leaves the cursor where it is",
			"cursor/a record that exists throughout comes once during writes",
		}},
		{"ignores partitions", onQueries(func(q *aerostore.Query) { q.Partitions = aerostore.PartitionRange{} }), []string{
			"cursor/the parts of a query have each record once", "cursor/parts are resumed each by itself", "cursor/partitions that do not exist are refused",
		}},
		{"reads ahead", around(readingAhead), []string{
			"cursor/a query is resumed after a break", "cursor/a record at which the body panics comes again", "cursor/a cancelled context leaves the cursor where it is",
		}},
		{"lets queries share a cursor", around(sharingCursors), []string{"cursor/two queries cannot share a cursor"}},
		{"takes any cursor", around(takingAnyCursor), []string{
			"cursor/a cursor of another query is refused", "cursor/a cursor of another condition is refused",
		}},
		{"has pages of a limit and one more", onQueries(func(q *aerostore.Query) {
			if q.Cursor != nil && q.MaxRecords > 0 {
				q.MaxRecords++
			}
		}), []string{"cursor/pages have each record of a set once", "cursor/pages have each record of an index once", "cursor/a token that was changed is refused"}},
		{"has half pages", onQueries(func(q *aerostore.Query) {
			if q.Cursor != nil {
				q.MaxRecords = (q.MaxRecords + 1) / 2
			}
		}), []string{"cursor/pages have each record of a set once", "cursor/a page of named bins is full"}},
	}
}

// readingAhead reads all records of a query before it passes on the first.
func readingAhead(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	q := call.Query()
	if q == nil {
		return next(ctx, call)
	}
	var records []*aerostore.Record
	result, err := next(ctx, call.WithQuery(*q, func(r *aerostore.Record) bool {
		records = append(records, r)
		return true
	}))
	for _, r := range records {
		if !call.Yield(r) {
			break
		}
	}
	return result, err
}

// sharingCursors runs a query with a copy of its cursor.
func sharingCursors(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	q := call.Query()
	if q == nil || q.Cursor == nil {
		return next(ctx, call)
	}
	other := *q
	other.Cursor, _ = aerostore.ParseCursor(q.Cursor.Token())
	result, err := next(ctx, call.WithQuery(other, call.Yield))
	_ = q.Cursor.UnmarshalText([]byte(other.Cursor.Token()))
	return result, err
}

// takingAnyCursor begins a query from the start if its cursor is of another.
func takingAnyCursor(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	result, err := next(ctx, call)
	if !errors.Is(err, aerostore.ErrStaleCursor) {
		return result, err
	}
	other := *call.Query()
	other.Cursor = nil
	return next(ctx, call.WithQuery(other, call.Yield))
}
