package asbackend_test

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

// poolTimeouts adds up the timeouts of all nodes.
func poolTimeouts(t *testing.T, s *asbackend.Store) (sum int64) {
	t.Helper()
	stats, ok := s.Stats()
	if !ok || stats.MaxConnections != 2 {
		t.Fatalf("%+v, %v", stats, ok)
	}
	for _, n := range stats.Nodes {
		sum += n.PoolTimeouts
	}
	return sum
}

// occupy takes all connections to all nodes until release is called.
func occupy(t *testing.T, s *asbackend.Store) (release func()) {
	t.Helper()
	var releases []func()
	for _, node := range s.Client().GetNodes() {
		for taken := 0; ; taken++ {
			conn, err := node.GetConnection(100 * time.Millisecond)
			if err != nil {
				if taken == 0 {
					t.Fatal(err)
				}
				break
			}
			releases = append(releases, func() { node.PutConnection(conn) })
		}
	}
	return func() {
		for _, release := range releases {
			release()
		}
	}
}

func TestCommandsThatGotNoConnectionAreCounted(t *testing.T) {
	t.Parallel()
	s, set := dial(t, asbackend.WithConnections(0, 2))
	for i := range 200 {
		if err := s.Put(t.Context(), key(set, i), aerostore.Bins{"a": 1}); err != nil {
			t.Fatal(err)
		}
	}
	brief := aerostore.Timeout(500 * time.Millisecond)
	keys := []aerostore.Key{key(set, 1), key(set, 2), key(set, 3)}
	for name, run := range map[string]func(context.Context) error{
		"a record": func(ctx context.Context) error { _, err := s.Get(ctx, key(set, 1), brief); return err },
		"a batch":  func(ctx context.Context) error { _, err := s.BatchRead(ctx, keys, nil, brief); return err },
		"a query": func(ctx context.Context) error {
			for _, err := range s.Query(ctx, aerostore.Query{Namespace: keys[0].Namespace(), Set: set, Options: []aerostore.ReadOption{brief}}) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	} {
		before := poolTimeouts(t, s)
		if err := run(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if after := poolTimeouts(t, s); after != before {
			t.Errorf("%s: %d timeouts although there were connections", name, after-before)
		}
		release := occupy(t, s)
		if err := run(t.Context()); err == nil {
			t.Errorf("%s got a connection", name)
		}
		release()
		if after := poolTimeouts(t, s); after == before {
			t.Errorf("%s: no timeout was counted", name)
		}
	}
}
