package asbackend_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/exp"
)

// raw calls the client within Do, as a program does.
func raw(t *testing.T, s aerostore.Store, set string, call func(ctx context.Context) error) error {
	t.Helper()
	return aerostore.Do(t.Context(), s, aerostore.Custom{Name: "RAW", Namespace: namespace, Set: set, Writes: true}, call)
}

func clientKey(t *testing.T, k aerostore.Key) *as.Key {
	t.Helper()
	converted, err := asbackend.ClientKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return converted
}

func TestWhatTheClientWritesOfConversionsTheStoreReads(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	for name, value := range map[string]any{
		"int": -5, "float": 1.5, "text": "ä\x00", "bytes": []byte{0, 255}, "true": true,
		"list": []any{1, "a", []any{2.5, nil}, []byte{1}}, "map": map[any]any{"k": 1, 2: []any{"x"}},
		"geo": aerostore.GeoJSON(`{"type":"Point","coordinates":[1,2]}`),
	} {
		for _, id := range []any{"id " + name, 7, []byte{1, 2}} {
			k := key(set, id)
			err := raw(t, s, set, func(ctx context.Context) error {
				p, err := s.WritePolicy(ctx, aerostore.SendKey, aerostore.Replace, aerostore.TTL(time.Hour))
				if err != nil {
					return err
				}
				v, err := asbackend.ClientValue(value)
				if err != nil {
					return err
				}
				return s.Client().PutBins(p, clientKey(t, k), as.NewBin("b", v))
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			want := wantBins(t, s, k, aerostore.Bins{"b": value})
			for of, read := range map[string]aerostore.Key{"the key": k, "its digest": aerostore.DigestKey(namespace, set, k.Digest())} {
				err = raw(t, s, set, func(ctx context.Context) error {
					p, err := s.ReadPolicy(ctx)
					if err != nil {
						return err
					}
					record, failure := s.Client().Get(p, clientKey(t, read))
					if failure != nil {
						return failure
					}
					if v := asbackend.ValueOf(record.Bins["b"]); !reflect.DeepEqual(v, value) {
						t.Errorf("%s by %s: ValueOf = %#v, want %#v", name, of, v, value)
					}
					got := asbackend.RecordOf(record)
					if got.Key != read || got.Generation != want.Generation || !reflect.DeepEqual(got.Bins, want.Bins) || want.TTL-got.TTL > aerostore.TTL(time.Minute) || got.TTL <= 0 {
						t.Errorf("%s by %s: RecordOf = %+v, want %+v", name, of, got, want)
					}
					return nil
				})
				if err != nil {
					t.Errorf("%s by %s: %v", name, of, err)
				}
			}
		}
	}
}

func TestPoliciesForTheClientHaveTheirEffectOnTheServer(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, "a")
	put(t, s, k, aerostore.Bins{"n": 1})
	other := aerostore.Filter(exp.IntBin("n").Equal(2))
	for name, tt := range map[string]struct {
		opts []aerostore.WriteOption
		want error
	}{
		"create only":      {[]aerostore.WriteOption{aerostore.CreateOnly}, aerostore.ErrExists},
		"other generation": {[]aerostore.WriteOption{aerostore.GenerationEqual(9)}, aerostore.ErrGeneration},
		"a filter":         {[]aerostore.WriteOption{other}, aerostore.ErrFilteredOut},
	} {
		err := raw(t, s, set, func(ctx context.Context) error {
			p, err := s.WritePolicy(ctx, tt.opts...)
			if err != nil {
				return err
			}
			return s.Client().PutBins(p, clientKey(t, k), as.NewBin("n", 5))
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	wantBins(t, s, k, aerostore.Bins{"n": 1})
	err := raw(t, s, set, func(ctx context.Context) error {
		p, err := s.ReadPolicy(ctx, other)
		if err != nil {
			return err
		}
		_, failure := s.Client().Get(p, clientKey(t, k))
		return failure
	})
	if !errors.Is(err, aerostore.ErrFilteredOut) {
		t.Errorf("a read with a filter: %v", err)
	}
	over, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := s.WritePolicy(over); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the deadline: %v", err)
	}
}

func TestTheClientQueriesWithExpressionsAndPolicies(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	var keys []*as.Key
	for i := range 5 {
		k := key(set, i)
		put(t, s, k, aerostore.Bins{"n": i}, aerostore.SendKey)
		keys = append(keys, clientKey(t, k))
	}
	var ids []any
	err := raw(t, s, set, func(ctx context.Context) error {
		p, err := s.QueryPolicy(ctx)
		if err != nil {
			return err
		}
		if p.FilterExpression, err = asbackend.ClientExpression(exp.IntBin("n").AtLeast(3)); err != nil {
			return err
		}
		rows, failure := s.Client().Query(p, as.NewStatement(namespace, set))
		if failure != nil {
			return failure
		}
		for row := range rows.Results() {
			if row.Err != nil {
				return row.Err
			}
			ids = append(ids, asbackend.RecordOf(row.Record).Key.ID())
		}
		return nil
	})
	slices.SortFunc(ids, func(a, b any) int { return int(a.(int64) - b.(int64)) })
	if err != nil || !reflect.DeepEqual(ids, []any{int64(3), int64(4)}) {
		t.Errorf("the query found %v, %v", ids, err)
	}
	err = raw(t, s, set, func(ctx context.Context) error {
		p, err := s.BatchPolicy(ctx)
		if err != nil {
			return err
		}
		records, failure := s.Client().BatchGet(p, keys)
		if failure != nil {
			return failure
		}
		for i, record := range records {
			if r := asbackend.RecordOf(record); r == nil || r.Bins["n"] != i {
				t.Errorf("record %d of the batch is %+v", i, r)
			}
		}
		return nil
	})
	if err != nil {
		t.Errorf("the batch: %v", err)
	}
}

func TestTheClientSendsInfoCommandsWithAPolicyOfTheStore(t *testing.T) {
	t.Parallel()
	s, _ := dial(t)
	p, err := s.InfoPolicy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answers, err := aerostore.Info(t.Context(), s, "namespaces", "build")
	if err != nil {
		t.Fatal(err)
	}
	nodes := s.Client().GetNodes()
	if len(answers) != len(nodes) {
		t.Errorf("%d nodes answered, of %d", len(answers), len(nodes))
	}
	for _, node := range nodes {
		raw, err := node.RequestInfo(p, "namespaces", "build")
		if err != nil || !strings.Contains(raw["namespaces"], namespace) {
			t.Errorf("%v, %v", raw, err)
		}
		i := slices.IndexFunc(answers, func(a aerostore.NodeInfo) bool { return a.Node.Name == node.GetName() })
		if i < 0 || !reflect.DeepEqual(answers[i].Answers, raw) {
			t.Errorf("node %s: Info is %+v, of the client %v", node.GetName(), answers, raw)
		}
	}
}
