package asbackend_test

import (
	"fmt"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/exp"
)

// BenchmarkFilter reads a record with a filter of two comparisons, by the bare client and
// by the Store: one that is kept, and one that is made at the call.
func BenchmarkFilter(b *testing.B) {
	s, err := asbackend.Dial(b.Context(), hosts(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	set := fmt.Sprintf("asb_%x", time.Now().UnixNano())
	b.Cleanup(func() { empty(b, s, set) })
	key := aerostore.NewKey(namespace, set, "user-0000001")
	if err := s.Put(b.Context(), key, aerostore.Bins{"age": 36, "country": "FR"}); err != nil {
		b.Fatal(err)
	}
	byClient := func(filter *as.Expression) error {
		key, err := as.NewKey(namespace, set, "user-0000001")
		if err != nil {
			return err
		}
		policy := as.NewPolicy()
		policy.FilterExpression = filter
		if _, err := s.Client().Get(policy, key); err != nil {
			return err
		}
		return nil
	}
	byStore := func(filter exp.Bool) error {
		_, err := s.Get(b.Context(), aerostore.NewKey(namespace, set, "user-0000001"), aerostore.Filter(filter))
		return err
	}
	ofClient := func() *as.Expression {
		return as.ExpAnd(as.ExpGreaterEq(as.ExpIntBin("age"), as.ExpIntVal(30)), as.ExpEq(as.ExpStringBin("country"), as.ExpStringVal("FR")))
	}
	ofStore := func() exp.Bool { return exp.And(exp.IntBin("age").AtLeast(30), exp.StringBin("country").Equal("FR")) }
	keptByClient, kept := ofClient(), ofStore()
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"none/client", func() error { return byClient(nil) }},
		{"none/store", func() error { _, err := s.Get(b.Context(), key); return err }},
		{"kept/client", func() error { return byClient(keptByClient) }},
		{"kept/store", func() error { return byStore(kept) }},
		{"made/client", func() error { return byClient(ofClient()) }},
		{"made/store", func() error { return byStore(ofStore()) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
