package cdt

import (
	"errors"
	"fmt"

	value "github.com/aerostore/aerostore/internal/value"
)

// Check returns an error for an operation that must not be sent, or that no client can
// send. Most of these end an 8.1 server, keep it busy until the client gives up, or store
// a key that nothing finds again. Arguments that a server refuses without harm pass: its
// result code says what is wrong.
//
// Check cannot see two dangers, which depend on the record. On a list with a stored index,
// [ListSort] may end the server, and so do [ListSet], [ListInsert] and [ListIncrement]
// beyond the end. [BitOr], [BitXor] and [BitAnd] that [Partial] cuts may end it if the
// blobs that the command writes have more than half a mebibyte.
func (op *Op) Check() error {
	switch {
	case op.Kind.Family() == 0:
		return errors.New("there is no such operation")
	case op.Kind == HLLMayContain:
		return errors.New("only an expression can test what a HyperLogLog may contain")
	case len(op.Path) > 0 && op.Kind.Family() == OfHLLs:
		return errors.New("a HyperLogLog is the value of a bin: its operations take no path")
	case len(op.Path) >= value.MaxDepth:
		return fmt.Errorf("the path has as many steps as values have levels, which are %d", value.MaxDepth)
	}
	for _, step := range op.Path {
		if err := checkStep(step); err != nil {
			return err
		}
	}
	switch op.Kind {
	case ListGet, ListRemove, MapGet, MapRemove:
		return op.checkSelect()
	case BitLShift, BitRShift:
		if op.Flags&Partial.Number() != 0 && op.Shift >= 8 && (op.Index < 0 || op.Index >= 8) { // a server moves whole bytes, from beyond the end
			return errors.New("a shift of bits with the flag Partial is by less than 8, unless the offset is from 0 to 7")
		}
	}
	return nil
}

func (op *Op) checkSelect() error {
	s := op.Select
	if s == nil {
		return errors.New("nothing is selected: the operation has no selector")
	}
	switch s.Kind() {
	case ByKey, ByKeyList, ByKeyInterval, ByKeyRelativeIndex:
		if op.Kind.Family() == OfLists {
			return errors.New("a key selects from a map, not from a list")
		}
	}
	switch s.Kind() {
	case ByKeyList, ByValueList:
		if s.Inverted() && len(s.Values()) == 0 && op.Kind.Family() == OfMaps {
			return errors.New("the selector inverts a list of no keys or values: use All for everything")
		}
	}
	return nil
}

func checkStep(step Step) error {
	if value.IsNil(step) || step.Selector() == nil {
		return errors.New("a step of the path selects nothing")
	}
	s, in := step.Selector(), step.Creation()
	switch {
	case in == 0:
		return nil
	case in.IsMap():
		if key, err := value.Import(s.Value()); err != nil || !value.IsKey(key) {
			return errors.New("a step of the path creates a key that is no string, integer or []byte")
		}
		return nil
	case s.At() < 0:
		return errors.New("a step of the path creates an element at an index from the end")
	case s.At() > value.MaxRecord && (in.Pads() || in.Order() == value.Ordered):
		return errors.New("a step of the path creates an element at an index that no list in a record has")
	}
	return nil
}
