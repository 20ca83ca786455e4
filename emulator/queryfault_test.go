package emulator_test

import (
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
)

// readSome returns the values of bin n of the records that came, each of which comes once,
// and the first error.
func readSome(t *testing.T, records *as.Recordset, err as.Error) (map[int]bool, as.Error) {
	t.Helper()
	got := make(map[int]bool)
	if err != nil {
		return got, err
	}
	for r := range records.Results() {
		if r.Err != nil {
			if err == nil {
				err = r.Err
			}
			continue
		}
		n, _ := r.Record.Bins["n"].(int)
		if got[n] {
			t.Errorf("%d comes twice", n)
		}
		got[n] = true
	}
	return got, err
}

func TestFaultsInQueries(t *testing.T) {
	t.Parallel()
	const records, before = 300, 10 // in as many partitions, more or less
	all := emulator.Count{Received: 1, Applied: 1}
	none := emulator.Count{Received: 1}
	twice := emulator.Count{Received: 2, Applied: 2}
	query := []emulator.Command{emulator.Query}
	partition := []emulator.Command{emulator.QueriedPartition}
	for name, c := range map[string]struct {
		fault    emulator.Fault
		code     types.ResultCode // types.NETWORK_ERROR for any of the client
		least    int              // records that come
		most     int
		count    emulator.Count // of Query
		timeout  time.Duration
		attempts int
	}{
		"a delay":            {emulator.Fault{Commands: query, Delay: time.Millisecond}, 0, records, records, all, 0, 1},
		"a delayed part":     {emulator.Fault{Commands: partition, Delay: time.Millisecond, Skip: before}, 0, records, records, all, 0, 1},
		"a code":             {emulator.Fault{Commands: query, Code: aerostore.CodeForbidden}, types.FAIL_FORBIDDEN, 0, 0, none, 0, 1},
		"a code, applied":    {emulator.Fault{Commands: query, Code: aerostore.CodeForbidden, Applied: true}, types.FAIL_FORBIDDEN, 0, 0, all, 0, 1},
		"close":              {emulator.Fault{Commands: query, Action: emulator.Close}, types.NETWORK_ERROR, 0, 0, none, 0, 1},
		"cut":                {emulator.Fault{Commands: query, Action: emulator.Cut}, types.NETWORK_ERROR, 0, 0, none, 0, 1},
		"hang":               {emulator.Fault{Commands: query, Action: emulator.Hang}, types.NETWORK_ERROR, 0, 0, none, 100 * time.Millisecond, 1},
		"a part is cut":      {emulator.Fault{Commands: partition, Action: emulator.Cut, Skip: before}, types.NETWORK_ERROR, before, records - 1, all, 0, 1},
		"a part hangs":       {emulator.Fault{Commands: partition, Action: emulator.Hang, Skip: before}, types.NETWORK_ERROR, 0, records - 1, all, 100 * time.Millisecond, 1},
		"a part is closed":   {emulator.Fault{Commands: partition, Action: emulator.Close, Skip: before}, types.NETWORK_ERROR, 0, records - 1, all, 0, 1},
		"cut, and again":     {emulator.Fault{Commands: partition, Action: emulator.Cut, Skip: before, Times: 1}, 0, records, records, twice, 0, 3},
		"moved, and again":   {emulator.Fault{Commands: partition, Code: aerostore.CodePartitionUnavailable, Skip: before, Times: 1}, 0, records, records, twice, 0, 3},
		"hangs, and again":   {emulator.Fault{Commands: partition, Action: emulator.Hang, Skip: before, Times: 1}, 0, records, records, twice, time.Second, 3},
		"restart, and again": {emulator.Fault{Commands: partition, Action: emulator.Restart, Skip: before, Times: 1}, 0, records, records, twice, 0, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := connect(t)
			fill(t, client, "s", records)
			injected := s.Inject(c.fault)
			policy := as.NewQueryPolicy()
			policy.MaxRetries, policy.SleepBetweenRetries = c.attempts-1, 5*time.Millisecond
			policy.SocketTimeout, policy.TotalTimeout = 20*time.Second, 20*time.Second
			if c.timeout > 0 {
				policy.SocketTimeout = c.timeout
			}
			found, err := client.Query(policy, as.NewStatement("test", "s"))
			got, err := readSome(t, found, err)
			if len(got) < c.least || len(got) > c.most {
				t.Errorf("%d records came, want %d to %d", len(got), c.least, c.most)
			}
			switch {
			case c.attempts > 1: // the client reports the error of an attempt that it repeats, too
			case c.code == 0 && err != nil, c.code != 0 && err == nil:
				t.Errorf("the client got %v", err)
			case c.code > 0 && !err.Matches(c.code):
				t.Errorf("the client got %v", err)
			}
			if injected.Strikes() == 0 {
				t.Error("the fault met nothing")
			}
			if count := s.Count(emulator.Query); c.attempts < 1000 && count != c.count || count.Applied != c.count.Applied {
				t.Errorf("counts %+v, want %+v", count, c.count)
			}
			if count := s.Count(emulator.QueriedPartition); c.fault.Skip > 0 && c.code != 0 && (count.Received != before+1 || count.Applied != before) {
				t.Errorf("partitions %+v", count)
			}
		})
	}
}
