package otelmw_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/codes"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

// batches are the four, each over the keys it is given.
var batches = []struct {
	name, single string
	run          func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) error
}{
	{"BATCH READ", "GET", func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) error {
		_, err := s.BatchRead(ctx, keys, nil)
		return err
	}},
	{"BATCH WRITE", "PUT", func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) error {
		var items []aerostore.BatchItem
		for _, k := range keys {
			items = append(items, aerostore.BatchItem{Key: k, Bins: bins})
		}
		_, err := s.BatchWrite(ctx, items)
		return err
	}},
	{"BATCH OPERATE", "OPERATE", func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) error {
		_, err := s.BatchOperate(ctx, keys, ops)
		return err
	}},
	{"BATCH REMOVE", "REMOVE", func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) error {
		_, err := s.BatchRemove(ctx, keys)
		return err
	}},
}

func TestABatchIsNamedAfterWhatItsKeysShare(t *testing.T) {
	users := aerostore.NewKey("test", "users", marker)
	carts := aerostore.NewKey("test", "carts", marker)
	other := aerostore.NewKey("other", "users", marker)
	for _, b := range batches {
		for _, c := range []struct {
			name  string
			keys  []aerostore.Key
			where string
			want  attributes
		}{
			{"no keys", nil, "", attributes{"db.operation.batch.size": "0"}},
			{"one set", []aerostore.Key{users, users, users}, " test.users", attributes{
				"db.operation.batch.size": "3", "db.namespace": "test", "db.collection.name": "users",
			}},
			{"two sets", []aerostore.Key{users, carts}, " test", attributes{
				"db.operation.batch.size": "2", "db.namespace": "test",
			}},
			{"two namespaces", []aerostore.Key{users, other}, "", attributes{"db.operation.batch.size": "2"}},
		} {
			t.Run(b.name+"/"+c.name, func(t *testing.T) {
				store, recorder := traced(fake.Answers(aerostore.Result{}, nil))
				if err := b.run(t.Context(), store, c.keys); err != nil {
					t.Fatal(err)
				}
				span := only(t, recorder)
				if want := b.name + c.where; span.Name() != want {
					t.Errorf("name %q, want %q", span.Name(), want)
				}
				want := c.want.with("db.system.name", "aerospike", "db.operation.name", b.name)
				if got := attributesOf(span); !maps.Equal(got, want) {
					t.Errorf("attributes\n got %v\nwant %v", got, want)
				}
			})
		}
	}
}

func TestABatchOfOneKeyIsAnOperationOnASingleRecord(t *testing.T) {
	for _, b := range batches {
		for _, c := range []struct {
			name   string
			code   aerostore.ResultCode
			status codes.Code
			want   []string
		}{
			{"success", aerostore.CodeOK, codes.Unset, nil},
			{"an answer", aerostore.CodeNotFound, codes.Unset, []string{"db.response.status_code", "2"}},
			{"a failure", aerostore.CodeKeyBusy, codes.Error, []string{"db.response.status_code", "14", "error.type", "KEY_BUSY"}},
		} {
			t.Run(b.name+"/"+c.name, func(t *testing.T) {
				store, recorder := traced(fake.Answers(results(c.code), nil), otelmw.WithReturnedRows())
				if err := b.run(t.Context(), store, []aerostore.Key{key}); err != nil {
					t.Fatal(err)
				}
				span := only(t, recorder)
				if want := b.single + " test.users"; span.Name() != want {
					t.Errorf("name %q, want %q", span.Name(), want)
				}
				if got, want := attributesOf(span), about(b.single).with(c.want...); !maps.Equal(got, want) {
					t.Errorf("attributes\n got %v\nwant %v", got, want)
				}
				if span.Status().Code != c.status {
					t.Errorf("status %v", span.Status())
				}
			})
		}
	}
}

// results returns those of a batch, one for each code.
func results(keyCodes ...aerostore.ResultCode) aerostore.Result {
	var batch []aerostore.BatchResult
	for _, code := range keyCodes {
		r := aerostore.BatchResult{Key: key}
		if code == aerostore.CodeOK {
			r.Record = new(aerostore.Record)
		} else {
			r.Err = aerostore.Call{Op: aerostore.OpBatchWrite}.NewError(code, nil)
		}
		batch = append(batch, r)
	}
	return aerostore.Result{}.WithBatch(batch)
}

