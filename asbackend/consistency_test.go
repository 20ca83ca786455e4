package asbackend

import (
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

func TestOptionsOfReadsChangeEachPolicy(t *testing.T) {
	s := offline(t)
	o := aerostore.Options{
		Filter: aerostore.Filter(exp.IntBin("a").Equal(1)), Replica: aerostore.ReplicaPreferRack, Compress: true,
		ReadMode: aerostore.ReadModeLinearize, ReadTouch: 80, CommitLevel: aerostore.CommitMaster,
	}
	one := singleOf(s, aerostore.OpOperate, o)
	batch := partOf(s, aerostore.OpBatchRead, o)
	for name, p := range map[string]*as.BasePolicy{
		"read": one.readPolicy(), "write": &one.writePolicy(false).BasePolicy, "batch": &batch.policy().BasePolicy,
		"query": &one.queryPolicy(&aerostore.Query{}, 1).BasePolicy,
	} {
		if p.FilterExpression != expressionOf(o.Filter) || p.ReplicaPolicy != as.PREFER_RACK || p.UseCompression != compresses ||
			p.ReadModeSC != as.ReadModeSCLinearize || p.ReadTouchTTLPercent != 80 {
			t.Errorf("%s: %+v", name, *p)
		}
	}
	if r := batch.batch.readPolicy; r.FilterExpression != nil || r.ReadModeSC != as.ReadModeSCLinearize || r.ReadTouchTTLPercent != 80 {
		t.Errorf("a record that a batch reads: %+v", *r)
	}
	if one.writePolicy(false).CommitLevel != as.COMMIT_MASTER ||
		s.batchWritePolicyFor(&o, &o).CommitLevel != as.COMMIT_MASTER || s.batchRemovePolicyFor(&o, &o).CommitLevel != as.COMMIT_MASTER {
		t.Error("a write does not have the commit level")
	}
	if p := s.batchWritePolicyFor(&o, &aerostore.Options{}); p.FilterExpression != expressionOf(o.Filter) {
		t.Error("an item does not have its filter")
	}
	if n := testing.AllocsPerRun(100, func() { expressionOf(o.Filter) }); n != 0 {
		t.Errorf("a filter that was sent takes %v allocations", n)
	}
}
