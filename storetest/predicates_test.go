package storetest

import (
	"context"

	"github.com/aerostore/aerostore"
)

// subtlePredicates returns ways to break conditions on elements, paths and geography.
func subtlePredicates() []sabotage {
	return []sabotage{
		{"takes any index for the one of the name", onQueries(func(q *aerostore.Query) {
			if q.Where.IndexName() != "" {
				q.Where = again(q.Where, q.Where.Collection())
			}
		}), []string{"index/UsingIndex uses an index that answers the condition"}},
		{"looks for the keys of a map in its values", onQueries(func(q *aerostore.Query) {
			if q.Where.Collection() == aerostore.IndexMapKeys {
				q.Where = again(q.Where, aerostore.IndexMapValues)
			}
		}), []string{"index/a query finds a string in the keys of a map", "index/a query finds a range in the keys of a map"}},
		{"leaves out paths", onQueries(func(q *aerostore.Query) {
			if q.Where.Path() != nil {
				q.Where = q.Where.At()
			}
		}), []string{
			"index/a query finds bytes in an entry of a map", "index/a query finds an integer in a list in a map",
			"index/a condition of another collection or path fails with IndexNotFound",
		}},
		{"has circles of a degree", onQueries(func(q *aerostore.Query) {
			if q.Where.Kind() == aerostore.PredicateWithin && len(q.Where.GeoJSON()) < 80 {
				q.Where = inside(aerostore.WithinRadius(q.Where.Bin(), 8.5, 47.25, 111_000), q.Where)
			}
		}), []string{"index/a query finds points within a radius in a bin", "index/a query finds points within a radius in a list"}},
		{"takes an index by its collection in a list", onQueries(func(q *aerostore.Query) {
			if q.Where.Bin() == "" && q.Where.Kind() != aerostore.PredicateNone {
				q.Where = q.Where.InList()
			}
		}), []string{
			"index/an index over an expression answers no other condition", "index/a condition without a bin uses the index that it names",
			"index/a query finds a range in the value of an expression, a bin",
		}},
		{"returns a record for each element", around(twice), []string{"index/a record of which several elements match is returned once"}},
		{"indexes elements that Put writes", around(unindexed()), []string{
			"index/an index over elements follows the operations on them",
			"index/an index over an expression has the records for which it is known",
			"index/an index over an expression follows operations on lists and maps",
		}},
		{"does not index bytes", onQueries(func(q *aerostore.Query) {
			if q.Where.Kind() == aerostore.PredicateBlobEqual {
				q.Where = inside(aerostore.Equal(q.Where.Bin(), []byte("none")), q.Where)
			}
		}), []string{"index/a query finds bytes in a bin", "index/a query finds bytes in the values of a map"}},
	}
}

// again returns the predicate of a collection, without the name of an index.
func again(where aerostore.Predicate, in aerostore.IndexCollection) aerostore.Predicate {
	bin := where.Bin()
	var p aerostore.Predicate
	switch where.Kind() {
	case aerostore.PredicateStringEqual:
		p = aerostore.Equal(bin, where.Text())
	case aerostore.PredicateBlobEqual:
		p = aerostore.Equal(bin, where.Bytes())
	case aerostore.PredicateWithin:
		p = aerostore.Within(bin, where.GeoJSON())
	case aerostore.PredicateContaining:
		p = aerostore.Containing(bin, where.GeoJSON())
	default:
		begin, end := where.Bounds()
		p = aerostore.Range(bin, begin, end)
	}
	return spot{in: in, path: where.Path()}.of(p)
}

// inside returns the predicate where another is.
func inside(p, other aerostore.Predicate) aerostore.Predicate {
	return spot{in: other.Collection(), path: other.Path()}.of(p)
}

// twice returns the records of conditions on elements twice.
func twice(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if q := call.Query(); q != nil && q.Where.Collection() != aerostore.IndexDefault && q.MaxRecords == 0 {
		outer := call
		call = call.WithQuery(*q, func(r *aerostore.Record) bool {
			other := *r
			return outer.Yield(&other) && outer.Yield(r)
		})
	}
	return next(ctx, call)
}
