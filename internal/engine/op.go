// Package engine carries out operations on lists, maps, bits and
// HyperLogLogs as the server does.
//
// A [cdt.Op] is data. [Apply] carries one out on the value of a bin and returns
// the result. An operation that fails changes nothing. To undo the operations
// before it as well, pass a journal.
package engine

import (
	"fmt"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Code is the result code of the server.
type Code uint8

// The codes of operations.
const (
	Parameter     Code = 4  // an argument that is never valid
	BinExists     Code = 6  // a bin that must not exist
	BinType       Code = 12 // a bin, or an element, of another type
	TooBig        Code = 13 // more than a record of any server holds
	BinNotFound   Code = 17
	NoElement     Code = 23 // a key that must exist
	ElementExists Code = 24 // a key or value that must not exist
	NotApplicable Code = 26 // not possible with what is there
)

// An Error says why an operation was refused. It shows no value.
type Error struct {
	Code   Code
	Reason string
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

func fail(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Reason: fmt.Sprintf(format, args...)}
}

// Apply carries out op on the value of a bin, nil if it is missing. It returns
// the value of the bin afterwards, which may be the same, changed in place, and
// what the operation gives, nil for nothing. On an error the bin is as it was.
//
// The bin holds values of package value. Apply keeps no argument of op, and
// what it returns shares nothing with the bin.
func Apply(bin any, op *cdt.Op, j *value.Journal) (after, result any, err error) {
	var refused *Error
	switch op.Kind.Family() {
	case 0:
		refused = fail(Parameter, "there is no such operation")
	case cdt.OfLists, cdt.OfMaps:
		after, result, refused = applyNested(bin, op, j)
	case cdt.OfBits:
		after, result, refused = applyBits(bin, op)
	default:
		after, result, refused = applyHLL(bin, op)
	}
	if refused != nil {
		return bin, nil, refused
	}
	return after, result, nil
}

// deniedBin reports whether the flags of an operation on bits or a HyperLogLog deny it,
// because the bin exists or does not. With noFail that is no error.
func deniedBin(bin any, op *cdt.Op, flags uint8) (denied bool, refused *Error) {
	switch {
	case bin != nil && flags&createOnly != 0:
		refused = fail(BinExists, "the bin exists")
	case bin == nil && (!op.Kind.Creates() || flags&updateOnly != 0):
		refused = fail(BinNotFound, "the bin does not exist")
	default:
		return false, nil
	}
	if flags&noFail != 0 {
		return true, nil
	}
	return true, refused
}

// The flags of writes.
const (
	addUnique     = uint8(cdt.AddUnique)
	insertBounded = uint8(cdt.InsertBounded)
	createOnly    = uint8(cdt.CreateOnly)
	updateOnly    = uint8(cdt.UpdateOnly)
	noFail        = uint8(cdt.NoFail)
	partial       = uint8(cdt.Partial)
	allowFold     = uint8(cdt.AllowFold)
)

// What Get and Remove give.
const (
	giveNothing      = uint8(cdt.Nothing)
	giveIndex        = uint8(cdt.IndexOf)
	giveReverseIndex = uint8(cdt.ReverseIndexOf)
	giveRank         = uint8(cdt.RankOf)
	giveReverseRank  = uint8(cdt.ReverseRankOf)
	giveCount        = uint8(cdt.Count)
	giveKey          = uint8(cdt.KeyOf)
	giveValue        = uint8(cdt.Elements)
	givePairs        = uint8(cdt.Pairs)
	giveExists       = uint8(cdt.Exists)
	giveMap          = uint8(cdt.AsMap)
	giveOrderedMap   = uint8(cdt.AsOrderedMap)
)
