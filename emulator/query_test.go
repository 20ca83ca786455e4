package emulator_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
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

// The integers that an index has are an order of their own: a query that begins after a
// digest and the value 0 returns the records with a greater value, whatever their digests.
func TestAQueryBeginsAfterTheValueAndTheDigest(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	fill(t, client, "s", 300)
	task, err := client.CreateIndex(nil, "test", "s", "i", "n", as.NUMERIC)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-task.OnComplete(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{7, 299} {
		statement := as.NewStatement("test", "s")
		if err := statement.SetFilter(as.NewRangeFilter("n", 1, 299)); err != nil {
			t.Fatal(err)
		}
		records, err := client.QueryPartitions(nil, statement, as.NewPartitionFilterByKey(newKey(t, "s", n)))
		if got := read(t, records, err); got[n] == nil {
			t.Errorf("record %d is left out", n)
		}
	}
}

// An older client counts the field with the name of an index as none.
func TestAMessageThatIsLongerThanItSaysIsRefused(t *testing.T) {
	t.Parallel()
	c := dial(t, emulator.RunT(t))
	body := append(make([]byte, 22), 0)
	body[0] = 22
	for range 2 { // the connection stays open
		if _, err := c.Write(frame(3, body...)); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 8+22)
		if _, err := io.ReadFull(c, answer); err != nil || answer[8+5] != 4 {
			t.Fatalf("answered %v, %v", answer, err)
		}
	}
}

