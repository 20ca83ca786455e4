package object

import (
	"errors"
	"fmt"
	"math"
	"reflect"
)

func boolCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) { return v.Bool(), nil },
		decode: func(v reflect.Value, from any) error {
			switch from {
			case true, 1:
				v.SetBool(true)
			case false, 0:
				v.SetBool(false)
			default:
				return mismatch(from, t)
			}
			return nil
		},
	}
}

func intCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) { return int(v.Int()), nil },
		decode: func(v reflect.Value, from any) error {
			n, ok := from.(int)
			switch {
			case !ok:
				return mismatch(from, t)
			case v.OverflowInt(int64(n)):
				return overflow(t)
			}
			v.SetInt(int64(n))
			return nil
		},
	}
}

func uintCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) {
			if v.Uint() > math.MaxInt64 {
				return nil, errors.New("the integer is larger than a server stores")
			}
			return int(v.Uint()), nil //nolint:gosec // G115: checked above
		},
		decode: func(v reflect.Value, from any) error {
			n, ok := from.(int)
			switch {
			case !ok:
				return mismatch(from, t)
			case n < 0 || v.OverflowUint(uint64(n)):
				return overflow(t)
			}
			v.SetUint(uint64(n))
			return nil
		},
	}
}

func overflow(t reflect.Type) error { return fmt.Errorf("the number does not fit in a %s", t) }

// floatCodec also reads integers that a float holds exactly, which other programs write
// for whole numbers.
func floatCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) { return v.Float(), nil },
		decode: func(v reflect.Value, from any) error {
			f, ok := from.(float64)
			if n, isInt := from.(int); isInt {
				f, ok = float64(n), true
				if n < -1<<53 || 1<<53 < n {
					return overflow(t)
				}
			}
			switch {
			case !ok:
				return mismatch(from, t)
			case v.OverflowFloat(f) && !math.IsInf(f, 0):
				return overflow(t)
			}
			v.SetFloat(f)
			return nil
		},
	}
}

func stringCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) { return v.String(), nil },
		decode: func(v reflect.Value, from any) error {
			s, ok := from.(string)
			if !ok {
				return mismatch(from, t)
			}
			v.SetString(s)
			return nil
		},
	}
}

// bytesCodec is that of slices and arrays of bytes.
func bytesCodec(t reflect.Type) codec {
	return codec{
		encode: func(v reflect.Value, _ int) (any, error) {
			switch {
			case v.Kind() == reflect.Array:
				b := make([]byte, v.Len())
				reflect.Copy(reflect.ValueOf(b), v)
				return b, nil
			case v.IsNil():
				return nil, nil
			}
			return v.Bytes(), nil
		},
		decode: func(v reflect.Value, from any) error {
			b, ok := from.([]byte)
			switch {
			case !ok:
				return mismatch(from, t)
			case v.Kind() == reflect.Slice:
				v.SetBytes(b)
			case v.Len() != len(b):
				return fmt.Errorf("a blob of %d bytes does not fit in a %s", len(b), t)
			default:
				reflect.Copy(v, reflect.ValueOf(b))
			}
			return nil
		},
	}
}
