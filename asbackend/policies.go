package asbackend

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// Policies are policies of the client that one Store uses in place of the client's
// defaults. A nil policy is the client's default at the time of an operation. See
// [WithPolicies].
type Policies struct {
	Read        *as.BasePolicy        // Get, Select and Exists
	Write       *as.WritePolicy       // the other operations on a single record
	Batch       *as.BatchPolicy       // a batch as a whole
	BatchRead   *as.BatchReadPolicy   // a record that a batch reads
	BatchWrite  *as.BatchWritePolicy  // a record that a batch writes
	BatchRemove *as.BatchDeletePolicy // a record that a batch removes
	Query       *as.QueryPolicy
	Info        *as.InfoPolicy // CreateIndex, DropIndex, Truncate, Count, Ping and the progress of Execute
}

// WithPolicies sets the policies of one Store, so that several Stores with the same
// client can have different ones. The policies are copied. [Dial] and [New] take the
// option, and fail if a policy is invalid.
func WithPolicies(p Policies) Option {
	return func(c *config) {
		c.policies = Policies{
			Read: cloned(p.Read), Write: cloned(p.Write), Batch: cloned(p.Batch),
			BatchRead: cloned(p.BatchRead), BatchWrite: cloned(p.BatchWrite), BatchRemove: cloned(p.BatchRemove),
			Query: cloned(p.Query), Info: cloned(p.Info),
		}
	}
}

func cloned[P any](policy *P) *P {
	if policy == nil {
		return nil
	}
	p := *policy
	return &p
}

// These methods return the policy that applies to the Store. It is the Store's own,
// or the client's default. If the application has set the default to nil, it is the
// client's initial default.

func (s *Store) readPolicy() *as.BasePolicy {
	return firstOf(s.policies.Read, s.client.GetDefaultPolicy, as.NewPolicy)
}

func (s *Store) writePolicy() *as.WritePolicy {
	return firstOf(s.policies.Write, s.client.GetDefaultWritePolicy, newWritePolicy)
}

func (s *Store) batchPolicy() *as.BatchPolicy {
	return firstOf(s.policies.Batch, s.client.GetDefaultBatchPolicy, as.NewBatchPolicy)
}

func (s *Store) batchReadPolicy() *as.BatchReadPolicy {
	return firstOf(s.policies.BatchRead, s.client.GetDefaultBatchReadPolicy, as.NewBatchReadPolicy)
}

func (s *Store) batchWritePolicy() *as.BatchWritePolicy {
	return firstOf(s.policies.BatchWrite, s.client.GetDefaultBatchWritePolicy, as.NewBatchWritePolicy)
}

func (s *Store) batchRemovePolicy() *as.BatchDeletePolicy {
	return firstOf(s.policies.BatchRemove, s.client.GetDefaultBatchDeletePolicy, as.NewBatchDeletePolicy)
}

func (s *Store) queryPolicy() *as.QueryPolicy {
	return firstOf(s.policies.Query, s.client.GetDefaultQueryPolicy, as.NewQueryPolicy)
}

func (s *Store) infoPolicy() *as.InfoPolicy {
	return firstOf(s.policies.Info, s.client.GetDefaultInfoPolicy, as.NewInfoPolicy)
}

func newWritePolicy() *as.WritePolicy { return as.NewWritePolicy(0, 0) }

func firstOf[P any](own *P, inherited, factory func() *P) *P {
	if own != nil {
		return own
	}
	if policy := inherited(); policy != nil {
		return policy
	}
	return factory()
}

// check returns an error if a policy is invalid.
func (p *Policies) check() error {
	faults := map[string]string{"Read": baseFault(p.Read)}
	if w := p.Write; w != nil {
		faults["Write"] = cmp.Or(baseFault(&w.BasePolicy), writeFault(w.GenerationPolicy, w.Generation, w.RecordExistsAction))
	}
	if b := p.Batch; b != nil {
		faults["Batch"] = baseFault(&b.BasePolicy)
	}
	if w := p.BatchWrite; w != nil {
		faults["BatchWrite"] = writeFault(w.GenerationPolicy, w.Generation, w.RecordExistsAction)
	}
	if r := p.BatchRemove; r != nil {
		faults["BatchRemove"] = writeFault(r.GenerationPolicy, r.Generation, as.UPDATE)
	}
	if q := p.Query; q != nil {
		faults["Query"] = baseFault(&q.BasePolicy)
	}
	if p.Info != nil && p.Info.Timeout < 0 {
		faults["Info"] = fmt.Sprintf("a Timeout of %v is negative", p.Info.Timeout)
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		if reason := faults[name]; reason != "" {
			return invalid("the %s policy is invalid: %s", name, reason)
		}
	}
	return nil
}

func baseFault(p *as.BasePolicy) string {
	if p == nil {
		return ""
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"TotalTimeout", p.TotalTimeout}, {"SocketTimeout", p.SocketTimeout}, {"SleepBetweenRetries", p.SleepBetweenRetries},
	} {
		if d.value < 0 {
			return fmt.Sprintf("a %s of %v is negative", d.name, d.value)
		}
	}
	switch {
	case corruption(p) != "":
		return corruptionFault(corruption(p))
	case p.MaxRetries < 0:
		return fmt.Sprintf("MaxRetries of %d is negative", p.MaxRetries)
	case p.SleepMultiplier < 0:
		return fmt.Sprintf("a SleepMultiplier of %v is negative", p.SleepMultiplier)
	case p.ReplicaPolicy < as.MASTER || p.ReplicaPolicy > as.PREFER_RACK:
		return fmt.Sprintf("ReplicaPolicy %d is unknown", p.ReplicaPolicy)
	default:
		return ""
	}
}

func corruptionFault(field string) string {
	return "with " + field + " the client corrupts commands, see docs/known-limits.md: do not set it"
}

// checkDefaults returns an error if the client corrupts commands by a policy that the
// Store has from it.
func (s *Store) checkDefaults() error {
	for _, p := range []struct {
		name string
		base *as.BasePolicy
	}{
		{"DefaultPolicy", s.readPolicy()},
		{"DefaultWritePolicy", &s.writePolicy().BasePolicy},
		{"DefaultBatchPolicy", &s.batchPolicy().BasePolicy},
		{"DefaultQueryPolicy", &s.queryPolicy().BasePolicy},
	} {
		if field := corruption(p.base); field != "" {
			return invalid("the client's %s is invalid: %s", p.name, corruptionFault(field))
		}
	}
	return nil
}

// writeFault reports a generation that has no effect, and one that no write can have.
func writeFault(check as.GenerationPolicy, generation uint32, exists as.RecordExistsAction) string {
	switch {
	case check == as.NONE && generation != 0:
		return fmt.Sprintf("Generation %d has no effect without a GenerationPolicy", generation)
	case check == as.EXPECT_GEN_EQUAL && generation != 0 && exists == as.CREATE_ONLY:
		return fmt.Sprintf("CREATE_ONLY and generation %d exclude each other", generation)
	default:
		return ""
	}
}