func TestJobsCanBeShownAndStopped(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	fill(t, client, "s", 100)
	policy := as.NewQueryPolicy()
	policy.RecordsPerSecond = 1
	statement := as.NewStatement("test", "s")
	statement.TaskId = 7
	if _, err := client.QueryExecute(policy, nil, statement, as.TouchOp()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.QueryExecute(policy, nil, statement, as.TouchOp()); codeOf(err) != types.PARAMETER_ERROR {
		t.Errorf("a job with the number of another: %v", err)
	}
	ask := func(request string) string {
		answers, err := client.GetNodes()[0].RequestInfo(as.NewInfoPolicy(), request)
		if err != nil {
			t.Fatal(err)
		}
		return answers[request]
	}
	for _, tc := range []struct{ request, want string }{
		{"query-show:trid=7", "status=active(ok)"},
		{"query-show", "trid=7:ns=test:set=s:rps=1:"},
		{"query-show:trid=8", "ERROR:2:job not found"},
		{"query-show:id=x", "ERROR:4:bad id"},
		{"query-abort", "ERROR:4:missing 'id'"},
		{"query-abort:id=7", "ok"},
	} {
		if got := ask(tc.request); !strings.Contains(got, tc.want) {
			t.Errorf("%s: %s", tc.request, got)
		}
	}
	for !strings.Contains(ask("query-show:trid=7"), "status=done(user-aborted)") {
		time.Sleep(time.Millisecond)
	}
	if got := ask("query-abort:trid=7"); got != "ERROR:2:id not active" {
		t.Errorf("stopped again: %s", got)
	}
}

func TestInfoAboutIndexesAndSets(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	fill(t, client, "s", 3)
	for _, tc := range []struct{ request, want string }{
		{"sindex-create:ns=test;set=s;indexname=i;bin=n;type=numeric;indextype=list;context=khAB", "ok"},
		{"sindex-create:ns=test;set=s;indexname=i;indexdata=n,NUMERIC;indextype=LIST;context=khAB", "ok"},
		{"sindex-create:ns=test;set=s;indexname=i;bin=other;type=numeric", "ERROR:200:'indexname' already exists with different definition"},
		{"sindex-create:ns=nons;indexname=i;bin=n;type=string", "ok"},
		{"sindex-create:ns=test;indexname=j;bin=n;type=foo", "ERROR:4:bad 'type' - must be one of 'numeric', 'string', 'blob', 'geo2dsphere'"},
		{"sindex-create:ns=test;indexname=j;bin=n;type=string;indextype=x", "ERROR:4:bad 'indextype' - must be one of 'default', 'list', 'mapkeys', 'mapvalues'"},
		{"sindex-create:ns=test;indexname=j;bin=n;type=string;context=xx", "ERROR:4:'context' invalid base64"},
		{"sindex-create:ns=test;indexname=j;bin=n;type=string;context=qg==", "ERROR:4:'context' invalid cdt context"},
		{"sindex-create:ns=test;indexname=j;bin=n;type=string;exp=kg==", "ERROR:4:both 'bin' and 'exp' are specified"},
		{"sindex-create:ns=test;indexname=j;exp=k1EEoWE=;type=string;context=khAB", "ERROR:4:both 'context' and 'exp' are specified"},
		{"sindex-create:ns=test;indexname=j;type=string", "ERROR:4:both 'bin' and 'exp' are missing"},
		{"sindex-create:ns=test;indexname=j;exp=;type=string", "ERROR:4:missing 'exp' value"},
		{"sindex-create:ns=test;indexname=j;exp=!!!!;type=string", "ERROR:4:bad 'exp'"},
		{"sindex-create:ns=test;indexname=j;exp=AAAA;type=string", "ERROR:4:bad 'exp'"},
		{"sindex-create:ns=test;indexname=j;exp=k1EEoWE=;type=string", "ERROR:4:bad 'exp': the expression of the index is a list: this type and collection need a string"},
		{"sindex-create:ns=test;indexname=j", "ERROR:4:both 'indexdata' and 'type' are missing"},
		{"sindex-create:ns=test;indexname=j;indexdata=n", "ERROR:4:'indexdata' missing bin type"},
		{"sindex-create:indexname=j;bin=n;type=string", "ERROR:20:missing 'namespace'"},
		{"sindex-create:ns=test;bin=n;type=string", "ERROR:4:missing 'indexname'"},
		{"sindex-create:ns=test;indexname=j;bin=;type=string", "ERROR:4:missing 'bin' value"},
		{"sindex-list:ns=test;b64=true", "ns=test:indexname=i:set=s:bin=n:type=numeric:indextype=list:context=khAB:exp=null:state=RW"},
		{"sindex-create:namespace=test;indexname=e;exp=k1EEoWE=;indextype=list;type=string", "ok"},
		{"sindex-create:namespace=test;indexname=e;exp=k1EEoWE=;indextype=list;type=numeric", "ERROR:200:'indexname' already exists with different definition"},
		{"sindex-list:ns=test;b64=true", "ns=test:indexname=e:set=null:bin=null:type=string:indextype=list:context=null:exp=k1EEoWE=:state=RW;" +
			"ns=test:indexname=i:set=s:bin=n:type=numeric:indextype=list:context=khAB:exp=null:state=RW"},
		{"sindex-stat:ns=test;indexname=e", "entries=0;used_bytes=0;entries_per_bval=0;entries_per_rec=0;load_pct=100;load_time=0;stat_gc_recs=0"},
		{"sindex-delete:ns=test;indexname=e", "ok"},
		{"sindex-create:namespace=test;indexname=e;exp=k1ECoWE=;indexdata=a,numeric", "ok"},
		{"sindex-list:ns=test", "ns=test:indexname=e:set=null:bin=a:type=numeric:indextype=default:context=null:exp=null:state=RW;" +
			"ns=test:indexname=i:set=s:bin=n:type=numeric:indextype=list:context=[index 1]:exp=null:state=RW"},
		{"sindex-delete:ns=test;indexname=e", "ok"},
		{"sindex-list:ns=nons", "ERROR:20:namespace not found on node"},
		{"sindex/nons", "ns_type=unknown"},
		{"sindex/test/i", "entries=0;used_bytes=0;entries_per_bval=0;entries_per_rec=0;load_pct=100;load_time=0;stat_gc_recs=0"},
		{"sindex/test/j", "ERROR:201:no index"},
		{"sindex-stat:ns=test;indexname=j", "ERROR:201:no index"},
		{"sindex-exists:ns=test;indexname=i", "true"},
		{"sindex-exists:ns=test;indexname=j", "false"},
		{"sindex-exists:ns=nons;indexname=j", "ERROR:20:namespace not found on node"},
		{"sets/nons", "ns_type=unknown"},
		{"sets/test/other", ""},
		{"sets/test/s", "objects=3:tombstones=0:data_used_bytes=0:truncate_lut=0:sindexes=1:index_populating=false:truncating=false:" +
			"default-read-touch-ttl-pct=0:default-ttl=0:disable-eviction=false:enable-index=false:stop-writes-count=0:stop-writes-size=0;"},
		{"sindex-delete:ns=test;set=s;indexname=i", "ok"},
		{"sindex-delete:ns=test;indexname=i", "ok"},
		{"sindex-delete:ns=test", "ERROR:4:missing 'indexname'"},
		{"sindex", ""},
		{"truncate:namespace=test", "ERROR:4:missing 'set'"},
		{"truncate:set=s", "ERROR:20:missing 'namespace'"},
		{"truncate:namespace=nons;set=s", "ok"},
		{"truncate:namespace=test;set=s;lut=x", "ERROR:4:would truncate to 0"},
		{"truncate:namespace=test;set=s;lut=99999999999999999999", "ERROR:4:would truncate in the future"},
		{"truncate:namespace=test;set=s;lut=9223372036854775807", "ERROR:4:would truncate in the future"},
		{"truncate:namespace=test;set=s", "ok"},
		{"truncate-namespace:namespace=test", "ok"},
	} {
		answers, err := client.GetNodes()[0].RequestInfo(as.NewInfoPolicy(), tc.request)
		if got := answers[tc.request]; err != nil || got != tc.want {
			t.Errorf("%s: %s, %v", tc.request, got, err)
		}
	}
}

// What is wrong with the fields of a query is answered as by a server.
func TestQueriesWithWrongFieldsAreRefused(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t)
	digest := append([]byte{1, 0}, make([]byte, 18)...)
	where := field(22, 1, 1, 'n', 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5)
	unnamed := field(22, 1, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5)
	one := field(11, 1, 0)
	for name, tc := range map[string]struct {
		fields [][]byte
		want   byte
	}{
		"a scan":                         {[][]byte{one}, 0},
		"a scan after a digest":          {[][]byte{field(12, digest...)}, 0},
		"no partitions":                  {nil, 16},
		"no index":                       {[][]byte{one, where}, 201},
		"an expression without a range":  {[][]byte{one, field(24, 1)}, 0},
		"no index over the expression":   {[][]byte{one, unnamed, field(24, 0x92, 64, 3)}, 201},
		"no expression":                  {[][]byte{one, unnamed, field(24, 1)}, 201},
		"no index of the name":           {[][]byte{one, unnamed, field(21, 'i')}, 201},
		"no bin":                         {[][]byte{one, unnamed}, 4},
		"a bin and a name":               {[][]byte{one, where, field(21, 'i')}, 4},
		"a bin and an expression":        {[][]byte{one, where, field(24, 0x92, 64, 3)}, 4},
		"a name and an expression":       {[][]byte{one, unnamed, field(21, 'i'), field(24, 0x92, 64, 3)}, 4},
		"a partition that is none":       {[][]byte{field(11, 0, 0x10)}, 4},
		"half a partition":               {[][]byte{field(11, 0, 0, 1)}, 4},
		"a partition twice":              {[][]byte{field(11, 1, 0, 1, 0)}, 4},
		"no partition in the field":      {[][]byte{field(11)}, 4},
		"a partition twice, by digest":   {[][]byte{one, field(12, digest...)}, 4},
		"half a digest":                  {[][]byte{field(12, 1, 2, 3)}, 4},
		"a digest without a value":       {[][]byte{where, field(12, digest...)}, 4},
		"a short value":                  {[][]byte{where, field(12, digest...), field(15, 1)}, 4},
		"a short limit":                  {[][]byte{one, field(13, 1)}, 4},
		"a short number":                 {[][]byte{one, field(7, 1)}, 4},
		"a short rate":                   {[][]byte{one, field(10, 1)}, 4},
		"a short timeout":                {[][]byte{one, field(9, 1)}, 4},
		"two conditions":                 {[][]byte{one, field(22, 2, 1)}, 4},
		"a condition that is cut":        {[][]byte{one, field(22, 1, 200, 'n')}, 4},
		"a collection of two bytes":      {[][]byte{one, where, field(26, 1, 1)}, 4},
		"a filter that is no expression": {[][]byte{one, field(43, 0x93, 1)}, 4},
	} {
		c := dial(t, s)
		if _, err := c.Write(frame(3, queryMessage(tc.fields...)...)); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 8+22)
		if _, err := io.ReadFull(c, answer); err != nil || answer[8+5] != tc.want {
			t.Errorf("%s: answered %v, %v, want %d", name, answer, err, tc.want)
		}
	}
}

