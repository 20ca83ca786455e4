package asbackend_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/cdt"
)

// BenchmarkOperate does the same by the bare client and by the Store: three steps on a
// list, two on a map and a list, and operations on whole bins.
func BenchmarkOperate(b *testing.B) {
	s, err := asbackend.Dial(b.Context(), hosts(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	client, set := s.Client(), fmt.Sprintf("asb_%x", time.Now().UnixNano())
	b.Cleanup(func() { empty(b, s, set) })
	each := as.NewWritePolicy(0, 0)
	each.RespondPerEachOp = true
	byClient := func(policy *as.WritePolicy, ops func() []*as.Operation) func(context.Context) error {
		return func(context.Context) error {
			key, err := as.NewKey(namespace, set, "user-0000001")
			if err != nil {
				return err
			}
			if _, err := client.Operate(policy, key, ops()...); err != nil {
				return err
			}
			return nil
		}
	}
	byStore := func(ops func() []aerostore.Operation) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.Operate(ctx, aerostore.NewKey(namespace, set, "user-0000001"), ops())
			return err
		}
	}
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"three list steps/client", byClient(each, func() []*as.Operation {
			return []*as.Operation{
				as.ListAppendOp("l", 42),
				as.ListGetByRankRangeCountOp("l", -10, 10, as.ListReturnTypeValue),
				as.ListTrimOp("l", -10, 10),
			}
		})},
		{"three list steps/store", byStore(func() []aerostore.Operation {
			l := aerostore.ListBin("l")
			return []aerostore.Operation{l.Append(42), l.Get(cdt.Ranks(-10, 10)), l.Trim(-10, 10)}
		})},
		{"one list step/client", byClient(nil, func() []*as.Operation {
			return []*as.Operation{as.ListSizeOp("l")}
		})},
		{"one list step/store", byStore(func() []aerostore.Operation {
			return []aerostore.Operation{aerostore.ListBin("l").Size()}
		})},
		{"two map steps/client", byClient(nil, func() []*as.Operation {
			return []*as.Operation{
				as.MapPutOp(as.DefaultMapPolicy(), "m", "a", 1),
				as.MapGetByKeyOp("m", "b", as.MapReturnType.VALUE),
			}
		})},
		{"two map steps/store", byStore(func() []aerostore.Operation {
			m := aerostore.MapBin("m")
			return []aerostore.Operation{m.Put("a", 1), m.Get(cdt.Key("b"))}
		})},
		{"add and read/client", byClient(nil, func() []*as.Operation {
			return []*as.Operation{as.AddOp(as.NewBin("n", 1)), as.GetBinOp("n")}
		})},
		{"add and read/store", byStore(func() []aerostore.Operation {
			return []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")}
		})},
	} {
		b.Run(c.name, func(b *testing.B) {
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if err := c.do(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
