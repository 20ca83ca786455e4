package engine

import (
	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// onMap carries out an operation on a map, which may be new.
func onMap(m *value.Map, op *cdt.Op, j *value.Journal) (any, *Error) {
	switch op.Kind {
	case cdt.MapSetOrder:
		m.SetOrder(j, op.Order, stored(op))
		return nil, nil
	case cdt.MapPut, cdt.MapAdd, cdt.MapReplace:
		return mapPut(m, op, j)
	case cdt.MapPutAll, cdt.MapAddAll, cdt.MapReplaceAll:
		return mapPutAll(m, op, j)
	case cdt.MapIncrement, cdt.MapDecrement:
		return mapIncrement(m, op, j)
	case cdt.MapClear:
		m.Replace(j, nil)
		return nil, nil
	case cdt.MapSize:
		return len(m.Pairs), nil
	default:
		return mapSelect(m, op, j)
	}
}

// mapFlags returns the flags of a write. Add and Replace are older than flags
// and take none.
func mapFlags(op *cdt.Op) uint8 {
	switch op.Kind {
	case cdt.MapAdd, cdt.MapAddAll:
		return createOnly
	case cdt.MapReplace, cdt.MapReplaceAll:
		return updateOnly
	default:
		return op.Flags
	}
}

// denied says why the flags deny a write to a key.
func denied(flags uint8, exists bool) *Error {
	switch {
	case exists && flags&createOnly != 0:
		return fail(ElementExists, "the map has the key")
	case !exists && flags&updateOnly != 0:
		return fail(NoElement, "the map does not have the key")
	default:
		return nil
	}
}

func mapPut(m *value.Map, op *cdt.Op, j *value.Journal) (any, *Error) {
	key, refused := storableKey(op.Key)
	if refused != nil {
		return nil, refused
	}
	v, refused := storable(op.Value)
	if refused != nil {
		return nil, refused
	}
	at, found := m.Find(key)
	flags := mapFlags(op)
	if refused := denied(flags, found); refused != nil {
		if flags&noFail == 0 {
			return nil, refused
		}
		return len(m.Pairs), nil
	}
	m.Put(j, at, found, key, v)
	return len(m.Pairs), nil
}

func mapPutAll(m *value.Map, op *cdt.Op, j *value.Journal) (any, *Error) {
	in, refused := storable(op.Values)
	if refused != nil {
		return nil, refused
	}
	items, ok := in.(*value.Map)
	if !ok {
		return nil, fail(Parameter, "the entries to put are no map")
	}
	flags := mapFlags(op)
	if len(m.Pairs) == 0 && flags&(noFail|partial) == noFail|partial {
		flags = 0 // the server puts all entries into an empty map
	}
	puts := make([]value.MapPair, 0, len(items.Pairs))
	for _, p := range items.Pairs {
		_, found := m.Find(p.Key)
		switch refused := denied(flags, found); {
		case refused == nil:
			puts = append(puts, p)
		case flags&noFail == 0:
			return nil, refused
		case flags&partial == 0:
			return len(m.Pairs), nil
		}
	}
	if len(puts) > few {
		m.Replace(j, merged(m.Pairs, puts))
		return len(m.Pairs), nil
	}
	for _, p := range puts {
		at, found := m.Find(p.Key)
		m.Put(j, at, found, p.Key, p.Value)
	}
	return len(m.Pairs), nil
}

// few is how many entries are put, or looked for, one by one rather than with a pass
// over the map.
const few = 8

// merged returns the pairs of two maps in the order of their keys. Those of puts
// come before those of pairs with the same key.
func merged(pairs, puts []value.MapPair) []value.MapPair {
	out := make([]value.MapPair, 0, len(pairs)+len(puts))
	for _, p := range pairs {
		order := -1
		for len(puts) > 0 {
			if order = value.Compare(puts[0].Key, p.Key); order > 0 {
				break
			}
			out, puts = append(out, puts[0]), puts[1:]
			if order == 0 {
				break
			}
		}
		if order != 0 {
			out = append(out, p)
		}
	}
	return append(out, puts...)
}

func mapIncrement(m *value.Map, op *cdt.Op, j *value.Journal) (any, *Error) {
	key, refused := storableKey(op.Key)
	if refused != nil {
		return nil, refused
	}
	at, found := m.Find(key)
	var old any
	if found {
		old = m.Pairs[at].Value
	}
	sign := 1
	if op.Kind == cdt.MapDecrement {
		sign = -1
	}
	sum, refused := add(old, op.Value, found, sign)
	if refused != nil {
		return nil, refused
	}
	m.Put(j, at, found, key, sum)
	return sum, nil
}

// mapSelect carries out MapGet and MapRemove.
func mapSelect(m *value.Map, op *cdt.Op, j *value.Journal) (any, *Error) {
	if op.Select == nil {
		return nil, fail(Parameter, "nothing is selected")
	}
	c := mapChooser{m: m, total: len(m.Pairs)}
	if refused := c.choose(op.Select); refused != nil {
		return nil, refused
	}
	result, refused := c.give(op.Give)
	if refused != nil {
		return nil, refused
	}
	if op.Kind == cdt.MapRemove {
		c.remove(j)
	}
	return result, nil
}