func field(kind byte, data ...byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(data)+1)), append([]byte{kind}, data...)...)
}

// queryMessage returns a message that reads set s, with more fields.
func queryMessage(more ...[]byte) []byte {
	fields := append([][]byte{field(0, []byte("test")...), field(1, 's')}, more...)
	message := make([]byte, 22)
	message[0], message[1], message[19] = 22, 1, byte(len(fields))
	return append(message, bytes.Join(fields, nil)...)
}

// A server returns a record for each cell of a region in which it has an element, and for
// each cell around a point of which one is over an element.
func TestAQueryAboutShapesInACollectionRepeatsARecord(t *testing.T) {
	t.Parallel()
	client, s := connect(t)
	square := func(half string) string {
		return strings.ReplaceAll(`{"type":"Polygon","coordinates":[[[-N,-N],[N,-N],[N,N],[-N,N],[-N,-N]]]}`, "N", half)
	}
	point := `{"type":"Point","coordinates":[0,0]}`
	bins := as.BinMap{"n": 1, "g": []any{as.GeoJSONValue(point), as.GeoJSONValue(square("1"))}, "one": as.GeoJSONValue(point)}
	if err := client.Put(nil, newKey(t, "s", 1), bins); err != nil {
		t.Fatal(err)
	}
	for bin, of := range map[string]as.IndexCollectionType{"g": as.ICT_LIST, "one": as.ICT_DEFAULT} {
		task, err := client.CreateComplexIndex(nil, "test", "s", bin, bin, as.GEO2DSPHERE, of)
		if err != nil {
			t.Fatal(err)
		}
		if err := <-task.OnComplete(); err != nil {
			t.Fatal(err)
		}
	}
	backend, err := asbackend.New(client)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		filter *as.Filter
		where  aerostore.Predicate
		want   int
	}{
		"a region":        {as.NewGeoWithinRegionForCollectionFilter("g", as.ICT_LIST, square("2")), aerostore.Within("g", aerostore.GeoJSON(square("2"))).InList(), 4},
		"a point":         {as.NewGeoRegionsContainingPointForCollectionFilter("g", as.ICT_LIST, point), aerostore.Containing("g", aerostore.GeoJSON(point)).InList(), 2},
		"no collection":   {as.NewGeoWithinRegionFilter("one", square("2")), aerostore.Within("one", aerostore.GeoJSON(square("2"))), 1},
		"no shape nearby": {as.NewGeoWithinRegionForCollectionFilter("g", as.ICT_LIST, square("1e-3")), aerostore.Within("g", aerostore.GeoJSON(square("1e-3"))).InList(), 1},
	} {
		query := as.NewStatement("test", "s", "n")
		if err := query.SetFilter(tc.filter); err != nil {
			t.Fatal(err)
		}
		records, err := client.Query(nil, query)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for r := range records.Results() {
			if r.Err != nil || r.Record.Bins["n"] != 1 {
				t.Fatalf("%s: %v", name, r)
			}
			got++
		}
		if got != tc.want {
			t.Errorf("%s: the record came %d times, want %d", name, got, tc.want)
		}
		for store, on := range map[string]aerostore.Store{"memory": s.Store(), "asbackend": backend} {
			got := 0
			for _, err := range on.Query(t.Context(), aerostore.Query{Namespace: "test", Set: "s", Where: tc.where}) {
				if err != nil {
					t.Fatal(err)
				}
				got++
			}
			if got != 1 {
				t.Errorf("%s: the record came %d times from %s", name, got, store)
			}
		}
	}
}

