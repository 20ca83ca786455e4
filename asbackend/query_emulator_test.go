package asbackend_test

import (
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
)

// What a query has read must not be missing from the next one.
func TestQueriesReadAllRecordsAfterEachOther(t *testing.T) {
	t.Parallel()
	server := emulator.RunClusterT(t, 2)
	s := dialCluster(t, server, 10*time.Second)
	const records = 100
	for i := range records {
		put(t, server.Store(), key("set", i), aerostore.Bins{"n": i})
	}
	query := aerostore.Query{Namespace: namespace, Set: "set"}
	limited := query
	limited.MaxRecords = 30
	read := func(query aerostore.Query, stop int) (n int) {
		t.Helper()
		for _, err := range s.Query(t.Context(), query) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == stop {
				break
			}
		}
		return n
	}
	for range 3 {
		if n := read(query, records/2); n != records/2 {
			t.Errorf("%d records before a break", n)
		}
		if n := read(limited, 0); n != limited.MaxRecords {
			t.Errorf("%d records with a limit", n)
		}
		if n := read(query, 0); n != records {
			t.Errorf("%d records, want all %d", n, records)
		}
	}
}
