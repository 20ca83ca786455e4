package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// The client does not copy the policies that it is given. So a policy is passed on
// unchanged, or a copy is changed.

func (s *single) readPolicy() *as.BasePolicy {
	base := s.store.readPolicy()
	s.maxAttempts = max(base.MaxRetries, 1)
	if !s.changesTimeouts(base) && !hasBaseOptions(&s.call.Options) {
		return base
	}
	p := *base
	setBaseOptions(&p, &s.call.Options)
	s.setTimeouts(&p)
	return &p
}

// writePolicy returns the policy of a write, or of an Operate. If each is true, each
// operation returns a result.
func (s *single) writePolicy(each bool) *as.WritePolicy { return s.writePolicyIn(nil, each) }

// writePolicyIn is writePolicy with room for the policy, nil for none.
func (s *single) writePolicyIn(room *as.WritePolicy, each bool) *as.WritePolicy {
	base := s.store.writePolicy()
	s.allow(base.MaxRetries)
	each = each && !base.RespondPerEachOp
	if !each && !hasOptions(s.call.Options) && !s.changesTimeouts(&base.BasePolicy) {
		return base
	}
	p := room
	if p == nil {
		p = new(as.WritePolicy)
	}
	*p = *base
	p.RespondPerEachOp = p.RespondPerEachOp || each
	setWriteOptions(p, &s.call.Options)
	s.setTimeouts(&p.BasePolicy)
	return p
}

// setWriteOptions sets the fields for which there is an option, other than the timeouts.
func setWriteOptions(p *as.WritePolicy, o *aerostore.Options) {
	setBaseOptions(&p.BasePolicy, o)
	writeFields{
		expiration: &p.Expiration, exists: &p.RecordExistsAction,
		check: &p.GenerationPolicy, generation: &p.Generation,
		sendKey: &p.SendKey, durable: &p.DurableDelete, commit: &p.CommitLevel,
	}.set(o)
}

// policy returns the policy of the next send of a part. Every key gets an answer, and a
// batch that writes has as many attempts as a single write.
func (p *part) policy() *as.BatchPolicy {
	b := p.batch
	// If a removal sends ids, the batch's policy must say so, too. Otherwise the
	// client would send the first key for all of them, which the server refuses.
	sendKey, maxRetries := b.policy.SendKey || b.removesByID, p.maxRetries()
	if b.policy.RespondAllKeys && maxRetries == b.policy.MaxRetries && sendKey == b.policy.SendKey && !p.changesTimeouts(&b.policy.BasePolicy) {
		return b.policy
	}
	policy := *b.policy
	policy.RespondAllKeys, policy.MaxRetries, policy.SendKey = true, maxRetries, sendKey
	p.setTimeouts(&policy.BasePolicy)
	return &policy
}

// batchPolicyFor returns the policy of a batch as a whole.
func (s *Store) batchPolicyFor(o *aerostore.Options) *as.BatchPolicy {
	base := s.batchPolicy()
	if !hasBaseOptions(o) {
		return base
	}
	p := *base
	setBaseOptions(&p.BasePolicy, o)
	return &p
}

// batchReadPolicyFor returns the policy of a record that a batch reads, nil for the
// client's default. The filter is that of the batch.
func (s *Store) batchReadPolicyFor(o, batch *aerostore.Options) *as.BatchReadPolicy {
	if !hasBaseOptions(o) {
		return s.policies.BatchRead
	}
	p := *s.batchReadPolicy()
	p.FilterExpression = filterOfRecord(p.FilterExpression, o.Filter, batch.Filter)
	setReadOptions(o, &p.ReadModeAP, &p.ReadModeSC, &p.ReadTouchTTLPercent)
	return &p
}

// batchWritePolicyFor returns the policy of a record that a batch writes, nil for the
// client's default.
func (s *Store) batchWritePolicyFor(o, batch *aerostore.Options) *as.BatchWritePolicy {
	if !hasOptions(*o) {
		return s.policies.BatchWrite
	}
	p := *s.batchWritePolicy()
	p.FilterExpression = filterOfRecord(p.FilterExpression, o.Filter, batch.Filter)
	writeFields{
		expiration: &p.Expiration, exists: &p.RecordExistsAction,
		check: &p.GenerationPolicy, generation: &p.Generation,
		sendKey: &p.SendKey, durable: &p.DurableDelete, commit: &p.CommitLevel,
	}.set(o)
	return &p
}

// batchRemovePolicyFor returns the policy of the records that a batch removes,
// nil for the client's default.
func (s *Store) batchRemovePolicyFor(o, batch *aerostore.Options) *as.BatchDeletePolicy {
	if !hasOptions(*o) {
		return s.policies.BatchRemove
	}
	p := *s.batchRemovePolicy()
	p.FilterExpression = filterOfRecord(p.FilterExpression, o.Filter, batch.Filter)
	writeFields{
		expiration: new(uint32), exists: new(as.RecordExistsAction), // which removing does not have
		check: &p.GenerationPolicy, generation: &p.Generation,
		sendKey: &p.SendKey, durable: &p.DurableDelete, commit: &p.CommitLevel,
	}.set(o)
	return &p
}