func TestABatchHasFailedIfAllOfItsKeysHave(t *testing.T) {
	const ok, miss, busy, full = aerostore.CodeOK, aerostore.CodeNotFound, aerostore.CodeKeyBusy, aerostore.CodeDeviceOverload
	for _, c := range []struct {
		name   string
		codes  []aerostore.ResultCode
		err    error
		status codes.Code
		want   []string
	}{
		{"none failed", []aerostore.ResultCode{ok, ok, ok}, nil, codes.Unset, nil},
		{"some were not found", []aerostore.ResultCode{ok, miss, ok}, nil, codes.Unset, nil},
		{"none were found", []aerostore.ResultCode{miss, miss, miss}, nil, codes.Unset, nil},
		{
			"some failed",
			[]aerostore.ResultCode{ok, busy, full},
			nil, codes.Unset,
			[]string{"aerospike.batch.failed", "2"},
		},
		{
			"some failed and none were found",
			[]aerostore.ResultCode{busy, miss, miss},
			nil, codes.Unset,
			[]string{"aerospike.batch.failed", "1"},
		},
		{
			"all failed",
			[]aerostore.ResultCode{busy, full, full},
			nil, codes.Error,
			[]string{"aerospike.batch.failed", "3", "error.type", "KEY_BUSY", "db.response.status_code", "14"},
		},
		{
			"the batch as a whole failed", nil, aerostore.CodeBatchDisabled, codes.Error,
			[]string{"error.type", "BATCH_DISABLED", "db.response.status_code", "150"},
		},
		{
			"the batch failed after some keys",
			[]aerostore.ResultCode{ok, busy, ok},
			context.DeadlineExceeded, codes.Error,
			[]string{"error.type", "timeout", "aerospike.batch.failed", "1", "aerospike.in_doubt", "true"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, recorder := traced(fake.Answers(results(c.codes...), c.err))
			_, _ = store.BatchWrite(t.Context(), slices.Repeat([]aerostore.BatchItem{{Key: key, Bins: bins}}, 3))
			span := only(t, recorder)
			if span.Status().Code != c.status {
				t.Errorf("status %v", span.Status())
			}
			want := about("BATCH WRITE").with("db.operation.batch.size", "3").with(c.want...)
			if got := attributesOf(span); !maps.Equal(got, want) {
				t.Errorf("attributes\n got %v\nwant %v", got, want)
			}
		})
	}
}

func TestABatchIsInDoubtIfOneOfItsKeysIs(t *testing.T) {
	result := results(aerostore.CodeOK, aerostore.CodeTimeout)
	result.Batch()[1].Err = &aerostore.Error{Code: aerostore.CodeTimeout, InDoubt: true}
	store, recorder := traced(fake.Answers(result, nil))
	if _, err := store.BatchRemove(t.Context(), []aerostore.Key{key, key}); err != nil {
		t.Fatal(err)
	}
	want := about("BATCH REMOVE").with("db.operation.batch.size", "2",
		"aerospike.batch.failed", "1", "aerospike.in_doubt", "true")
	if got := attributesOf(only(t, recorder)); !maps.Equal(got, want) {
		t.Errorf("attributes %v", got)
	}
}

func TestRowsOfABatchReadAreTheRecordsThatWereThere(t *testing.T) {
	result := results(aerostore.CodeOK, aerostore.CodeNotFound, aerostore.CodeOK)
	store, recorder := traced(fake.Answers(result, nil), otelmw.WithReturnedRows())
	keys := []aerostore.Key{key, key, key}
	if _, err := store.BatchRead(t.Context(), keys, nil); err != nil {
		t.Fatal(err)
	}
	want := about("BATCH READ").with("db.operation.batch.size", "3", "db.response.returned_rows", "2")
	if got := attributesOf(only(t, recorder)); !maps.Equal(got, want) {
		t.Errorf("attributes %v", got)
	}
}

func TestABatchWriteOfOneItemIsNamedAfterWhatItDoes(t *testing.T) {
	for want, item := range map[string]aerostore.BatchItem{
		"PUT":     {Bins: bins},
		"OPERATE": {Operations: ops},
		"REMOVE":  {Remove: true},
	} {
		item.Key = key
		store, recorder := traced(fake.Answers(results(aerostore.CodeOK), nil))
		if _, err := store.BatchWrite(t.Context(), []aerostore.BatchItem{item}); err != nil {
			t.Fatal(err)
		}
		if name := only(t, recorder).Name(); name != want+" test.users" {
			t.Errorf("the name is %q, want %s", name, want)
		}
	}
}
