package expr

import (
	"errors"
	"fmt"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// PackPath returns the path as clients send it with a query or the definition of an
// index.
func PackPath(path []cdt.Step) ([]byte, error) {
	return appendPath(make([]byte, 0, 32), path)
}

// ParsePath returns the steps of a path that PackPath packed, or a client. It keeps
// nothing of the bytes. The memory that it takes is proportional to their number.
func ParsePath(b []byte) ([]cdt.Step, error) {
	p := parser{b: b}
	steps, err := p.path()
	if err == nil && len(p.b) > 0 {
		err = errors.New("bytes follow the end")
	}
	if err != nil {
		return nil, fmt.Errorf("the bytes pack no path: %w", err)
	}
	return steps, nil
}

func appendPath(b []byte, path []cdt.Step) (_ []byte, err error) {
	b = appendLen(b, 0x90, 0xdc, 2*len(path))
	for _, step := range path {
		if b, err = appendStep(b, step); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// The kinds of steps. Those that create have one of the others added.
const (
	stepListIndex = 0x10
	stepListRank  = 0x11
	stepListValue = 0x13
	stepMapIndex  = 0x20
	stepMapRank   = 0x21
	stepMapKey    = 0x22
	stepMapValue  = 0x23

	createUnordered = 0x40
	createPadded    = 0x80 // of a list; of a map, ordered by key
	createOrdered   = 0xc0 // of a map, by key and value
)

func appendStep(b []byte, step cdt.Step) ([]byte, error) {
	if step == nil || step.Selector() == nil {
		return nil, errors.New("a step of a path selects nothing")
	}
	s, in := step.Selector(), step.Creation()
	id := byte(stepListIndex)
	if step.OfMap() {
		id = stepMapIndex
	}
	var v any = s.At()
	switch s.Kind() {
	case cdt.ByIndex:
	case cdt.ByRank:
		id |= 1
	case cdt.ByKey:
		id, v = stepMapKey, s.Value()
	case cdt.ByValue:
		id, v = id|3, s.Value()
	default:
		return nil, errors.New("a step of a path selects several elements")
	}
	if in != 0 {
		switch {
		case in.Pads():
			id |= createPadded
		case !in.IsMap() && in.Order() == value.Ordered, in.Order() == value.KeyValueOrdered:
			id |= createOrdered
		case in.Order() == value.Ordered:
			id |= createPadded
		default:
			id |= createUnordered
		}
	}
	v, err := value.Import(v)
	if err != nil {
		return nil, errors.New("a step of a path takes a value, not an expression or a type that cannot be stored")
	}
	return appendValue(appendInt(b, int(id)), v), nil
}

func (p *parser) path() (steps []cdt.Step, err error) {
	count, err := p.array()
	if err != nil {
		return nil, err
	}
	if count == 0 || count%2 != 0 {
		return nil, errForm
	}
	for range count / 2 {
		step, err := p.step()
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func (p *parser) step() (cdt.Step, error) {
	id, err := p.small(0xff)
	if err != nil {
		return nil, err
	}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	kind, creates := id&0x3f, id&0xc0
	at, isInt := value.Alone(v).(int)
	if kind == stepListIndex && at < 0 {
		creates = 0 // a server creates nothing there, and by no other selector than these
	}
	switch kind {
	case stepListValue:
		return cdt.Value(v), nil
	case stepMapValue:
		return cdt.Value(v).InMap(), nil
	case stepMapKey:
		key := cdt.Key(v)
		switch creates {
		case createUnordered:
			return key.Create(cdt.Unordered), nil
		case createPadded:
			return key.Create(cdt.KeyOrdered), nil
		case createOrdered:
			return key.Create(cdt.KeyValueOrdered), nil
		}
		return key, nil
	}
	if !isInt {
		return nil, errForm
	}
	switch kind {
	case stepListIndex:
		index := cdt.Index(at)
		switch creates {
		case createUnordered:
			return index.Create(cdt.Unordered), nil
		case createPadded:
			return index.CreatePadded(), nil
		case createOrdered:
			return index.Create(cdt.Ordered), nil
		}
		return index, nil
	case stepListRank:
		return cdt.Rank(at), nil
	case stepMapIndex:
		return cdt.Index(at).InMap(), nil
	case stepMapRank:
		return cdt.Rank(at).InMap(), nil
	}
	return nil, errForm
}
