package cdt

import (
	"errors"

	value "github.com/aerostore/aerostore/internal/value"
)

// Check returns an error for an operation that must not be sent. Each of these
// has ended an 8.1 server, kept it busy until the client gave up, or stored a key
// that nothing finds again. Apply carries them out without harm.
//
// What cannot be known before is whether a list has a stored index. There
// [ListSort] may end the server, and so do [ListSet], [ListInsert] and
// [ListIncrement] beyond the end.
func (op *Op) Check() error {
	for _, step := range op.Path {
		if err := checkStep(step); err != nil {
			return err
		}
	}
	if s := op.Select; s != nil {
		if n, counted := s.Count(); counted && n < 0 {
			return errors.New("a range has a negative count")
		}
		none := s.Kind() == ByKeyList || s.Kind() == ByValueList
		if s.Inverted() && none && len(s.Values()) == 0 && op.Kind.Family() == OfMaps {
			return errors.New("nothing is inverted: select all entries instead of those that are not among none")
		}
	}
	switch op.Kind {
	case BitLShift, BitRShift:
		if op.Flags&uint8(Partial) != 0 {
			return errors.New("a shift takes no flag for a part of the range")
		}
	case ListPopRange, ListRemoveRange, ListGetRange, ListTrim:
		if op.Counted && op.Count < 0 {
			return errors.New("a range has a negative count")
		}
	}
	return nil
}

func checkStep(step Step) error {
	s, in := step.Selector(), step.Creation()
	if s == nil {
		return errors.New("a step of the path selects nothing")
	}
	if s.Kind() == ByKey && in != 0 {
		if key, err := value.Import(s.Value()); err != nil || !value.IsKey(key) {
			return errors.New("a step of the path creates a key that is no string, integer or bytes")
		}
	}
	if in == 0 || in.IsMap() {
		return nil
	}
	switch {
	case s.At() < 0:
		return errors.New("a step of the path creates an element at an index from the end")
	case in.Pads() && s.At() > value.MaxRecord:
		return errors.New("a step of the path creates a list that no record holds")
	case in.Order() == value.Ordered && s.At() > value.MaxRecord:
		return errors.New("a step of the path creates an element at an index that no list has")
	}
	return nil
}
