package asbackend_test

import (
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
)

// Under some policies the client divides keys by itself, so that a node may get a single one,
// which the newer client sends by itself.
func TestABatchReadsTheSameHoweverTheClientDividesIt(t *testing.T) {
	t.Parallel()
	for name, replica := range replicaPolicies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.RunClusterT(t, 2)
			s := dialTo(t, server.Addr(), replicated(1, replica))
			keys := append(keysOn(server), key("set", "another"))
			for _, k := range keys {
				put(t, s, k, aerostore.Bins{"": 0, "a": 1, "b": 2})
			}
			for range 20 {
				results, err := s.BatchRead(t.Context(), keys, []string{"", "a"})
				if err != nil {
					t.Fatal(err)
				}
				for i, r := range results {
					if want := (aerostore.Bins{"": 0, "a": 1}); r.Err != nil || !reflect.DeepEqual(r.Record.Bins, want) {
						t.Fatalf("key %d: %v, %v, want %v", i, r.Record, r.Err, want)
					}
				}
			}
		})
	}
}
