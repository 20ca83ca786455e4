package asbackend

import (
	"context"
	"sync/atomic"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A Store carries out operations with Aerospike's client. [Dial] and [New] return one.
// It is safe for concurrent use.
//
// A Store implements [aerostore.Store], [aerostore.Backend], [aerostore.Describer],
// [aerostore.Indexer], [aerostore.Executor], [aerostore.Truncator], [aerostore.Counter], [aerostore.Informer],
// [aerostore.Pinger] and [aerostore.StatsReporter].
type Store struct {
	handler

	client *as.Client
	life   *lifetime

	policies          Policies
	description       aerostore.Description
	nodes             nodes
	keys              keyPool
	binLists          binPool
	scratches         scratchPool
	partitions        partitionPool
	forms             formCache
	infos             chan struct{} // one for each info command under way
	minConnectionWait time.Duration // the constant, except in tests
	maxConnections    int64         // to each node, 0: no limit
	limitsOpening     bool          // the client limits how many connections it opens at once
	logsIn            bool          // the client logs in on each connection
	poolTimeouts      poolTimeouts
	pools             pools

	maxAbandoned int // see WithAbandonOnCancel, 0: off
	abandoned    atomic.Int64
}

// handler has the typed methods. The alias keeps the embedded field out of the
// package's API.
type handler = aerostore.Handler

var (
	_ aerostore.Backend       = (*Store)(nil)
	_ aerostore.Counter       = (*Store)(nil)
	_ aerostore.Describer     = (*Store)(nil)
	_ aerostore.Executor      = (*Store)(nil)
	_ aerostore.Indexer       = (*Store)(nil)
	_ aerostore.Pinger        = (*Store)(nil)
	_ aerostore.StatsReporter = (*Store)(nil)
	_ aerostore.Informer      = (*Store)(nil)
	_ aerostore.Truncator     = (*Store)(nil)
)

// New returns a Store that uses client. The application still closes the client, after the
// Store: [Store.Close] waits for the commands under way, and leaves the client open. The options are [WithServerAddress], [WithPolicies] and
// [WithAbandonOnCancel].
//
// New returns an error that matches [aerostore.ErrInvalid] if client is nil, or if an
// option is invalid or for [Dial] only. So does a default policy of the client with which
// the client corrupts commands; docs/known-limits.md names them.
func New(client *as.Client, opts ...Option) (*Store, error) {
	if client == nil {
		return nil, invalid("the client is nil")
	}
	c := configOf(opts)
	if c.dialOnly != "" {
		return nil, invalid("%s has no effect on an existing client: pass it to Dial", c.dialOnly)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.address.Name == "" {
		if nodes := client.GetNodes(); len(nodes) > 0 {
			c.address = *nodes[0].GetHost()
		}
	}
	clientLog.clientStarts()
	s := newStore(client, c, func() {})
	if err := s.checkDefaults(); err != nil {
		return nil, err
	}
	return s, nil
}

func newStore(client *as.Client, c config, end func()) *Store {
	policy := client.Cluster().ClientPolicy()
	s := &Store{
		client:            client,
		life:              newLifetime(end),
		policies:          c.policies,
		maxAbandoned:      c.maxAbandoned,
		infos:             make(chan struct{}, maxInfos),
		minConnectionWait: minConnectionWait,
		maxConnections:    maxConnections(policy),
		limitsOpening:     policy.OpeningConnectionThreshold > 0,
		logsIn:            policy.RequiresAuthentication(),
		description: aerostore.Description{
			System: "aerospike", Address: c.address.Name, Port: c.address.Port, Cluster: c.policy.ClusterName,
		},
	}
	s.handler = s.handle()
	return s
}

// Client returns the client, for operations that [aerostore.Store] lacks. Use it within
// [aerostore.Do] to pass through the layers. Its default policies must not be modified
// after the first operation.
func (s *Store) Client() *as.Client { return s.client }

// HandlerFor implements [aerostore.Backend].
func (s *Store) HandlerFor(outer aerostore.Store) aerostore.Handler {
	if outer == aerostore.Store(s) {
		return s.handler
	}
	return nil
}

// Describe implements [aerostore.Describer]. Address and Port are those of
// [WithServerAddress]. Without this option they are the first of the hosts passed to
// Dial, or the first node that the client knew when New was called.
func (s *Store) Describe() aerostore.Description { return s.description }

// handle returns the Handler of the Store. It is a closure because a method value
// copies the call once more.
func (s *Store) handle() aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if !s.life.acquire() {
			return aerostore.Result{}, closedError(call)
		}
		defer s.life.release()
		if err := call.Check(ctx); err != nil {
			return aerostore.Result{}, err
		}
		r := request{store: s, ctx: ctx, call: call}
		return r.do()
	}
}
