package asbackend_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"reflect"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/servertest"
)

// Tests that call hosts, aHost or dial run on the cluster that AEROSPIKE_HOSTS names, in the
// form that Dial takes, and on an emulator if it names none. The cluster has the namespaces
// test and bar and no namespace nons. Each test has its own set, and empties it.

const (
	namespace = "test"
	unknown   = "nons"
)

// hosts returns the cluster's hosts.
func hosts(t testing.TB) string {
	t.Helper()
	return servertest.Hosts(t)
}

// aHost returns one of the cluster's hosts, for a proxy.
func aHost(t testing.TB) string {
	t.Helper()
	return servertest.Host(t)
}

// dial returns a new Store and a new set.
func dial(t *testing.T, opts ...asbackend.Option) (s *asbackend.Store, set string) {
	t.Helper()
	s, err := asbackend.Dial(t.Context(), hosts(t), opts...)
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	fmt.Fprint(h, t.Name(), time.Now().UnixNano())
	set = fmt.Sprintf("asb_%x", h.Sum64())
	t.Cleanup(func() {
		empty(t, s, set)
		s.Close()
	})
	return s, set
}

func empty(t testing.TB, s aerostore.Store, set string) {
	t.Helper()
	ctx := context.Background() // the test's context is done by now
	var keys []aerostore.Key    // removed afterwards, since the query holds a connection
	for r, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: set, Bins: []string{}}) {
		if err != nil {
			t.Errorf("emptying %s: %v", set, err)
			return
		}
		keys = append(keys, r.Key)
	}
	for _, k := range keys {
		if _, err := s.Remove(ctx, k); err != nil {
			t.Errorf("emptying %s: %v", set, err)
		}
	}
}

func key(set string, id any) aerostore.Key {
	k, err := aerostore.KeyOf(namespace, set, id)
	if err != nil {
		panic(err)
	}
	return k
}

func put(t *testing.T, s aerostore.Store, k aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) {
	t.Helper()
	if err := s.Put(t.Context(), k, bins, opts...); err != nil {
		t.Fatal(err)
	}
}

// wantBins reads all bins of a record.
func wantBins(t *testing.T, s aerostore.Store, k aerostore.Key, want aerostore.Bins) *aerostore.Record {
	t.Helper()
	r, err := s.Get(t.Context(), k)
	if err != nil {
		t.Error(err)
		return &aerostore.Record{}
	}
	if !reflect.DeepEqual(r.Bins, want) {
		t.Errorf("the bins are %#v, want %#v", r.Bins, want)
	}
	return r
}

// wantError checks the code and the fields of an error of the server.
func wantError(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("the error is %v, want %v", err, target)
		return
	}
	if target == nil {
		return
	}
	var e *aerostore.Error
	if !errors.As(err, &e) {
		t.Errorf("the error is a %T, want an *aerostore.Error", err)
		return
	}
	if e.InDoubt {
		t.Errorf("%v is in doubt", err)
	}
	if e.Namespace == "" {
		t.Errorf("%v names no namespace", err)
	}
}

// wantClientError checks that the client's own error is in the chain.
func wantClientError(t *testing.T, err error) {
	t.Helper()
	var client *as.AerospikeError
	if !errors.As(err, &client) {
		t.Errorf("the client's error is not in the chain of %v", err)
	}
}
