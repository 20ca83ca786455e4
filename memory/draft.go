package memory

import (
	"slices"

	"github.com/aerostore/aerostore"
)

// A draft is the bins of a record while a write changes them, in a slice of
// its own. As with append, the result of a method takes the place of the
// draft. The values are shared with the record and never changed.
type draft []bin

// draftOf returns a draft that begins with those bins.
func draftOf(bins []bin) draft {
	return append(make(draft, 0, len(bins)), bins...)
}

// compact returns the bins without much room to spare.
func (d draft) compact() []bin {
	const spare = 2
	if cap(d)-len(d) > spare {
		return draftOf(d)
	}
	return d
}

// write sets a bin; nil deletes it.
func (d draft) write(name string, value any) (draft, aerostore.ResultCode) {
	i := indexOf(d, name)
	if value == nil {
		if i >= 0 {
			d = slices.Delete(d, i, i+1)
		}
		return d, aerostore.CodeOK
	}
	// Within lists and maps a server takes any text for GeoJSON.
	if geo, ok := value.(aerostore.GeoJSON); ok && !validGeoJSON(string(geo)) {
		return d, aerostore.CodeInvalidGeoJSON
	}
	return d.set(i, name, clone(value)), aerostore.CodeOK
}

// modify adds, appends or prepends to a bin. One that is not there takes the
// operand, of whatever type (append_missing_bin in basic.jsonl).
func (d draft) modify(kind aerostore.OperationKind, name string, operand any) (draft, aerostore.ResultCode) {
	if operand == nil {
		return d, aerostore.CodeParameter
	}
	i := indexOf(d, name)
	if i < 0 {
		return d.write(name, operand)
	}
	value, code := combine(kind, d[i].value, clone(operand))
	if code != aerostore.CodeOK {
		return d, code
	}
	return d.set(i, name, value), aerostore.CodeOK
}

// set stores a value of the draft's own at i, at the end if i is negative.
func (d draft) set(i int, name string, value any) draft {
	if i < 0 {
		return append(d, bin{name, value})
	}
	d[i].value = value
	return d
}
