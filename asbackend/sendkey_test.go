package asbackend_test

import (
	"context"
	"fmt"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

const idText = "the-id-of-a-user"

// sendKeyPolicies are policies that send ids, by the name of what they are for.
var sendKeyPolicies = map[string]func(*asbackend.Policies){
	"none": func(*asbackend.Policies) {},
	"write": func(p *asbackend.Policies) {
		p.Write = as.NewWritePolicy(0, 0)
		p.Write.SendKey = true
	},
	"batch": func(p *asbackend.Policies) {
		p.Batch = as.NewBatchPolicy()
		p.Batch.SendKey = true
	},
	"batch write": func(p *asbackend.Policies) {
		p.BatchWrite = as.NewBatchWritePolicy()
		p.BatchWrite.SendKey = true
	},
	"batch removal": func(p *asbackend.Policies) {
		p.BatchRemove = as.NewBatchDeletePolicy()
		p.BatchRemove.SendKey = true
	},
}

// An idCall is an operation with the ways in which its ids are sent.
type idCall struct {
	do       func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error
	single   bool
	reads    bool   // and takes no write option
	policy   string // that sends ids, "" if none does
	byOption bool
	few      bool // and only if the client sends the id of a removal of one key
}

var idCalls = map[string]idCall{
	"Put": {single: true, policy: "write", byOption: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		return s.Put(ctx, keys[0], aerostore.Bins{"a": 1}, opts...)
	}},
	"Touch": {single: true, policy: "write", byOption: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		return s.Touch(ctx, keys[0], opts...)
	}},
	"Remove": {single: true, policy: "write", byOption: true, few: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		_, err := s.Remove(ctx, keys[0], opts...)
		return err
	}},
	"Get": {single: true, reads: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, _ ...aerostore.WriteOption) error {
		_, err := s.Get(ctx, keys[0])
		return err
	}},
	"BatchRead": {reads: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, _ ...aerostore.WriteOption) error {
		_, err := s.BatchRead(ctx, keys, nil)
		return err
	}},
	"BatchRead of a bin without a name": {reads: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, _ ...aerostore.WriteOption) error {
		_, err := s.BatchRead(ctx, keys, []string{"", "a"})
		return err
	}},
	"BatchOperate that reads": {do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		_, err := s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.ReadBin("a")}, opts...)
		return err
	}},
	"BatchOperate that writes": {policy: "batch write", byOption: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		_, err := s.BatchOperate(ctx, keys, addOne, opts...)
		return err
	}},
	"BatchWrite": {policy: "batch write", byOption: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		return writeEach(ctx, s, keys, opts, nil)
	}},
	"BatchWrite with the item's options": {policy: "batch write", byOption: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		return writeEach(ctx, s, keys, nil, opts)
	}},
	"BatchRemove": {policy: "batch removal", byOption: true, few: true, do: func(ctx context.Context, s aerostore.Store, keys []aerostore.Key, opts ...aerostore.WriteOption) error {
		_, err := s.BatchRemove(ctx, keys, opts...)
		return err
	}},
}

func writeEach(ctx context.Context, s aerostore.Store, keys []aerostore.Key, ofCall, ofItem []aerostore.WriteOption) error {
	var items []aerostore.BatchItem
	for _, k := range keys {
		items = append(items, aerostore.BatchItem{Key: k, Bins: aerostore.Bins{"a": 1}, Options: ofItem})
	}
	_, err := s.BatchWrite(ctx, items, ofCall...)
	return err
}

func TestIDsAreSentByOptionOrPolicy(t *testing.T) {
	t.Parallel()
	for name, c := range idCalls {
		for policyName, setPolicy := range sendKeyPolicies {
			for _, withOption := range []bool{false, true} {
				for n := 1; n <= 2; n++ {
					if c.single && n > 1 || c.reads && withOption {
						continue
					}
					t.Run(fmt.Sprintf("%s of %d, policy %s, option %t", name, n, policyName, withOption), func(t *testing.T) {
						t.Parallel()
						want := 0
						if (c.policy == policyName || c.byOption && withOption) && (n > 1 || !c.few || asbackend.RemovalSendsID) {
							want = n
						}
						node := newFakeNode(t)
						node.will(eachKey)
						var policies asbackend.Policies
						setPolicy(&policies)
						s := dialTo(t, node.addr(), asbackend.WithPolicies(policies))
						keys := []aerostore.Key{key("set", idText+"-1"), key("set", idText+"-2")}[:n]
						var opts []aerostore.WriteOption
						if withOption {
							opts = append(opts, aerostore.SendKey)
						}
						if err := c.do(t.Context(), s, keys, opts...); err != nil {
							t.Fatal(err)
						}
						if got := node.contains(idText); got != want {
							t.Errorf("%d ids were sent, want %d", got, want)
						}
					})
				}
			}
		}
	}
}
