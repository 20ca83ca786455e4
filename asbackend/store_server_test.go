package asbackend_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

func TestCloseEndsTheStoreAndADialedClient(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	borrowed, err := asbackend.New(s.Client())
	if err != nil {
		t.Fatal(err)
	}
	own, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, key(set, 1), aerostore.Bins{"a": 1})

	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				if _, err := own.Get(t.Context(), key(set, 1)); err != nil {
					wantError(t, err, aerostore.ErrClosed)
					return
				}
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	for range 2 {
		own.Close()
		borrowed.Close()
	}
	wg.Wait()
	if own.Client().IsConnected() {
		t.Error("the dialed client is open")
	}
	_, get := borrowed.Get(t.Context(), key(set, 1))
	wantError(t, get, aerostore.ErrClosed)
	wantError(t, borrowed.DropIndex(t.Context(), aerostore.Index{Namespace: namespace, Name: "x", Bin: "a", Type: aerostore.IndexInt}), aerostore.ErrClosed)
	if !s.Client().IsConnected() {
		t.Error("the borrowed client is closed")
	}
}

func TestDescribeReturnsSystemAndAddress(t *testing.T) {
	t.Parallel()
	s, _ := dial(t)
	if d := s.Describe(); d.System != "aerospike" || d.Address == "" || d.Port == 0 {
		t.Errorf("dialed: %+v", d)
	}
	node := s.Client().GetNodes()[0].GetHost()
	for name, c := range map[string]struct {
		opts []asbackend.Option
		want aerostore.Description
	}{
		"the first node": {nil, aerostore.Description{System: "aerospike", Address: node.Name, Port: node.Port}},
		"a seed":         {[]asbackend.Option{asbackend.WithServerAddress("db", 4000), nil}, aerostore.Description{System: "aerospike", Address: "db", Port: 4000}},
	} {
		borrowed, err := asbackend.New(s.Client(), c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		if d := borrowed.Describe(); d != c.want {
			t.Errorf("%s: %+v, want %+v", name, d, c.want)
		}
	}
}

func TestHandlerForReturnsTheHandlerOfTheStoreOnly(t *testing.T) {
	t.Parallel()
	s, _ := dial(t)
	if s.HandlerFor(s) == nil {
		t.Error("the store has no handler")
	}
	if outer := (struct{ *asbackend.Store }{s}); s.HandlerFor(outer) != nil {
		t.Error("a store around it would be bypassed")
	}
}

func TestCustomCallsAreRun(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	put(t, s, key(set, 1), aerostore.Bins{"a": 1})
	custom := aerostore.Custom{Name: "TRUNCATE", Namespace: namespace, Set: set, Writes: true}
	err := aerostore.Do(t.Context(), s, custom, func(context.Context) error {
		if err := s.Client().Truncate(nil, namespace, set, nil); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = aerostore.Do(t.Context(), s, custom, func(context.Context) error {
		raw, err := as.NewKey(unknown, set, 1)
		if err == nil {
			err = s.Client().Touch(nil, raw)
		}
		return err
	})
	if !errors.Is(err, aerostore.ErrInvalidNamespace) || !aerostore.InDoubt(err) { // as the client's error does not show more
		t.Errorf("the error is %v", err)
	}
	wantClientError(t, err)
	own := errors.New("my own")
	if err := aerostore.Do(t.Context(), s, custom, func(context.Context) error { return own }); !errors.Is(err, own) {
		t.Errorf("the error is %v", err)
	}
}

func TestUnknownOperationsAreUnsupported(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	_, err := s.HandlerFor(s)(t.Context(), aerostore.Call{Op: 99, Key: key(set, 1)})
	if err == nil {
		t.Error("operation 99 went well")
	}
}

func TestAServerThatRefusesTheUserSaysWhy(t *testing.T) {
	t.Parallel()
	_, err := asbackend.Dial(t.Context(), hosts(t), asbackend.WithUser("admin", "geheim"))
	if err == nil {
		t.Skip("the cluster takes this user")
	}
	if text := err.Error(); !strings.Contains(text, "SECURITY_NOT_SUPPORTED") || strings.Contains(text, "geheim") {
		t.Errorf("the error is %q", text)
	}
}
