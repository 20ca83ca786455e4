package emulator_test

import (
	"io"
	"os"
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"go.uber.org/goleak"

	"github.com/aerostore/aerostore/emulator"
)

func TestMain(m *testing.M) {
	if os.Getenv(servesOnly) != "" {
		serve()
		return
	}
	goleak.VerifyTestMain(m)
}

// connect returns an official client of a new server.
func connect(t testing.TB, opts ...emulator.Option) (*as.Client, *emulator.Server) {
	t.Helper()
	s := emulator.RunT(t, opts...)
	client, err := as.NewClient(s.Host(), s.Port())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	wait(client)
	return client, s
}

// wait makes a client wait as long as a slow machine may need.
func wait(client *as.Client) {
	for _, policy := range []*as.BasePolicy{
		client.DefaultPolicy, &client.DefaultWritePolicy.BasePolicy, &client.DefaultBatchPolicy.BasePolicy,
		&client.DefaultScanPolicy.BasePolicy, &client.DefaultQueryPolicy.BasePolicy,
	} {
		policy.TotalTimeout, policy.SocketTimeout = 20*time.Second, 20*time.Second
	}
}

func newKey(t testing.TB, set string, id any) *as.Key {
	t.Helper()
	key, err := as.NewKey("test", set, id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAnOfficialClientPutsAndGets(t *testing.T) {
	client, _ := connect(t)
	key := newKey(t, "users", "ann")
	if err := client.Put(nil, key, as.BinMap{"age": 30, "name": "Ann", "score": 1.5}); err != nil {
		t.Fatal(err)
	}
	r, err := client.Get(nil, key)
	if err != nil {
		t.Fatal(err)
	}
	if r.Bins["age"] != 30 || r.Bins["name"] != "Ann" || r.Bins["score"] != 1.5 || r.Generation != 1 {
		t.Errorf("got %v of generation %d", r.Bins, r.Generation)
	}
}

// A syncWriter is a writer for many goroutines.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

func TestCloseMayBeCalledTwice(t *testing.T) {
	t.Parallel()
	s, err := emulator.Start()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
