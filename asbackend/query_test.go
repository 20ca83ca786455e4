package asbackend_test

import (
	"errors"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

func TestAQueryFailsOnlyIfItsLastAttemptDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, second []answer // of the two nodes
		want          error
	}{
		"all is well":                        {[]answer{answersOK}, []answer{answersOK}, nil},
		"one attempt lost":                   {[]answer{hangsUp, answersOK}, []answer{answersOK}, nil},
		"one attempt lost at each node":      {[]answer{hangsUp, answersOK}, []answer{hangsUp, answersOK}, nil},
		"one attempt without an answer":      {[]answer{saysNone, answersOK}, []answer{answersOK}, nil},
		"an index that is not there yet":     {[]answer{201, answersOK}, []answer{answersOK}, nil},
		"two attempts lost, one of several":  {[]answer{hangsUp, hangsUp, answersOK}, []answer{answersOK}, nil},
		"every attempt lost":                 {[]answer{hangsUp}, []answer{hangsUp}, aerostore.CodeMaxRetries},
		"every attempt without an answer":    {[]answer{saysNone}, []answer{saysNone}, aerostore.CodeMaxRetries},
		"every attempt without its index":    {[]answer{201}, []answer{201}, aerostore.CodeMaxRetries},
		"refused by a node":                  {[]answer{22}, []answer{answersOK}, aerostore.CodeForbidden},
		"refused by a node, another lost":    {[]answer{22}, []answer{hangsUp, answersOK}, aerostore.CodeForbidden},
		"lost, then refused":                 {[]answer{hangsUp, 22}, []answer{22}, aerostore.CodeForbidden},
		"refused for too many of them (210)": {[]answer{210}, []answer{answersOK}, aerostore.ResultCode(210)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes, proxies := newFakeCluster(t, 2)
			query := as.NewQueryPolicy()
			query.SocketTimeout = 100 * time.Millisecond
			s := dialTo(t, proxies[0].Addr(), asbackend.WithConnections(1, 8), asbackend.WithPolicies(asbackend.Policies{Query: query}))
			nodes[0].will(c.first...)
			nodes[1].will(c.second...)
			var last error
			for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: "set"}) {
				last = err
			}
			if !errors.Is(last, c.want) {
				t.Errorf("the error is %v, want %v", last, c.want)
			}
		})
	}
}
