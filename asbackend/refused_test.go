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

// batchShapes are the batches of each kind of command.
var batchShapes = map[string]func(context.Context, aerostore.Store, []aerostore.Key) ([]aerostore.BatchResult, error){
	"read": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		return s.BatchRead(ctx, keys, nil)
	},
	"select": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		return s.BatchRead(ctx, keys, []string{"a"})
	},
	"operate that reads": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		return s.BatchOperate(ctx, keys, ops(aerostore.ReadBin("a")))
	},
	"header": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		return s.BatchOperate(ctx, keys, ops(aerostore.ReadHeader()))
	},
	"operate that writes": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		return s.BatchOperate(ctx, keys, addOne)
	},
	"remove": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		return s.BatchRemove(ctx, keys)
	},
	"write": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		var items []aerostore.BatchItem
		for _, k := range keys {
			items = append(items, aerostore.BatchItem{Key: k, Bins: aerostore.Bins{"a": 1}})
		}
		return s.BatchWrite(ctx, items)
	},
	"mixed": func(ctx context.Context, s aerostore.Store, keys []aerostore.Key) ([]aerostore.BatchResult, error) {
		var items []aerostore.BatchItem
		for i, k := range keys { // of which one node gets only reads
			item := aerostore.BatchItem{Key: k, Operations: ops(aerostore.ReadBin("a"))}
			if i%4 == 0 {
				item = aerostore.BatchItem{Key: k, Remove: true}
			}
			items = append(items, item)
		}
		return s.BatchWrite(ctx, items)
	},
}

// While one node lacks a connection and another answers, the client joins both errors in
// the order in which they happen.
func TestABatchThatIsRefusedSaysSoWhateverLacksAConnection(t *testing.T) {
	t.Parallel()
	var keys []aerostore.Key // at the nodes in turn
	for id := 0; len(keys) < 12; id++ {
		if k := key("set", id); partitionOf(k)%2 == len(keys)%2 {
			keys = append(keys, k)
		}
	}
	for name, do := range batchShapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 2)
			s := dialTo(t, proxies[0].Addr(), asbackend.WithConnections(1, 2), withBase(func(p *as.BasePolicy) {
				p.MaxRetries, p.TotalTimeout, p.SocketTimeout = 2, time.Minute, 0
			}))
			for _, n := range nodes {
				n.will(4)
			}
			var calls sync.WaitGroup
			for range 8 {
				calls.Go(func() {
					for range 25 {
						results, err := do(t.Context(), s, keys)
						if err == nil || aerostore.CodeOf(err) != aerostore.CodeParameter || aerostore.InDoubt(err) {
							t.Errorf("the batch: %v (in doubt: %t), the keys: %v", err, aerostore.InDoubt(err), results)
							return
						}
						for i, r := range results {
							// A node whose connections are all in use may have got nothing of a key.
							waited := errors.Is(r.Err, aerostore.ErrTimeout) && strings.Contains(r.Err.Error(), "nothing was sent")
							if !errors.Is(r.Err, aerostore.ErrParameter) && !waited || aerostore.InDoubt(r.Err) {
								t.Errorf("key %d: %v (in doubt: %t)", i, r.Err, aerostore.InDoubt(r.Err))
								return
							}
						}
					}
				})
			}
			calls.Wait()
		})
	}
}
