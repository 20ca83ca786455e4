package aerostore_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

func TestPartitionIsTheLowBitsOfTheDigest(t *testing.T) {
	var digest [20]byte
	for _, tc := range []struct {
		first, second byte
		want          int
	}{{0, 0, 0}, {1, 0, 1}, {0xff, 0, 255}, {0, 1, 256}, {0xff, 0x0f, 4095}, {0xff, 0xff, 4095}, {0, 0x10, 0}} {
		digest[0], digest[1] = tc.first, tc.second
		if got := aerostore.DigestKey("test", "users", digest).Partition(); got != tc.want {
			t.Errorf("the partition of %x is %d, want %d", digest[:2], got, tc.want)
		}
	}
	if got, want := ada.Partition(), aerostore.DigestKey("test", "users", ada.Digest()).Partition(); got != want {
		t.Errorf("the partition of a key is %d, of its digest %d", got, want)
	}
}

func TestSplitCoversEachPartitionOnce(t *testing.T) {
	for _, of := range []aerostore.PartitionRange{{}, {First: 10, Count: 1}, {First: 4000, Count: 96}, {First: 1, Count: 7}} {
		for _, n := range []int{-1, 0, 1, 2, 3, 7, 95, 4095, 4096, 5000} {
			q := aerostore.Query{Namespace: "test", Set: "users", Partitions: of, Cursor: new(aerostore.Cursor), MaxRecords: 3}
			next, count := of.First, of.Count
			if count == 0 {
				count = aerostore.PartitionCount
			}
			parts := q.Split(n)
			if want := min(max(n, 1), count); len(parts) != want {
				t.Errorf("%v in %d: %d parts, want %d", of, n, len(parts), want)
			}
			least, most := count, 0
			for _, part := range parts {
				if part.Partitions.First != next || part.Partitions.Count < 1 {
					t.Fatalf("%v in %d: a part is %v, the next partition is %d", of, n, part.Partitions, next)
				}
				if part.Cursor != nil || part.MaxRecords != 3 || part.Set != "users" {
					t.Errorf("a part is %+v", part)
				}
				next += part.Partitions.Count
				least, most = min(least, part.Partitions.Count), max(most, part.Partitions.Count)
			}
			if next != of.First+count || most-least > 1 {
				t.Errorf("%v in %d: ends at %d, parts of %d to %d partitions", of, n, next, least, most)
			}
		}
	}
}

func TestAQueryOfPartitionsThatDoNotExistIsRefused(t *testing.T) {
	for _, r := range []aerostore.PartitionRange{{First: -1, Count: 1}, {First: 4096, Count: 1}, {First: 0, Count: 4097}, {First: 1, Count: 4096}, {First: 5, Count: 0}, {First: 1 << 62, Count: 1 << 62}, {Count: -1}} {
		q := aerostore.Query{Namespace: "test", Partitions: r}
		for _, q := range append(q.Split(3), q) {
			for _, err := range memory.NewT(t).Query(t.Context(), q) {
				if !errors.Is(err, aerostore.ErrInvalid) {
					t.Errorf("%v: %v", r, err)
				}
			}
			if n := q.Partitions; n != r {
				t.Errorf("Split made %v of %v", n, r)
			}
		}
	}
	q := aerostore.Query{Namespace: "test", RecordsPerSecond: -1}
	for _, err := range memory.NewT(t).Query(t.Context(), q) {
		if !errors.Is(err, aerostore.ErrInvalid) {
			t.Error(err)
		}
	}
}

// A query with a field more than a cursor knows of would be resumed as another.
func TestTheFingerprintHasAllOfAPredicate(t *testing.T) {
	if n := reflect.TypeFor[aerostore.Predicate]().NumField(); n != 6 {
		t.Errorf("a Predicate has %d fields: add the new ones to appendIdentity, and a case here", n)
	}
	wheres := []aerostore.Predicate{
		{},
		aerostore.Equal("a", 1), aerostore.Equal("b", 1), aerostore.Equal("a", "1"), aerostore.Equal("a", "2"), aerostore.Range("a", 1, 2),
		aerostore.Range("a", 0, 1), aerostore.Equal("a", ""), aerostore.Equal("", 1),
		aerostore.Equal("a", []byte("1")), aerostore.Equal("a", []byte("2")), aerostore.Equal("a", 1).InList(), aerostore.Equal("a", 1).InMapKeys(),
		aerostore.Equal("a", 1).At(cdt.Index(1)), aerostore.Equal("a", 1).At(cdt.Index(2)), aerostore.Equal("a", 1).At(cdt.Index(1), cdt.Index(1)),
		aerostore.WithinRadius("a", 1, 2, 3), aerostore.WithinRadius("a", 1, 2, 4), aerostore.Containing("a", `{"type":"Point","coordinates":[1,2]}`),
	}
	tokens := map[string]string{}
	for _, where := range wheres {
		for _, set := range []string{"", "a"} {
			q := aerostore.Query{Namespace: "test", Set: set, Where: where, Cursor: new(aerostore.Cursor)}
			call := aerostore.Call{Op: aerostore.OpQuery}.WithQuery(q, func(*aerostore.Record) bool { return true })
			run, err := call.Resume("x")
			if err != nil {
				t.Fatal(err)
			}
			run.End()
			what, token := fmt.Sprint(set, where.Kind(), where, where.Text()), q.Cursor.Token()
			if other, met := tokens[token]; met {
				t.Errorf("%s and %s have the same token", what, other)
			}
			tokens[token] = what
		}
	}
}
