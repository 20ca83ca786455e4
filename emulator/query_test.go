package emulator_test

import (
	"strconv"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
)

func fill(t testing.TB, client *as.Client, set string, n int) {
	t.Helper()
	for i := range n {
		policy := as.NewWritePolicy(0, 0)
		policy.SendKey = i%2 == 0
		if err := client.Put(policy, newKey(t, set, i), as.BinMap{"n": i, "s": "x"}); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns the values of bin n of the records, each of which comes once.
func read(t testing.TB, records *as.Recordset, err as.Error) map[int]*as.Record {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[int]*as.Record)
	for r := range records.Results() {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		n, _ := r.Record.Bins["n"].(int)
		if got[n] != nil {
			t.Fatalf("%d comes twice", n)
		}
		got[n] = r.Record
	}
	return got
}

func TestScansAndQueriesReturnRecords(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	fill(t, client, "s", 1000)
	records, err := client.ScanAll(nil, "test", "s")
	all := read(t, records, err)
	if len(all) != 1000 {
		t.Errorf("the scan returned %d records", len(all))
	}
	for n, r := range all {
		id := r.Key.Value()
		if (id != nil) != (n%2 == 0) || id != nil && id.String() != strconv.Itoa(n) || r.Generation != 1 || r.Key.SetName() != "s" || r.Key.Namespace() != "test" {
			t.Fatalf("record %d: %v of generation %d", n, r.Key, r.Generation)
		}
	}
	task, err := client.CreateIndex(nil, "test", "s", "i", "n", as.NUMERIC)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-task.OnComplete(); err != nil {
		t.Fatal(err)
	}
	statement := as.NewStatement("test", "s", "n")
	if err := statement.SetFilter(as.NewRangeFilter("n", 10, 19)); err != nil {
		t.Fatal(err)
	}
	records, err = client.Query(nil, statement)
	found := read(t, records, err)
	if len(found) != 10 || found[10] == nil || found[19] == nil || len(found[10].Bins) != 1 {
		t.Errorf("the query returned %v", found)
	}
}

func TestAQueryGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	fill(t, client, "s", 500)
	policy := as.NewQueryPolicy()
	policy.MaxRecords = 37
	partitions := as.NewPartitionFilterAll()
	seen := make(map[int]bool)
	for pages := 0; !partitions.IsDone(); pages++ {
		records, err := client.QueryPartitions(policy, as.NewStatement("test", "s"), partitions)
		for n := range read(t, records, err) {
			if seen[n] {
				t.Fatalf("%d comes twice", n)
			}
			seen[n] = true
		}
		if pages > 500/37+1 {
			t.Fatal("the query does not end")
		}
	}
	if len(seen) != 500 {
		t.Errorf("%d records came", len(seen))
	}
}

func TestAJobChangesTheRecordsOfItsQuery(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	fill(t, client, "s", 100)
	policy := as.NewQueryPolicy()
	policy.FilterExpression = as.ExpLess(as.ExpIntBin("n"), as.ExpIntVal(30))
	task, err := client.QueryExecute(policy, nil, as.NewStatement("test", "s"), as.AddOp(as.NewBin("more", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := <-task.OnComplete(); err != nil {
		t.Fatal(err)
	}
	records, err := client.ScanAll(nil, "test", "s")
	for n, r := range read(t, records, err) {
		if (r.Bins["more"] != nil) != (n < 30) {
			t.Errorf("record %d: %v", n, r.Bins)
		}
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	fill(t, client, "s", 10)
	fill(t, client, "other", 10)
	time.Sleep(2 * time.Millisecond)
	if err := client.Truncate(nil, "test", "s", nil); err != nil {
		t.Fatal(err)
	}
	for set, want := range map[string]int{"s": 0, "other": 10} {
		records, err := client.ScanAll(nil, "test", set)
		if got := read(t, records, err); len(got) != want {
			t.Errorf("set %s has %d records", set, len(got))
		}
	}
}
