package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// The client keeps and does not copy the policies it is given, so that those
// that hold are passed on as they are or changed on a copy.

// allow takes in the retries of a policy, of which 0 and 1 both mean a single attempt.
func (r *request) allow(retries int) {
	r.most = max(retries, 1)
	r.repeats = r.most > 1 && r.call.Writes()
}

func (r *request) readPolicy() *as.BasePolicy {
	base := r.store.readPolicy()
	r.most = max(base.MaxRetries, 1)
	if !r.retimes(base) {
		return base
	}
	p := *base
	r.retime(&p)
	return &p
}

// writePolicy returns the policy of a single write, or of an Operate in which
// each operation answers.
func (r *request) writePolicy(each bool) *as.WritePolicy {
	base := r.store.writePolicy()
	r.allow(base.MaxRetries)
	each = each && !base.RespondPerEachOp
	if !each && !asksToWrite(r.call.Options) && !r.retimes(&base.BasePolicy) {
		return base
	}
	p := *base
	p.RespondPerEachOp = p.RespondPerEachOp || each
	r.retime(&p.BasePolicy)
	writeFields{
		expiration: &p.Expiration, exists: &p.RecordExistsAction,
		check: &p.GenerationPolicy, generation: &p.Generation,
		sendKey: &p.SendKey, durable: &p.DurableDelete,
	}.set(r.call.Options)
	return &p
}

// batchPolicy returns the policy of a batch as a whole: every key gets an
// answer, and a batch that writes is tried as often as a single write.
func (r *request) batchPolicy() *as.BatchPolicy {
	base := r.store.batchPolicy()
	retries, sendKey := base.MaxRetries, base.SendKey || r.removesWithKeys()
	if r.call.Writes() {
		retries = r.store.writePolicy().MaxRetries
	}
	r.allow(retries)
	if base.RespondAllKeys && retries == base.MaxRetries && sendKey == base.SendKey && !r.retimes(&base.BasePolicy) {
		return base
	}
	p := *base
	p.RespondAllKeys, p.MaxRetries, p.SendKey = true, retries, sendKey
	r.retime(&p.BasePolicy)
	return &p
}

// removesWithKeys reports whether records are removed and their keys sent. The
// batch's policy must say so, too: else the client sends the first key for all
// and the server refuses the batch.
func (r *request) removesWithKeys() bool {
	return r.call.Op == aerostore.OpBatchRemove &&
		(r.call.Options.SendKey || r.store.batchRemovePolicy().SendKey)
}

// batchWritePolicyFor returns the policy of one record that a batch writes, nil for
// the client's default.
func (s *Store) batchWritePolicyFor(o aerostore.Options) *as.BatchWritePolicy {
	if !asksToWrite(o) {
		return s.policies.BatchWrite
	}
	p := *s.batchWritePolicy()
	writeFields{
		expiration: &p.Expiration, exists: &p.RecordExistsAction,
		check: &p.GenerationPolicy, generation: &p.Generation,
		sendKey: &p.SendKey, durable: &p.DurableDelete,
	}.set(o)
	return &p
}

// batchRemovePolicyFor returns the policy of the records that a batch removes,
// nil for the client's default.
func (s *Store) batchRemovePolicyFor(o aerostore.Options) *as.BatchDeletePolicy {
	if !asksToWrite(o) {
		return s.policies.BatchRemove
	}
	p := *s.batchRemovePolicy()
	writeFields{
		expiration: new(uint32), exists: new(as.RecordExistsAction), // removing knows neither
		check: &p.GenerationPolicy, generation: &p.Generation,
		sendKey: &p.SendKey, durable: &p.DurableDelete,
	}.set(o)
	return &p
}

// queryPolicy returns the policy of a query. The client divides MaxRecords by the
// nodes, of which one may have fewer records than its share: each may give all, and
// the query itself counts.
func (r *request) queryPolicy(q *aerostore.Query, nodes int) *as.QueryPolicy {
	p := *r.store.queryPolicy()
	p.TotalTimeout, p.SocketTimeout, r.byContext = r.timeouts(&p.BasePolicy)
	if p.ReplicaPolicy == as.RANDOM {
		p.ReplicaPolicy = as.MASTER_PROLES // the client panics over the former
	}
	if q.MaxRecords > 0 {
		p.MaxRecords = int64(q.MaxRecords) * int64(max(nodes, 1))
	}
	if q.Bins != nil {
		p.IncludeBinData = len(q.Bins) > 0
	}
	return &p
}

// timeouts returns the timeouts that the call should have under the policy: its
// own options before the policy's, and nothing longer than what is left until
// the context's deadline.
func (r *request) timeouts(p *as.BasePolicy) (total, socket time.Duration, byContext bool) {
	total, socket = p.TotalTimeout, p.SocketTimeout
	if asked := r.call.Options.Timeout; asked > 0 {
		total = asked
		if isShorter(asked, socket) {
			socket = asked
		}
	}
	if asked := r.call.Options.SocketTimeout; asked > 0 {
		socket = asked
	}
	if isShorter(r.left, total) {
		total, byContext = r.left, true
	}
	if isShorter(r.left, socket) {
		socket = r.left
	}
	return total, socket, byContext
}

// retimes reports whether retime would change the policy. A socket timeout
// above the total one is not worth a copy: the client heeds the shorter.
func (r *request) retimes(p *as.BasePolicy) bool {
	total, socket, _ := r.timeouts(p)
	return r.tried(p, total) || total != p.TotalTimeout || socket != p.SocketTimeout && r.call.Options.SocketTimeout > 0
}

// retime gives the policy the timeouts of the call, and of the next try where the
// command is repeated here.
func (r *request) retime(p *as.BasePolicy) {
	p.TotalTimeout, p.SocketTimeout, r.byContext = r.timeouts(p)
	if r.tried(p, p.TotalTimeout) {
		r.try(p)
	}
}

// isShorter compares two timeouts, of which zero is no limit.
func isShorter(a, b time.Duration) bool { return a > 0 && (b <= 0 || a < b) }

// asksToWrite reports whether the options ask for more than timeouts.
func asksToWrite(o aerostore.Options) bool {
	o.Timeout, o.SocketTimeout = 0, 0
	return o != aerostore.Options{}
}

// writeFields are what the client's three policies for writes have in common.
type writeFields struct {
	expiration, generation *uint32
	exists                 *as.RecordExistsAction
	check                  *as.GenerationPolicy
	sendKey, durable       *bool
}

// set sets what the options ask for.
func (f writeFields) set(o aerostore.Options) {
	if o.TTL != 0 {
		*f.expiration = o.TTL.Seconds()
	}
	if o.Exists != aerostore.Update {
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
	aerostore.Update:      as.UPDATE,
	aerostore.CreateOnly:  as.CREATE_ONLY,
	aerostore.UpdateOnly:  as.UPDATE_ONLY,
	aerostore.Replace:     as.REPLACE,
	aerostore.ReplaceOnly: as.REPLACE_ONLY,
}
