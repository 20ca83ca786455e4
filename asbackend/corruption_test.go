package asbackend

import (
	"errors"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestACompressingPolicyIsRefusedIfItCorruptsCommands(t *testing.T) {
	t.Parallel()
	for name, compress := range map[string]func(p *Policies){
		"Read":  func(p *Policies) { p.Read.UseCompression = true },
		"Write": func(p *Policies) { p.Write.UseCompression = true },
		"Batch": func(p *Policies) { p.Batch.UseCompression = true },
		"Query": func(p *Policies) { p.Query.UseCompression = true },
	} {
		t.Run(name, func(t *testing.T) {
			p := Policies{Read: as.NewPolicy(), Write: newWritePolicy(), Batch: as.NewBatchPolicy(), Query: as.NewQueryPolicy()}
			compress(&p)
			client := offline(t).client
			_, own := New(client, WithPolicies(p))
			client.DefaultPolicy, client.DefaultWritePolicy, client.DefaultBatchPolicy, client.DefaultQueryPolicy = p.Read, p.Write, p.Batch, p.Query
			_, inherited := New(client)
			for _, err := range []error{own, inherited} {
				switch {
				case compresses && err != nil:
					t.Error(err)
				case !compresses && (!errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), name) && name != "Read" ||
					!strings.Contains(err.Error(), "UseCompression")):
					t.Errorf("the error is %v", err)
				}
			}
		})
	}
}
