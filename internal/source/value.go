package source

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	value "github.com/aerostore/aerostore/internal/value"
)

// Value returns a value, such as []any{1, "a"}.
func Value(v any) string {
	var w values
	w.write(v, 0)
	return w.text.String()
}

// arguments returns values, separated by commas.
func arguments(all []any) string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = Value(v)
	}
	return strings.Join(texts, ", ")
}

// values writes values.
type values struct {
	text    strings.Builder
	tooDeep bool
}

func (w *values) write(v any, depth int) {
	if w.tooDeep || depth > value.MaxDepth { // it may contain itself
		if !w.tooDeep {
			w.text.WriteString("nil /* and more levels than a server stores */")
		}
		w.tooDeep = true
		return
	}
	switch v := v.(type) {
	case nil:
		w.text.WriteString("nil")
	case []byte:
		w.text.WriteString(bytesSource(v))
	case value.HLL:
		w.text.WriteString("HLL(" + stringSource(string(v)) + ")")
	case value.NestedHLL:
		w.text.WriteString("HLL(" + stringSource(string(v)) + ")")
	case value.Uint:
		fmt.Fprintf(&w.text, "uint64(%d)", uint64(v))
	case value.GeoJSON:
		w.text.WriteString("GeoJSON(" + stringSource(string(v)) + ")")
	case value.Edge:
		w.text.WriteString(edgeSource(v))
	case value.Unreadable:
		w.text.WriteString("Unreadable{}")
	case []value.MapPair:
		w.pairs(v, depth)
	case value.Pairs:
		w.pairs(v, depth)
	case value.OpResults:
		w.list("OpResults", v, depth)
	case *value.List:
		w.text.WriteString(keptAs(v.Order, v.Indexed))
		w.list("[]any", v.Items, depth)
	case *value.Map:
		w.keptMap(v, depth)
	default:
		w.other(reflect.ValueOf(v), depth)
	}
}

func (w *values) list(typeName string, items []any, depth int) {
	w.text.WriteString(typeName + "{")
	for i, v := range items {
		w.comma(i)
		w.write(v, depth+1)
	}
	w.text.WriteByte('}')
}

func (w *values) comma(i int) {
	if i > 0 {
		w.text.WriteString(", ")
	}
}

func (w *values) pairs(pairs []value.MapPair, depth int) {
	w.text.WriteString("[]MapPair{")
	for i, p := range pairs {
		w.comma(i)
		w.text.WriteString("{Key: ")
		w.write(p.Key, depth+1)
		w.text.WriteString(", Value: ")
		w.write(p.Value, depth+1)
		w.text.WriteByte('}')
	}
	w.text.WriteByte('}')
}

// keptMap writes an ordered map as callers read it, and another one as a Go map.
func (w *values) keptMap(m *value.Map, depth int) {
	if m.Order == value.Ordered && !m.Indexed {
		w.pairs(m.Pairs, depth)
		return
	}
	w.text.WriteString(keptAs(m.Order, m.Indexed) + "map[any]any{")
	for i, p := range m.Pairs {
		w.comma(i)
		if key, ok := p.Key.([]byte); ok {
			fmt.Fprintf(&w.text, "[%d]byte%s", len(key), hexList(key))
		} else {
			w.write(p.Key, depth+1)
		}
		w.text.WriteString(": ")
		w.write(p.Value, depth+1)
	}
	w.text.WriteByte('}')
}

// keptAs returns a comment about what a Go literal does not say.
func keptAs(order value.Order, indexed bool) string {
	text := map[value.Order]string{value.Ordered: "ordered", value.KeyValueOrdered: "ordered by key and value"}[order]
	if indexed {
		text = strings.TrimSpace(text + " with an index")
	}
	if text == "" {
		return ""
	}
	return "/* " + text + " */ "
}

