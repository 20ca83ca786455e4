package asbackend_test

import (
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/storetest/vectors"
)

func TestVectors(t *testing.T) {
	s, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var opts []vectors.Option
	if strings.Contains(hosts(t), ",") { // several nodes, which replicate
		opts = append(opts, vectors.WithAnyOrder())
	}
	vectors.Run(t, func(testing.TB) aerostore.Store { return s }, opts...)
}