// queryPolicy returns the policy of a query. The client divides MaxRecords by the number
// of nodes, and a node may have fewer records than its share. So each node may return
// MaxRecords records, and the query counts them.
func (c *command) queryPolicy(q *aerostore.Query, nodes int) *as.QueryPolicy {
	p := *c.store.queryPolicy()
	setBaseOptions(&p.BasePolicy, &c.call.Options)
	p.TotalTimeout, p.SocketTimeout, c.byContext = c.timeouts(&p.BasePolicy)
	avoidRandom(&p)
	if q.MaxRecords > 0 {
		p.MaxRecords = int64(q.MaxRecords) * int64(max(nodes, 1))
	}
	if q.RecordsPerSecond > 0 {
		p.RecordsPerSecond = q.RecordsPerSecond
	}
	if q.Bins != nil {
		p.IncludeBinData = len(q.Bins) > 0
	}
	return &p
}

// avoidRandom replaces a ReplicaPolicy over which the client panics in queries.
func avoidRandom(p *as.QueryPolicy) {
	if p.ReplicaPolicy == as.RANDOM {
		p.ReplicaPolicy = as.MASTER_PROLES
	}
}

// timeouts returns the timeouts of the call. They are those of its options, or else of
// the policy, but at most the time until the context's deadline. It reports whether that
// deadline is the total timeout.
func (c *command) timeouts(p *as.BasePolicy) (total, socket time.Duration, byContext bool) {
	return timeoutsOf(p, &c.call.Options, c.left)
}

func timeoutsOf(p *as.BasePolicy, o *aerostore.Options, left time.Duration) (total, socket time.Duration, byContext bool) {
	total, socket = p.TotalTimeout, p.SocketTimeout
	if given := o.Timeout; given > 0 {
		total = given
		if isShorter(given, socket) {
			socket = given
		}
	}
	if given := o.SocketTimeout; given > 0 {
		socket = given
	}
	if isShorter(left, total) {
		total, byContext = left, true
	}
	if isShorter(left, socket) {
		socket = left
	}
	return total, socket, byContext
}

// changesTimeouts reports whether setTimeouts would change the policy. A socket timeout above the
// total timeout needs no copy: the client applies the shorter.
func (c *command) changesTimeouts(p *as.BasePolicy) bool {
	total, socket, _ := c.timeouts(p)
	return c.hasRetries(p, total) || total != p.TotalTimeout || socket != p.SocketTimeout && c.call.Options.SocketTimeout > 0
}

// setTimeouts sets the timeouts of the call and, if asbackend repeats the command, what the
// next send needs.
func (c *command) setTimeouts(p *as.BasePolicy) {
	p.TotalTimeout, p.SocketTimeout, c.byContext = c.timeouts(p)
	if c.hasRetries(p, p.TotalTimeout) {
		c.prepare(p)
	}
}

// isShorter compares two timeouts. Zero is no limit.
func isShorter(a, b time.Duration) bool { return a > 0 && (b <= 0 || a < b) }

// hasOptions reports whether options other than timeouts are set.
func hasOptions(o aerostore.Options) bool {
	o.Timeout, o.SocketTimeout = 0, 0
	return o != aerostore.Options{}
}

// writeFields are the fields that the client's three policies for writes share.
type writeFields struct {
	expiration, generation *uint32
	exists                 *as.RecordExistsAction
	check                  *as.GenerationPolicy
	sendKey, durable       *bool
	commit                 *as.CommitLevel
}

// set sets the fields for which there is an option.
func (f writeFields) set(o *aerostore.Options) {
	setCommitLevel(f.commit, o)
	if o.TTL != 0 {
		*f.expiration = o.TTL.Seconds()
	}
	if o.Exists != aerostore.CreateOrUpdate {
		*f.exists = recordExists[o.Exists]
	}
	switch o.GenerationCheck {
	case aerostore.GenerationMustEqual:
		*f.check, *f.generation = as.EXPECT_GEN_EQUAL, o.Generation
	case aerostore.GenerationMustBeLess:
		*f.check, *f.generation = as.EXPECT_GEN_GT, o.Generation
	}
	if o.SendKey {
		*f.sendKey = true
	}
	if o.DurableDelete {
		*f.durable = true
	}
}

var recordExists = [...]as.RecordExistsAction{
	aerostore.CreateOrUpdate: as.UPDATE,
	aerostore.CreateOnly:     as.CREATE_ONLY,
	aerostore.UpdateOnly:     as.UPDATE_ONLY,
	aerostore.Replace:        as.REPLACE,
	aerostore.ReplaceOnly:    as.REPLACE_ONLY,
}