// The client of these tests sends no condition of an index over an expression.
func TestAQueryFindsAnIndexByItsNameOrItsExpression(t *testing.T) {
	t.Parallel()
	client, s := connect(t)
	fill(t, client, "s", 40)
	const expression = "\x93\x51\x02\xa1n"
	unnamed := field(22, 1, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5)
	var partitions []byte
	for p := range 4096 {
		partitions = binary.LittleEndian.AppendUint16(partitions, uint16(p))
	}
	all := field(11, partitions...)
	byName, byExpression := field(21, []byte("i")...), field(24, []byte(expression)...)
	count := func(fields ...[]byte) (n int, code byte) {
		t.Helper()
		c := dial(t, s)
		if _, err := c.Write(frame(3, queryMessage(fields...)...)); err != nil {
			t.Fatal(err)
		}
		for {
			var head [8]byte
			if _, err := io.ReadFull(c, head[:]); err != nil {
				t.Fatal(err)
			}
			body := make([]byte, binary.BigEndian.Uint64(head[:])&(1<<48-1))
			if _, err := io.ReadFull(c, body); err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(body, append(field(0, []byte("test")...), 0, 0, 0, 21, 4))
			if last := body[len(body)-22:]; len(body) == 22 {
				return n, last[5]
			}
		}
	}
	for _, set := range []string{";set=s", ""} {
		create := "sindex-create:namespace=test" + set + ";indexname=i;exp=k1ECoW4=;type=numeric"
		if answers, err := client.GetNodes()[0].RequestInfo(as.NewInfoPolicy(), create); err != nil || answers[create] != "ok" {
			t.Fatal(answers, err)
		}
		for what, field := range map[string][]byte{"name": byName, "expression": byExpression} {
			if n, code := count(all, unnamed, field); n != 3 || code != 0 {
				t.Errorf("by %s, with%s: %d records and code %d, want 3", what, set, n, code)
			}
		}
		if _, code := count(all, unnamed, field(24, []byte("\x93\x51\x02\xa1m")...)); code != 201 {
			t.Errorf("another expression is answered with code %d", code)
		}
		drop := "sindex-delete:namespace=test;indexname=i"
		if _, err := client.GetNodes()[0].RequestInfo(as.NewInfoPolicy(), drop); err != nil {
			t.Fatal(err)
		}
	}
}
