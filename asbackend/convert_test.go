package asbackend

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

func TestPoliciesHaveTheDeadlineAndTheOptions(t *testing.T) {
	t.Parallel()
	s := offline(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	filter := aerostore.Filter(exp.IntBin("age").AtLeast(30))
	write, err := s.WritePolicy(ctx, aerostore.TTL(time.Hour), aerostore.CreateOnly, filter)
	if err != nil || write.Expiration != 3600 || write.RecordExistsAction != as.CREATE_ONLY || write.FilterExpression == nil {
		t.Errorf("WritePolicy = %+v, %v", write, err)
	}
	read, _ := s.ReadPolicy(ctx, filter)
	batch, _ := s.BatchPolicy(ctx)
	query, _ := s.QueryPolicy(ctx)
	info, _ := s.InfoPolicy(ctx)
	admin, err := s.AdminPolicy(ctx)
	if err != nil || read.FilterExpression == nil {
		t.Errorf("ReadPolicy = %+v, %v", read, err)
	}
	for i, timeout := range []time.Duration{
		write.TotalTimeout, read.TotalTimeout, batch.TotalTimeout, query.TotalTimeout, query.SocketTimeout, info.Timeout, admin.Timeout,
	} {
		if timeout <= 0 || timeout > 500*time.Millisecond {
			t.Errorf("timeout %d is %v", i, timeout)
		}
	}
	if write.FilterExpression == s.client.GetDefaultWritePolicy().FilterExpression {
		t.Error("the client's own policy was changed")
	}
	if _, err := s.WritePolicy(ctx, aerostore.Timeout(-1)); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("a negative timeout: %v", err)
	}
	cancel()
	for name, err := range map[string]error{
		"read":  second(s.ReadPolicy(ctx)),
		"write": second(s.WritePolicy(ctx)),
		"batch": second(s.BatchPolicy(ctx)),
		"query": second(s.QueryPolicy(ctx)),
		"info":  second(s.InfoPolicy(ctx)),
		"admin": second(s.AdminPolicy(ctx)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestKeysValuesAndRecordsAreConverted(t *testing.T) {
	t.Parallel()
	key := aerostore.NewKey("test", "users", "ada")
	raw, err := ClientKey(key)
	if err != nil || raw.Value().String() != "ada" || [20]byte(raw.Digest()) != key.Digest() {
		t.Errorf("ClientKey = %v, %v", raw, err)
	}
	if _, err := ClientKey(aerostore.Key{}); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("an empty key: %v", err)
	}
	record := RecordOf(&as.Record{Key: raw, Bins: as.BinMap{"g": as.GeoJSONValue("{}")}, Generation: 3})
	if record.Key != key || record.Generation != 3 || record.Bins["g"] != aerostore.GeoJSON("{}") || RecordOf(nil) != nil {
		t.Errorf("RecordOf = %+v", record)
	}
	v, err := ClientValue([]any{"a", aerostore.GeoJSON("{}")})
	if err != nil || !reflect.DeepEqual(ValueOf(v.GetObject()), []any{"a", aerostore.GeoJSON("{}")}) {
		t.Errorf("ClientValue = %v, %v", v, err)
	}
	if _, err := ClientValue(time.Second); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("a value that cannot be stored: %v", err)
	}
	if _, err := ClientExpression(exp.Bool{}); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("an empty expression: %v", err)
	}
	if e, err := ClientExpression(exp.IntBin("a").AtLeast(1)); e == nil || err != nil {
		t.Errorf("ClientExpression = %v, %v", e, err)
	}
}

func TestErrorsOfTheClientHaveTheirCodeOnEveryBackend(t *testing.T) {
	t.Parallel()
	custom := aerostore.Custom{Name: "UDF", Namespace: "test", Writes: true}
	for name, store := range map[string]aerostore.Store{"asbackend": offline(t), "memory": memory.New()} {
		for _, failure := range []error{
			&as.AerospikeError{ResultCode: types.KEY_NOT_FOUND_ERROR}, as.ErrKeyNotFound,
		} {
			err := aerostore.Do(t.Context(), store, custom, func(context.Context) error { return failure })
			if !errors.Is(err, aerostore.ErrNotFound) || !errors.Is(err, failure) || !aerostore.InDoubt(err) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v", name, err)
			}
		}
		none := func() as.Error { return nil }
		if err := aerostore.Do(t.Context(), store, custom, func(context.Context) error { return none() }); err != nil {
			t.Errorf("%s: no error became %v", name, err)
		}
	}
}