// other writes a value by its kind.
func (w *values) other(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			w.text.WriteString(typeOf(v) + "(nil)")
			return
		}
		w.elements(v, depth)
	case reflect.Array:
		if b, ok := bytesOf(v); ok {
			w.text.WriteString(typeOf(v) + hexList(b))
			return
		}
		w.elements(v, depth)
	case reflect.Map:
		w.goMap(v, depth)
	default:
		w.text.WriteString(scalar(v))
	}
}

func (w *values) elements(v reflect.Value, depth int) {
	w.text.WriteString(typeOf(v) + "{")
	for i := range v.Len() {
		w.comma(i)
		w.element(v.Index(i), depth)
	}
	w.text.WriteByte('}')
}

// element writes an element, without its type if the container has it.
func (w *values) element(v reflect.Value, depth int) {
	if plain := plainSource(v); plain != "" {
		w.text.WriteString(plain)
		return
	}
	w.write(v.Interface(), depth+1)
}

func (w *values) goMap(v reflect.Value, depth int) {
	if v.IsNil() {
		w.text.WriteString(typeOf(v) + "(nil)")
		return
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		ka, _ := value.Import(a.Interface())
		kb, _ := value.Import(b.Interface())
		if c := value.Compare(ka, kb); c != 0 {
			return c
		}
		return strings.Compare(Value(a.Interface()), Value(b.Interface()))
	})
	w.text.WriteString(typeOf(v) + "{")
	for i, key := range keys {
		w.comma(i)
		w.element(key, depth)
		w.text.WriteString(": ")
		w.element(v.MapIndex(key), depth)
	}
	w.text.WriteByte('}')
}

// scalar returns a value that has no elements.
func scalar(v reflect.Value) string {
	plain := plainSource(v)
	switch v.Interface().(type) {
	case bool, int, float64, string:
		return plain
	}
	if plain == "" {
		return "nil /* of type " + typeOf(v) + " */"
	}
	return typeOf(v) + "(" + plain + ")"
}

// plainSource returns a number, string or bool without its type, and "" for another
// value.
func plainSource(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return floatSource(v.Float(), v.Type().Bits())
	case reflect.String:
		return stringSource(v.String())
	default:
		return ""
	}
}

// floatSource returns a literal that is a float where an any is expected.
func floatSource(f float64, bits int) string {
	switch {
	case math.IsNaN(f):
		return "math.NaN()"
	case math.IsInf(f, 1):
		return "math.Inf(1)"
	case math.IsInf(f, -1):
		return "math.Inf(-1)"
	case f == 0 && math.Signbit(f):
		return "math.Copysign(0, -1)"
	}
	text := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

func stringSource(s string) string {
	if strings.ContainsAny(s, `"\`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

func bytesSource(b []byte) string {
	switch {
	case b == nil:
		return "[]byte(nil)"
	case len(b) > 0 && isText(b):
		return "[]byte(" + stringSource(string(b)) + ")"
	default:
		return "[]byte" + hexList(b)
	}
}

func isText(b []byte) bool {
	return utf8.Valid(b) && !slices.ContainsFunc([]rune(string(b)), func(r rune) bool { return !unicode.IsPrint(r) })
}

// hexList returns bytes in braces.
func hexList(b []byte) string {
	texts := make([]string, len(b))
	for i, x := range b {
		texts[i] = fmt.Sprintf("0x%02x", x)
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

func bytesOf(v reflect.Value) ([]byte, bool) {
	if v.Type().Elem().Kind() != reflect.Uint8 {
		return nil, false
	}
	b := make([]byte, v.Len())
	reflect.Copy(reflect.ValueOf(b), v)
	return b, true
}

func edgeSource(e value.Edge) string {
	if e == value.Wildcard {
		return "cdt.Wildcard"
	}
	return "cdt.Infinity"
}

var inGo = strings.NewReplacer("interface {}", "any", "uint8", "byte", "aerostore.", "")

func typeOf(v reflect.Value) string { return inGo.Replace(v.Type().String()) }
