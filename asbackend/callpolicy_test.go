package asbackend

import (
	"context"
	"math"
	"reflect"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// offline returns a Store whose client has never found a node.
func offline(t *testing.T) *Store {
	t.Helper()
	policy := as.NewClientPolicy()
	policy.FailIfNotConnected = false
	policy.Timeout = time.Second
	s, err := Dial(t.Context(), closedAddress(t), WithClientPolicy(policy))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func commandOf(s *Store, op aerostore.Op, o aerostore.Options) command {
	return command{request: request{store: s, ctx: context.Background(), call: aerostore.Call{Op: op, Options: o}}}
}

func singleOf(s *Store, op aerostore.Op, o aerostore.Options) *single {
	return &single{command: commandOf(s, op, o)}
}

func partOf(s *Store, op aerostore.Op, o aerostore.Options) *part {
	b, _ := newBatch(&request{store: s, ctx: context.Background(), call: aerostore.Call{Op: op, Options: o}})
	return b.newPart(nil, nil, nil)
}

func TestWithoutOptionsTheClientsPoliciesAreUsedUnchanged(t *testing.T) {
	s := offline(t)
	r := singleOf(s, aerostore.OpPut, aerostore.Options{})
	r.left = time.Hour // longer than the timeouts of the policies
	if r.readPolicy() != s.client.DefaultPolicy {
		t.Error("a read has a policy of its own")
	}
	if r.writePolicy(false) != s.client.DefaultWritePolicy {
		t.Error("a write has a policy of its own")
	}
	if s.batchWritePolicyFor(&r.call.Options, &r.call.Options) != nil || s.batchRemovePolicyFor(&r.call.Options, &r.call.Options) != nil {
		t.Error("a record of a batch has a policy of its own")
	}
	read := partOf(s, aerostore.OpBatchRead, aerostore.Options{})
	if read.policy() != s.client.DefaultBatchPolicy {
		t.Error("a batch that reads has a policy of its own")
	}
	if n := testing.AllocsPerRun(100, func() { r.readPolicy(); r.writePolicy(false); read.policy() }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestPoliciesOfAStoreReplaceTheClients(t *testing.T) {
	t.Parallel()
	given := Policies{
		Read: as.NewPolicy(), Write: as.NewWritePolicy(0, 77), Batch: as.NewBatchPolicy(), BatchWrite: as.NewBatchWritePolicy(),
		BatchRead: as.NewBatchReadPolicy(), BatchRemove: as.NewBatchDeletePolicy(), Query: as.NewQueryPolicy(), Info: as.NewInfoPolicy(),
	}
	given.Write.MaxRetries, given.BatchWrite.Expiration = 1, 88
	s, err := New(offline(t).client, WithPolicies(given))
	if err != nil {
		t.Fatal(err)
	}
	given.Write.Expiration = 1 // the Store has a copy
	plain, options := aerostore.Options{}, aerostore.Options{SendKey: true}

	put := singleOf(s, aerostore.OpPut, plain)
	if put.readPolicy() != s.policies.Read || put.writePolicy(false) != s.policies.Write || s.infoPolicy() != s.policies.Info {
		t.Error("without options a Store's own policy is not used unchanged")
	}
	if p := singleOf(s, aerostore.OpPut, options).writePolicy(false); p.Expiration != 77 || !p.SendKey {
		t.Errorf("with an option: %+v", p)
	}
	if p := s.batchWritePolicyFor(&plain, &plain); p != s.policies.BatchWrite {
		t.Errorf("a record of a batch: %+v", p)
	}
	if p := s.batchWritePolicyFor(&options, &options); p.Expiration != 88 || !p.SendKey {
		t.Errorf("a record of a batch with an option: %+v", p)
	}
	if p := s.batchRemovePolicyFor(&plain, &plain); p != s.policies.BatchRemove {
		t.Errorf("a removal: %+v", p)
	}
	s.policies.Write.MaxRetries = 5
	batch := partOf(s, aerostore.OpBatchWrite, plain)
	if batch.policy(); batch.maxAttempts != 5 {
		t.Errorf("a batch that writes has %d attempts", batch.maxAttempts)
	}
	if s.client.DefaultWritePolicy.Expiration != 0 {
		t.Error("the client's default was changed")
	}
}

func TestOptionsChangeACopyOfThePolicy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options aerostore.Options
		want    func(*as.WritePolicy)
	}{
		"TTL":                {aerostore.Options{TTL: aerostore.TTL(time.Minute)}, func(p *as.WritePolicy) { p.Expiration = 60 }},
		"never expire":       {aerostore.Options{TTL: aerostore.NeverExpire}, func(p *as.WritePolicy) { p.Expiration = math.MaxUint32 }},
		"keep the TTL":       {aerostore.Options{TTL: aerostore.KeepTTL}, func(p *as.WritePolicy) { p.Expiration = math.MaxUint32 - 1 }},
		"namespace's TTL":    {aerostore.Options{TTL: aerostore.NamespaceTTL}, func(p *as.WritePolicy) { p.Expiration = 0 }},
		"create only":        {aerostore.Options{Exists: aerostore.CreateOnly}, func(p *as.WritePolicy) { p.RecordExistsAction = as.CREATE_ONLY }},
		"update only":        {aerostore.Options{Exists: aerostore.UpdateOnly}, func(p *as.WritePolicy) { p.RecordExistsAction = as.UPDATE_ONLY }},
		"replace":            {aerostore.Options{Exists: aerostore.Replace}, func(p *as.WritePolicy) { p.RecordExistsAction = as.REPLACE }},
		"replace only":       {aerostore.Options{Exists: aerostore.ReplaceOnly}, func(p *as.WritePolicy) { p.RecordExistsAction = as.REPLACE_ONLY }},
		"send the key":       {aerostore.Options{SendKey: true}, func(p *as.WritePolicy) { p.SendKey = true }},
		"durable delete":     {aerostore.Options{DurableDelete: true}, func(p *as.WritePolicy) { p.DurableDelete = true }},
		"generation equal":   {aerostore.Options{Generation: 3, GenerationCheck: aerostore.GenerationMustEqual}, func(p *as.WritePolicy) { p.GenerationPolicy, p.Generation = as.EXPECT_GEN_EQUAL, 3 }},
		"generation 0":       {aerostore.Options{GenerationCheck: aerostore.GenerationMustEqual}, func(p *as.WritePolicy) { p.GenerationPolicy, p.Generation = as.EXPECT_GEN_EQUAL, 0 }},
		"generation greater": {aerostore.Options{Generation: 3, GenerationCheck: aerostore.GenerationMustBeLess}, func(p *as.WritePolicy) { p.GenerationPolicy, p.Generation = as.EXPECT_GEN_GT, 3 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := offline(t)
			s.client.DefaultWritePolicy.Expiration = 99
			s.client.DefaultWritePolicy.CommitLevel = as.COMMIT_MASTER
			before := *s.client.DefaultWritePolicy

			want := before
			c.want(&want)
			if got := singleOf(s, aerostore.OpPut, c.options).writePolicy(false); !reflect.DeepEqual(*got, want) {
				t.Errorf("single write: %+v, want %+v", *got, want)
			}
			if *s.client.DefaultWritePolicy != before {
				t.Error("the client's policy was changed")
			}

			s.client.DefaultBatchWritePolicy.Expiration = 99
			s.client.DefaultBatchWritePolicy.CommitLevel = as.COMMIT_MASTER
			batch := as.BatchWritePolicy{
				RecordExistsAction: want.RecordExistsAction, CommitLevel: want.CommitLevel,
				GenerationPolicy: want.GenerationPolicy, Generation: want.Generation,
				Expiration: want.Expiration, DurableDelete: want.DurableDelete, SendKey: want.SendKey,
			}
			if got := s.batchWritePolicyFor(&c.options, &c.options); *got != batch {
				t.Errorf("write of a batch: %+v, want %+v", *got, batch)
			}

			removal := as.BatchDeletePolicy{
				GenerationPolicy: want.GenerationPolicy, Generation: want.Generation,
				DurableDelete: want.DurableDelete, SendKey: want.SendKey,
			}
			if got := s.batchRemovePolicyFor(&c.options, &c.options); *got != removal {
				t.Errorf("removal of a batch: %+v, want %+v", *got, removal)
			}
		})
	}
}

func TestTimeoutsOfACallReplaceThePolicysAndTheDeadlineShortensThem(t *testing.T) {
	t.Parallel()
	const (
		ms  = time.Millisecond
		sec = time.Second
	)
	for name, c := range map[string]struct {
		total, socket             time.Duration // the policy's
		timeout, socketOpt, left  time.Duration
		wantTotal, wantSocket     time.Duration
		wantByContext, wantShared bool
	}{
		"no option":                            {total: sec, socket: 30 * sec, wantTotal: sec, wantSocket: 30 * sec, wantShared: true},
		"a longer deadline":                    {total: sec, socket: 30 * sec, left: 5 * sec, wantTotal: sec, wantSocket: 30 * sec, wantShared: true},
		"a longer timeout":                     {total: sec, socket: 30 * sec, timeout: 5 * sec, wantTotal: 5 * sec, wantSocket: 5 * sec},
		"a shorter deadline":                   {total: sec, socket: 30 * sec, left: 50 * ms, wantTotal: 50 * ms, wantSocket: 50 * ms, wantByContext: true},
		"a shorter timeout":                    {total: sec, socket: 30 * sec, timeout: 50 * ms, wantTotal: 50 * ms, wantSocket: 50 * ms},
		"a deadline before the timeout":        {total: sec, timeout: 60 * ms, left: 50 * ms, wantTotal: 50 * ms, wantSocket: 50 * ms, wantByContext: true},
		"a timeout before the deadline":        {total: sec, timeout: 50 * ms, left: 60 * ms, wantTotal: 50 * ms, wantSocket: 50 * ms},
		"a policy without limits":              {left: 50 * ms, wantTotal: 50 * ms, wantSocket: 50 * ms, wantByContext: true},
		"a policy with a short socket timeout": {total: sec, socket: 10 * ms, left: 50 * ms, wantTotal: 50 * ms, wantSocket: 10 * ms, wantByContext: true},
		"a socket timeout":                     {total: sec, socket: 30 * sec, socketOpt: 20 * ms, wantTotal: sec, wantSocket: 20 * ms},
		"a longer socket timeout":              {total: sec, socket: 10 * ms, socketOpt: 20 * ms, wantTotal: sec, wantSocket: 20 * ms},
		"a longer timeout under a deadline":    {total: sec, socket: 30 * sec, timeout: 5 * sec, left: 2 * sec, wantTotal: 2 * sec, wantSocket: 2 * sec, wantByContext: true},
		"both":                                 {total: sec, socket: 30 * sec, timeout: 50 * ms, socketOpt: 20 * ms, wantTotal: 50 * ms, wantSocket: 20 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := offline(t)
			s.client.DefaultPolicy.TotalTimeout, s.client.DefaultPolicy.SocketTimeout = c.total, c.socket
			r := singleOf(s, aerostore.OpGet, aerostore.Options{Timeout: c.timeout, SocketTimeout: c.socketOpt})
			r.left = c.left
			p := r.readPolicy()
			if p.TotalTimeout != c.wantTotal || p.SocketTimeout != c.wantSocket {
				t.Errorf("timeouts %v and %v, want %v and %v", p.TotalTimeout, p.SocketTimeout, c.wantTotal, c.wantSocket)
			}
			if r.byContext != c.wantByContext {
				t.Errorf("byContext is %t", r.byContext)
			}
			if shared := p == s.client.DefaultPolicy; shared != c.wantShared {
				t.Errorf("it is the client's own policy: %t", shared)
			}
		})
	}
}

func TestABatchThatWritesHasTheRetriesOfTheWritePolicy(t *testing.T) {
	t.Parallel()
	s := offline(t)
	s.client.DefaultBatchPolicy.RespondAllKeys = false
	if p := partOf(s, aerostore.OpBatchWrite, aerostore.Options{}).policy(); p.MaxRetries != 0 || !p.RespondAllKeys {
		t.Errorf("%d retries, RespondAllKeys %t", p.MaxRetries, p.RespondAllKeys)
	}
	s.client.DefaultWritePolicy.MaxRetries = 3
	r := partOf(s, aerostore.OpBatchWrite, aerostore.Options{})
	if p := r.policy(); r.maxAttempts != 3 || p.MaxRetries != 0 {
		t.Errorf("%d attempts, want 3; %d of them by the client", r.maxAttempts, p.MaxRetries)
	}
	r = partOf(s, aerostore.OpBatchRead, aerostore.Options{})
	if p := r.policy(); p.MaxRetries != 2 || !p.RespondAllKeys {
		t.Errorf("reading: %d retries, RespondAllKeys %t", p.MaxRetries, p.RespondAllKeys)
	}
}

func TestANilPolicyIsTheClientsInitialDefault(t *testing.T) {
	t.Parallel()
	s := offline(t)
	c := s.client
	c.DefaultPolicy, c.DefaultWritePolicy, c.DefaultBatchPolicy, c.DefaultQueryPolicy = nil, nil, nil, nil
	c.DefaultBatchWritePolicy, c.DefaultBatchDeletePolicy = nil, nil
	o := aerostore.Options{SendKey: true}
	r := singleOf(s, aerostore.OpPut, o)
	if p := r.readPolicy(); p.TotalTimeout != time.Second {
		t.Errorf("read: %v", p.TotalTimeout)
	}
	if p := r.writePolicy(true); !p.SendKey || !p.RespondPerEachOp {
		t.Errorf("write: %+v", p)
	}
	if p := partOf(s, aerostore.OpBatchWrite, o).policy(); p.MaxRetries != 0 {
		t.Errorf("batch: %+v", p)
	}
	if !s.batchWritePolicyFor(&o, &o).SendKey || !s.batchRemovePolicyFor(&o, &o).SendKey {
		t.Error("batch records")
	}
	if p := r.queryPolicy(&aerostore.Query{}, 1); p.SocketTimeout != 30*time.Second {
		t.Errorf("query: %+v", p)
	}
}

func TestThePolicyOfAQueryHasItsLimits(t *testing.T) {
	t.Parallel()
	s := offline(t)
	for name, c := range map[string]struct {
		query   aerostore.Query
		records int64
		data    bool
	}{
		"all bins":   {aerostore.Query{}, 0, true},
		"some bins":  {aerostore.Query{Bins: []string{"a"}}, 0, true},
		"no bins":    {aerostore.Query{Bins: []string{}}, 0, false},
		"some of it": {aerostore.Query{MaxRecords: 7}, 7, true},
	} {
		s.client.DefaultQueryPolicy.ReplicaPolicy = as.RANDOM // over which the client panics
		query := commandOf(s, aerostore.OpQuery, aerostore.Options{})
		p := query.queryPolicy(&c.query, 1)
		if p.MaxRecords != c.records || p.IncludeBinData != c.data || p.ReplicaPolicy == as.RANDOM {
			t.Errorf("%s: %d records, bins %t, replica %v", name, p.MaxRecords, p.IncludeBinData, p.ReplicaPolicy)
		}
	}
}
