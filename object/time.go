package object

import (
	"errors"
	"reflect"
	"time"
)

// A timeForm is how a time is written.
type timeForm uint8

// The zero timeForm is unixnano.
const (
	unixNano timeForm = 1 + iota
	unixMicro
	unixMilli
	unixSeconds
	rfc3339
)

var timeForms = map[string]timeForm{
	"unixnano": unixNano, "unixmicro": unixMicro, "unixmilli": unixMilli, "unix": unixSeconds, "rfc3339": rfc3339,
}

// holdsTime reports whether a type is a time, or a pointer to, a list or a map of times.
func holdsTime(t reflect.Type, depth int) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return depth < maxDepth && holdsTime(t.Elem(), depth+1)
	default:
		return t == timeType
	}
}

func timeCodec(form timeForm) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) {
			t, _ := v.Interface().(time.Time)
			if t.IsZero() {
				return nil, nil
			}
			return form.encode(t)
		},
		decode: func(v reflect.Value, from any) error {
			t, err := form.decode(from)
			if err != nil {
				return err
			}
			v.Set(reflect.ValueOf(t))
			return nil
		},
	}
}

func (f timeForm) encode(t time.Time) (any, error) {
	switch f {
	case unixSeconds:
		return int(t.Unix()), nil
	case unixMilli:
		return int(t.UnixMilli()), nil
	case unixMicro:
		return int(t.UnixMicro()), nil
	case rfc3339:
		if y := t.Year(); y < 0 || y > 9999 {
			return nil, errors.New("the year of the time is not from 0 to 9999")
		}
		return t.Format(time.RFC3339Nano), nil
	default:
		n := t.UnixNano()
		if !time.Unix(0, n).Equal(t) {
			return nil, errors.New("the time is too far from 1970 for nanoseconds: use another option of the tag, such as unixmilli")
		}
		return int(n), nil
	}
}

func (f timeForm) decode(from any) (time.Time, error) {
	if f == rfc3339 {
		text, ok := from.(string)
		if !ok {
			return time.Time{}, mismatch(from, timeType)
		}
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return time.Time{}, errors.New("the string is no time as in RFC 3339")
		}
		return t, nil
	}
	n, ok := from.(int)
	switch {
	case !ok:
		return time.Time{}, mismatch(from, timeType)
	case f == unixSeconds:
		return time.Unix(int64(n), 0), nil
	case f == unixMilli:
		return time.UnixMilli(int64(n)), nil
	case f == unixMicro:
		return time.UnixMicro(int64(n)), nil
	default:
		return time.Unix(0, int64(n)), nil
	}
}
