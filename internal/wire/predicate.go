package wire

import (
	"encoding/binary"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
	"github.com/aerostore/aerostore/internal/geo"
)

// ParseFilter returns the filter that a client sent with a call.
func ParseFilter(data []byte) (aerostore.Filter, error) {
	e, err := exp.Decode[exp.Bool](data)
	if err == nil {
		err = e.Node().Admit()
	}
	if err != nil {
		return aerostore.Filter{}, refused(err)
	}
	return aerostore.Filter(e), nil
}

// ParsePredicate returns the condition of a query from its fields: the range, the type of
// the collection, the packed path, nil for none, and the name of the index, "" for none.
func ParsePredicate(field []byte, collection byte, path []byte, index string) (p aerostore.Predicate, err error) {
	errForm := refuse("the range of an index has another form")
	if len(field) < 2 || field[0] != 1 || len(field) < 3+int(field[1]) {
		return p, errForm
	}
	bin, particle, rest := string(field[2:2+field[1]]), field[2+int(field[1])], field[3+int(field[1]):]
	begin, rest, ok := cut(rest)
	end, rest, also := cut(rest)
	if !ok || !also || len(rest) > 0 {
		return p, errForm
	}
	switch particle {
	case Integer:
		if len(begin) != 8 || len(end) != 8 {
			return p, errForm
		}
		from, to := binary.BigEndian.Uint64(begin), binary.BigEndian.Uint64(end)
		p = aerostore.Range(bin, int64(from), int64(to)) //nolint:gosec // G115: the bits
	case String:
		p = aerostore.Equal(bin, string(begin))
	case Blob:
		p = aerostore.Equal(bin, append([]byte{}, begin...))
	case GeoJSON:
		shape, err := geo.Parse(string(begin))
		if err != nil {
			return p, refused(err)
		}
		if p = aerostore.Within(bin, aerostore.GeoJSON(begin)); shape.IsPoint() {
			p = aerostore.Containing(bin, aerostore.GeoJSON(begin))
		}
	default:
		return p, refuse("no index has values of the type")
	}
	switch collection {
	case 0:
	case 1:
		p = p.InList()
	case 2:
		p = p.InMapKeys()
	case 3:
		p = p.InMapValues()
	default:
		return p, refuse("the collection of an index is unknown")
	}
	if len(path) > 0 {
		steps, err := expr.ParsePath(path)
		if err != nil {
			return p, refused(err)
		}
		p = p.At(steps...)
	}
	if index != "" {
		p = p.UsingIndex(index)
	}
	return p, nil
}

// cut cuts bytes with their length in front.
func cut(b []byte) (part, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(b))
	if b = b[4:]; n > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}
