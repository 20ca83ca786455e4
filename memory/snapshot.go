package memory

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory/internal/fixture"
)

// Snapshot writes the contents of the store as JSON, for [Store.Load]: the
// records of each namespace and set, and the indexes.
//
//	{
//	  "records": {
//	    "test": {
//	      "users": [
//	        {"key": "ada", "bins": {"age": 36, "email": "ada@example.com"}},
//	        {"key": 42, "bins": {"tags": ["a", "b"]}, "generation": 3, "ttl": 600}
//	      ]
//	    }
//	  },
//	  "indexes": [
//	    {"namespace": "test", "set": "users", "name": "by_age", "bin": "age", "type": "int"}
//	  ]
//	}
//
// Some fields may be absent:
//   - "generation" is 1 by default.
//   - "ttl" is the remaining time in seconds, and absent if the record never
//     expires.
//   - "sendKey" is true if the record was written with [aerostore.SendKey].
//   - "set" of an index is absent if the index is over the whole namespace.
//   - "collection" of an index is "list", "mapKeys" or "mapValues". It is absent if the
//     index is over the value itself.
//   - "path" of an index is absent if there is none. It is a text of
//     [aerostore.EncodePath].
//   - "expression" of an index takes the place of "bin". It is a text of
//     [exp.EncodeBase64].
//
// The type of an index is "int", "string", "bytes" or "geo".
//
// Values are those of JSON. Numbers with a fraction or an exponent are float64,
// and all others int. In a list or map one of 64 bits is a uint64: see
// [aerostore.Bins]. Objects are maps. Values that JSON does not have are
// tagged:
//
//	{"$bytes": "AQI="}            []byte, in base64
//	{"$float": 5}                 a whole float64; also "NaN", "+Inf" and "-Inf"
//	{"$geo": {"type": "Point", …}}  GeoJSON, as an object or a string
//	{"$hll": "AAgA…"}             an HLL, in base64
//	{"$map": [[1, "a"], …]}       a map with keys of any kind
//	{"$ordered": [1, 2]}          a list kept in order of its values, or a map in that of its keys
//	{"$valueOrdered": {"a": 1}}   a map kept in order of its keys and values
//	{"$indexed": …}               a list or map with a stored index
//	{"$string": "/w=="}           a string that is not UTF-8, in base64
//	{"$digest": "0a1b…"}          the key of a record known by its digest, in hex
//
// The order is fixed and each record has a line, so that files can be compared.
// Records that expired are left out. Each record is whole, but the snapshot may
// contain some of the writes that run meanwhile and not others. Writers do not
// wait for it.
//
// Snapshot fails without writing anything if the name of a namespace, a set or
// an index is not UTF-8. If w fails, the text ends in the middle.
func (s *Store) Snapshot(w io.Writer) error {
	if err := fixture.WriteJSON(w, s.contents()); err != nil {
		return fmt.Errorf("memory: Snapshot: %w", err)
	}
	return nil
}

// Dump writes the contents of the store as a table for people, with user keys and
// values. Sets and records are in order. Each record has its generation, its TTL
// and its bins. Long values are cut. The form may change; use [Store.Snapshot]
// for one that does not.
//
// Errors: those of w.
func (s *Store) Dump(w io.Writer) error {
	if err := fixture.WriteTable(w, s.contents()); err != nil {
		return fmt.Errorf("memory: Dump: %w", err)
	}
	return nil
}

// contents returns what is in the store, in order. The ids of a set are gathered
// first. Its records are read later, one by one, while others may change.
func (s *Store) contents() []fixture.Namespace {
	var all []fixture.Namespace
	for _, n := range s.namespaces {
		c := fixture.Namespace{Name: n.name, Indexes: n.sortedIndexes()}
		sets := slices.SortedFunc(n.setsOf(""), func(a, b *set) int { return strings.Compare(a.name, b.name) })
		for _, set := range sets {
			if ids := n.ids(set); len(ids) > 0 {
				c.Sets = append(c.Sets, fixture.Set{Name: set.name, Len: len(ids), Records: n.records(set, ids)})
			}
		}
		all = append(all, c)
	}
	return all
}

// A shownID is the id of a record, also in clear.
type shownID struct {
	id    aerostore.RecordID
	clear fixture.ID
}

// ids returns the ids of the records of a set, in order. If a record was sent
// with its key, it is the id of that key, and otherwise the id in the set. There
// are none if all records expired.
func (n *namespace) ids(set *set) []shownID {
	ids := make([]shownID, 0, set.count())
	alive := false
	for i := range set.shards {
		set.shards[i].gather(func(id aerostore.RecordID, r *record) {
			alive = alive || n.alive(r) != nil
			if id.IsDigest() && r.sentKey != nil {
				id = r.sentKey.RecordID()
			}
			ids = append(ids, shownID{id: id})
		})
	}
	if !alive {
		return nil
	}
	for i := range ids {
		ids[i].clear = fixture.IDOf(ids[i].id)
	}
	slices.SortFunc(ids, func(a, b shownID) int { return a.clear.Compare(b.clear) })
	return slices.Compact(ids)
}

// records returns those of the records that are still there when they are reached.
func (n *namespace) records(set *set, ids []shownID) iter.Seq[*fixture.Record] {
	return func(yield func(*fixture.Record) bool) {
		var r record
		var shown fixture.Record
		for _, id := range ids {
			key := id.id.Key(set.namespace, set.name)
			ttl, code := n.find(&key, &aerostore.Options{}, &r, (*record).lend)
			if code != aerostore.CodeOK {
				continue
			}
			shown = fixture.Record{
				ID: id.clear, Bins: shown.Bins[:0], Generation: r.generation, TTL: ttl, SendKey: r.sentKey != nil,
			}
			for _, b := range r.bins {
				shown.Bins = append(shown.Bins, fixture.Bin{Name: b.name, Value: b.value})
			}
			if !yield(&shown) {
				return
			}
		}
	}
}

func (n *namespace) sortedIndexes() []aerostore.Index {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.SortedFunc(maps.Values(n.indexes), func(a, b aerostore.Index) int {
		return strings.Compare(a.Name, b.Name)
	})
}
