package aerostore_test

import (
	"testing"

	value "github.com/aerostore/aerostore/internal/value"
)

func TestRollbackRestoresBounds(t *testing.T) {
	t.Parallel()
	inner := value.NewList(1)
	l := value.NewList(1, inner)
	m := &value.Map{}
	value.Measure(l)
	value.Measure(m)
	ofList, ofMap := l.Bound, m.Bound
	var j value.Journal
	for range 2 {
		before := j.Growth()
		l.Append(&j, "event")
		j.Grow(l, j.Growth()-before)

		before = j.Growth()
		inner.Append(&j, "event") // the change that is recorded last is of another list
		j.Grow(l, j.Growth()-before)

		before = j.Growth()
		at, found := m.Find("a")
		m.Put(&j, at, found, "a", "event")
		j.Grow(m, j.Growth()-before)
	}
	if n := value.PackedSize(l); int(l.Bound) != n {
		t.Errorf("the bound of the list is %d, want %d", l.Bound, n)
	}
	if n := value.PackedSize(m); int(m.Bound) != n {
		t.Errorf("the bound of the map is %d, want %d", m.Bound, n)
	}
	j.Rollback()
	if l.Bound != ofList || m.Bound != ofMap {
		t.Errorf("after a rollback the bounds are %d and %d, want %d and %d", l.Bound, m.Bound, ofList, ofMap)
	}
	if !value.Identical(l, value.NewList(1, value.NewList(1))) || len(m.Pairs) != 0 {
		t.Errorf("after a rollback the values are %v and %v", value.Export(l), value.Export(m))
	}
}
