package aerostore_test

import (
	"errors"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

// A pointer has the methods of what it points to, so it is a selector, step or flag too.
func TestNilPointersAreRefusedOrIgnored(t *testing.T) {
	t.Parallel()
	s, key := memory.NewT(t), aerostore.NewKey("test", "users", 1)
	l, m := aerostore.ListBin("l"), aerostore.MapBin("m")
	for name, op := range map[string]aerostore.Operation{
		"selector of a list":    l.Get((*cdt.Many)(nil)),
		"selector of a map":     m.Get((*cdt.OneKey)(nil)),
		"selector to remove by": m.Remove((*cdt.Keyed)(nil)),
		"step":                  l.In((*cdt.OneIndex)(nil)).Append(1),
		"step that creates":     m.In((*cdt.Creation)(nil)).Put("a", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Operate(t.Context(), key, []aerostore.Operation{op})
			if !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("the operation gave %v", err)
			}
		})
	}
	if got, want := m.Get(cdt.Key("a"), (*cdt.MapGive)(nil)), m.Get(cdt.Key("a")); !got.Equal(want) {
		t.Errorf("a nil pointer to what to return changed the operation")
	}
	if got, want := l.With(nilPointer(cdt.NoFail)).Append(1), l.Append(1); !got.Equal(want) {
		t.Errorf("a nil pointer to a flag changed the operation")
	}
}

// A filter that an application keeps as a pointer is nil where there is none.
func TestOptionsThatAreNilPointersAreIgnored(t *testing.T) {
	t.Parallel()
	s, key := memory.NewT(t), aerostore.NewKey("test", "users", 1)
	var filter *aerostore.Filter
	if err := s.Put(t.Context(), key, aerostore.Bins{"n": 1}, filter, (*aerostore.TTL)(nil)); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), key, filter); err != nil {
		t.Error(err)
	}
	items := []aerostore.BatchItem{{Key: key, Bins: aerostore.Bins{"n": 1}, Options: []aerostore.WriteOption{filter}}}
	if results, err := s.BatchWrite(t.Context(), items); err != nil || aerostore.BatchErrors(results) != nil {
		t.Error(results, err)
	}
	q := aerostore.Query{Namespace: "test", Set: "users", Options: []aerostore.ReadOption{filter}}
	if _, err := aerostore.Execute(t.Context(), s, q, []aerostore.Operation{aerostore.AddBin("n", 1)}, (*aerostore.OnProgress)(nil)); err != nil {
		t.Error(err)
	}
}

func nilPointer[T any](T) *T { return nil }
