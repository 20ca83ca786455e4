package engine

import (
	"slices"

	value "github.com/aerostore/aerostore/internal/value"
)

// An among finds values among several. Integers and strings are looked up, so that many
// values are not compared with each of many elements.
type among struct {
	known  map[any]struct{}
	others []any // among them wildcards, which equal more than one value
}

func amongOf(values []any) (a among) {
	for _, v := range values {
		switch v.(type) {
		case int, string:
			if a.known == nil {
				a.known = make(map[any]struct{}, len(values))
			}
			a.known[v] = struct{}{}
		default:
			a.others = append(a.others, v)
		}
	}
	return a
}

// equals reports whether e equals one of the values.
func (a *among) equals(e any) bool {
	switch e.(type) {
	case int, string:
		if _, ok := a.known[e]; ok {
			return true
		}
	}
	return slices.ContainsFunc(a.others, func(v any) bool { return value.Compare(e, v) == 0 })
}
