//nolint:gosec // G115: numbers are read from the bits that they are stored in.
package expr

import (
	"errors"
	"math"

	value "github.com/aerostore/aerostore/internal/value"
)

// value reads a value.
func (p *parser) value(depth int) (any, error) {
	c, err := p.byte()
	if err != nil {
		return nil, err
	}
	switch {
	case c < 0x80, c >= 0xe0:
		return int(int8(c)), nil
	case c&0xf0 == 0x80:
		return p.mapOf(int(c&0x0f), depth)
	case c&0xf0 == 0x90:
		return p.listOf(int(c&0x0f), depth)
	}
	switch c {
	case 0xc0:
		return nil, nil
	case 0xc2:
		return false, nil
	case 0xc3:
		return true, nil
	case 0xca:
		u, err := p.uint(4)
		return float64(math.Float32frombits(uint32(u))), err
	case 0xcb:
		u, err := p.uint(8)
		return math.Float64frombits(u), err
	case 0xcc:
		u, err := p.uint(1)
		return int(u), err
	case 0xcd:
		u, err := p.uint(2)
		return int(u), err
	case 0xce:
		u, err := p.uint(4)
		return int(u), err
	case 0xcf:
		u, err := p.uint(8)
		if u > math.MaxInt64 {
			return value.Uint(u), err
		}
		return int(u), err
	case 0xd0:
		u, err := p.uint(1)
		return int(int8(u)), err
	case 0xd1:
		u, err := p.uint(2)
		return int(int16(u)), err
	case 0xd2:
		u, err := p.uint(4)
		return int(int32(u)), err
	case 0xd3:
		u, err := p.uint(8)
		return int(u), err
	case 0xd4:
		b, err := p.take(2)
		switch {
		case err != nil:
			return nil, err
		case b[0] == 0xff && b[1] == 0:
			return value.Wildcard, nil
		case b[0] == 0xff && b[1] == 1:
			return value.Infinity, nil
		}
		return nil, errValue
	case 0xdc, 0xdd:
		n, err := p.length(2 << (c - 0xdc))
		if err != nil {
			return nil, err
		}
		return p.listOf(n, depth)
	case 0xde, 0xdf:
		n, err := p.length(2 << (c - 0xde))
		if err != nil {
			return nil, err
		}
		return p.mapOf(n, depth)
	}
	n, ok, err := p.textLen(c)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errValue
	}
	b, err := p.take(n)
	if err != nil || n == 0 {
		return nil, errValue
	}
	switch b[0] {
	case 3:
		return string(b[1:]), nil
	case 4:
		return append([]byte{}, b[1:]...), nil
	case 18:
		return append(value.NestedHLL{}, b[1:]...), nil
	case 23:
		return value.GeoJSON(b[1:]), nil
	}
	return nil, errValue
}

var errValue = errors.New("a value is of no known type")

// order reads how a list or map is kept, if that stands at its begin.
func (p *parser) order() (order value.Order, ok bool) {
	if len(p.b) < 3 || p.b[0] != 0xc7 || p.b[1] != 0 {
		return 0, false
	}
	order = value.Order(p.b[2] & 0x0f)
	p.b = p.b[3:]
	return order, true
}

func (p *parser) listOf(n, depth int) (any, error) {
	if depth >= maxNesting || n > len(p.b) {
		return nil, errNested
	}
	order, ok := p.order()
	if ok {
		if n == 0 || order > value.Ordered {
			return nil, errValue
		}
		n--
	}
	l := &value.List{Items: make([]any, 0, min(n, few)), Order: order}
	for range n {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		l.Items = append(l.Items, v)
	}
	return l, nil
}

func (p *parser) mapOf(n, depth int) (any, error) {
	if depth >= maxNesting || n > len(p.b) {
		return nil, errNested
	}
	order, ok := p.order()
	if ok {
		if v, err := p.value(depth + 1); n == 0 || err != nil || v != nil || order == 2 || order > value.KeyValueOrdered {
			return nil, errValue
		}
		n--
	}
	pairs := make([]value.MapPair, 0, min(n, few))
	for range n {
		key, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, value.MapPair{Key: key, Value: v})
	}
	return value.NewMap(order, pairs...)
}

// maxNesting is how deep values nest in a server.
const maxNesting = 256
