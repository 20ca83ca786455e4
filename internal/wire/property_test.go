package wire

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/eval/evaltest"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

var scalars = rapid.OneOf(
	rapid.Just[any](nil), rapid.Map(rapid.Bool(), toAny), rapid.Map(rapid.Int(), toAny), rapid.Map(rapid.Float64(), toAny),
	rapid.Map(rapid.String(), toAny), rapid.Map(rapid.SliceOf(rapid.Byte()), toAny),
	rapid.Map(rapid.SampledFrom([]value.GeoJSON{"", "{}"}), toAny),
)

var elements = rapid.OneOf(scalars,
	rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) any { return value.NestedHLL(b) }),
	rapid.Map(rapid.Uint64Min(math.MaxInt64+1), func(u uint64) any { return value.Uint(u) }),
)

var keys = rapid.OneOf(
	rapid.Map(rapid.Int(), toAny), rapid.Map(rapid.StringN(0, 40, -1), toAny), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 3), toAny),
	rapid.Map(rapid.Uint64Min(math.MaxInt64+1), func(u uint64) any { return value.Uint(u) }),
)

func toAny[T any](v T) any { return v }

// drawElement draws a value as an element of a list or map.
func drawElement(t *rapid.T, depth int) any {
	switch kind := rapid.IntRange(0, 4).Draw(t, "kind"); {
	case kind == 0 && depth > 0:
		return drawList(t, depth)
	case kind == 1 && depth > 0:
		return drawMap(t, depth)
	}
	return elements.Draw(t, "scalar")
}

func drawList(t *rapid.T, depth int) *value.List {
	l := value.NewList()
	for range rapid.IntRange(0, 20).Draw(t, "size") {
		l.Items = append(l.Items, drawElement(t, depth-1))
	}
	if rapid.Bool().Draw(t, "ordered") {
		l.SetOrder(nil, value.Ordered, false)
	}
	return l
}

func drawMap(t *rapid.T, depth int) *value.Map {
	m := &value.Map{Order: rapid.SampledFrom([]value.Order{value.Unordered, value.Ordered, value.KeyValueOrdered}).Draw(t, "order")}
	for range rapid.IntRange(0, 20).Draw(t, "size") {
		key := keys.Draw(t, "key")
		at, found := m.Find(key)
		m.Put(nil, at, found, key, drawElement(t, depth-1))
	}
	return m
}

// drawValue draws the value of a bin.
func drawValue(t *rapid.T) any {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return drawList(t, 3)
	case 1:
		return drawMap(t, 3)
	case 2:
		return append(aerostore.HLL{}, rapid.SliceOf(rapid.Byte()).Draw(t, "HLL")...)
	default:
		return scalars.Draw(t, "scalar")
	}
}

// imported returns a value in the form in which a store keeps it.
func imported(t *rapid.T, v any) any {
	in, err := value.Import(v)
	if err != nil {
		t.Fatalf("%#v cannot be stored: %v", v, err)
	}
	return in
}

func TestAValueIsReadAsItWasAppended(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t)
		data, particle, err := AppendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseValue(particle, data)
		if err != nil {
			t.Fatalf("%#v: %v", v, err)
		}
		if kept := imported(t, got); !value.Identical(kept, v) {
			t.Fatalf("%#v became %#v", v, kept)
		}
		again, _, err := AppendValue([]byte("x"), value.Export(imported(t, got)))
		exported, _ := value.Reimport(value.Export(v)) // which does not say in what order a list is kept
		if want := value.AppendPacked([]byte("x"), exported); isContainer(v) && (err != nil || string(again) != string(want)) {
			t.Fatalf("%#v is answered as %x, want %x, %v", v, again, want, err)
		}
		if len(data) > 0 && isContainer(v) {
			if short, err := ParseValue(particle, data[:rapid.IntRange(0, len(data)-1).Draw(t, "length")]); err == nil {
				t.Fatalf("a part of %x is %#v", data, short)
			}
		}
	})
}

func isContainer(v any) bool {
	switch v.(type) {
	case *value.List, *value.Map:
		return true
	}
	return false
}

// A sent is a function of the server with arguments.
type sent struct {
	module uint8
	code   int
	f      *expr.Function
	args   []any
	path   []cdt.Step
}

func drawSent(t *rapid.T) (s sent) {
	for s.f == nil {
		s.module = rapid.SampledFrom([]uint8{expr.CDTModule, expr.CDTModule, expr.BitModule, expr.HLLModule}).Draw(t, "module")
		s.code = rapid.IntRange(0, 127).Draw(t, "code")
		if s.f = operationsOnly[s.module][s.code]; s.f == nil {
			s.f = expr.FunctionOf(&expr.Node{Module: s.module, Code: uint8(s.code)})
		}
	}
	for _, arg := range s.f.Args[:rapid.IntRange(s.f.Optional, len(s.f.Args)).Draw(t, "arguments")] {
		s.args = append(s.args, drawArgument(t, s.f, arg))
	}
	if s.module == expr.CDTModule {
		for range rapid.IntRange(0, 3).Draw(t, "steps") {
			s.path = append(s.path, drawStep(t))
		}
	}
	return s
}

func drawArgument(t *rapid.T, f *expr.Function, arg expr.Arg) any {
	switch arg {
	case expr.ArgReturn:
		return rapid.IntRange(0, 255).Draw(t, "return") | rapid.SampledFrom([]int{0, expr.Inverted}).Draw(t, "inverted")
	case expr.ArgIndex, expr.ArgCount, expr.ArgShift:
		return rapid.IntRange(-1<<40, 1<<40).Draw(t, "number")
	case expr.ArgOrder:
		return rapid.IntRange(0, 0x1f).Draw(t, "order")
	case expr.ArgFlags, expr.ArgAction:
		return rapid.IntRange(0, 255).Draw(t, "flags")
	case expr.ArgSigned:
		return rapid.IntRange(0, 1).Draw(t, "signed")
	case expr.ArgKey:
		return keys.Draw(t, "key")
	case expr.ArgKeys, expr.ArgValues:
		if f.Kind.Family() == cdt.OfMaps && f.Select == 0 {
			m := drawMap(t, 2)
			m.Order = value.Unordered
			return m
		}
		l := drawList(t, 2)
		l.Order = value.Unordered
		return l
	default:
		return drawElement(t, 2)
	}
}

func drawStep(t *rapid.T) cdt.Step {
	n := rapid.IntRange(0, 100).Draw(t, "at")
	switch rapid.IntRange(0, 8).Draw(t, "step") {
	case 0:
		return cdt.Index(-n)
	case 1:
		return cdt.Rank(n)
	case 2:
		return cdt.Value(drawElement(t, 1))
	case 3:
		return cdt.Index(n).InMap()
	case 4:
		return cdt.Rank(-n).InMap()
	case 5:
		return cdt.Value(drawElement(t, 1)).InMap()
	case 6:
		return cdt.Key(keys.Draw(t, "key"))
	case 7:
		return cdt.Key(keys.Draw(t, "key")).Create(cdt.KeyOrdered)
	default:
		return cdt.Index(n).Create(cdt.Ordered)
	}
}

// arguments appends the arguments, without a head.
func (s *sent) arguments(b []byte) []byte {
	for _, arg := range s.args {
		b = value.AppendPacked(b, arg)
	}
	return b
}

// pack returns the bytes of the function with its number among the arguments.
func (s *sent) pack(t *rapid.T) (b []byte) {
	if len(s.path) > 0 {
		packed, err := expr.PackPath(s.path)
		if err != nil {
			t.Fatal(err)
		}
		b = append([]byte{0x93, 0xcc, 0xff}, packed...)
	}
	return s.arguments(value.AppendPacked(append(b, 0x90|byte(1+len(s.args))), s.code))
}

// packOld returns the bytes with the number in front, as clients of all ages send it.
func (s *sent) packOld() []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(s.code))
	if len(s.args) == 0 {
		return b
	}
	return s.arguments(append(b, 0x90|byte(len(s.args))))
}

func (s *sent) kind() byte {
	return map[uint8][2]byte{
		expr.CDTModule: {CDTRead, CDTModify}, expr.BitModule: {BitsRead, BitsModify}, expr.HLLModule: {HLLRead, HLLModify},
	}[s.module][map[bool]int{true: 1}[s.f.Kind.Writes()]]
}

// argument returns an argument from the operation.
func (s *sent) argument(op *cdt.Op, arg expr.Arg) any {
	sel := op.Select
	number := func(n int, flag bool, is int) int {
		if flag {
			n |= is
		}
		return n
	}
	if sel != nil {
		switch arg {
		case expr.ArgReturn:
			return number(int(op.Give), sel.Inverted(), expr.Inverted)
		case expr.ArgIndex:
			return sel.At()
		case expr.ArgCount:
			n, _ := sel.Count()
			return n
		case expr.ArgTo:
			to, _ := sel.To()
			return to
		case expr.ArgKeys, expr.ArgValues:
			return sel.Values()
		default:
			return sel.Value()
		}
	}
	switch arg {
	case expr.ArgReturn:
		return int(op.Give)
	case expr.ArgIndex:
		return op.Index
	case expr.ArgCount:
		return op.Count
	case expr.ArgShift:
		return op.Shift
	case expr.ArgOrder:
		return number(int(op.Order), op.Stored, expr.Stored)
	case expr.ArgFlags:
		return int(op.Flags)
	case expr.ArgAction:
		return number(int(op.Action), op.Signed, 1)
	case expr.ArgSigned:
		return number(0, op.Signed, 1)
	case expr.ArgKey:
		return op.Key
	case expr.ArgKeys, expr.ArgValues:
		return op.Values
	default:
		return op.Value
	}
}

// asGiven returns a value in which HyperLogLogs are what they are to the operations of their
// module, which take blobs for them.
func asGiven(v any) any {
	l, ok := v.(*value.List)
	if !ok {
		return v
	}
	out := value.NewList()
	for _, e := range l.Items {
		switch h := e.(type) {
		case aerostore.HLL:
			e = []byte(h)
		case value.NestedHLL:
			e = []byte(h)
		}
		out.Items = append(out.Items, e)
	}
	return out
}

func TestAnOperationIsReadAsItWasSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSent(t)
		o, err := ParseOperation(s.kind(), Blob, "bin", s.pack(t))
		if err != nil {
			t.Fatalf("%s: %v", s.f.Name, err)
		}
		op := o.CDT()
		if op.Kind != s.f.Kind || o.Bin() != "bin" || (op.Select != nil) != (s.f.Select != 0) || op.Select != nil && op.Select.Kind() != s.f.Select {
			t.Fatalf("%s is read as %s", s.f.Name, o.Source())
		}
		sentPath, _ := expr.PackPath(s.path)
		if path, err := expr.PackPath(op.Path); err != nil || string(path) != string(sentPath) {
			t.Fatalf("the path of %s is %v, want %v", o.Source(), op.Path, s.path)
		}
		for i, arg := range s.f.Args[:len(s.args)] {
			want, got := s.args[i], s.argument(op, arg)
			if s.module == expr.HLLModule && s.f.Kind != cdt.HLLAdd && s.f.Kind != cdt.HLLMayContain {
				want, got = asGiven(want), asGiven(imported(t, got))
			}
			if kept := imported(t, got); !value.Identical(kept, want) {
				t.Fatalf("argument %q of %s is %#v, want %#v", string(rune(arg)), o.Source(), kept, want)
			}
		}
		if len(s.path) > 0 {
			return
		}
		old, err := ParseOperation(s.kind(), Blob, "bin", s.packOld())
		if err != nil || old.Source() != o.Source() {
			t.Fatalf("%s in the old form is %s, %v", o.Source(), old.Source(), err)
		}
	})
}

// encoded returns the bytes of a drawn expression. It draws another if evaltest has made one
// that cannot be sent: it defines a variable twice, or has a pattern with a back reference.
func encoded(t *rapid.T, e exp.Any) []byte {
	packed, err := e.Node().Pack()
	if refused := e.Node().Admit(); refused != nil {
		err = refused
	}
	switch {
	case err == nil:
	case strings.Contains(err.Error(), "is defined twice"), strings.Contains(err.Error(), "a regular expression does not compile"):
		t.Skip(err)
	default:
		t.Fatalf("%s: %v", e.Source(), err)
	}
	return packed
}

func TestAnExpressionIsReadAsItWasSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := evaltest.New(rapid.Uint64().Draw(t, "seed"))
		e := evaltest.Of(g.Any(4))
		packed := encoded(t, e)
		flags := rapid.IntRange(0, 0xff).Draw(t, "flags")
		data := value.AppendPacked(append([]byte{0x92}, packed...), flags)
		for _, kind := range []byte{ExpRead, ExpModify} {
			o, err := ParseOperation(kind, Blob, "bin", data)
			if err != nil {
				t.Fatalf("%s: %v", e.Source(), err)
			}
			again, err := o.Exp().Expression.Node().Pack()
			if err != nil || string(again) != string(packed) || int(o.Exp().Flags) != flags || o.Writes() != (kind == ExpModify) {
				t.Fatalf("%s became %s", e.Source(), o.Source())
			}
		}
		f := g.Expression(expr.BoolType, 4)
		filter, err := ParseFilter(encoded(t, evaltest.Of(f)))
		if typ := expr.TypeOf(f); typ != expr.BoolType && typ != expr.AnyType {
			if err == nil {
				t.Fatalf("%s is a filter", f.Source(true))
			}
			return
		}
		if err != nil || filter.Node().Source(true) != f.Source(true) {
			t.Fatalf("%s became %s, %v", f.Source(true), filter.Node().Source(true), err)
		}
	})
}

func TestAPredicateIsReadAsItWasSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bin := rapid.StringMatching(`[a-z]{1,15}`).Draw(t, "bin")
		field := append([]byte{1, byte(len(bin))}, bin...)
		add := func(particle byte, begin, end []byte) {
			field = append(field, particle)
			for _, b := range [][]byte{begin, end} {
				field = append(binary.BigEndian.AppendUint32(field, uint32(len(b))), b...)
			}
		}
		var want aerostore.Predicate
		switch rapid.IntRange(0, 2).Draw(t, "type") {
		case 0:
			from, to := rapid.Int64().Draw(t, "from"), rapid.Int64().Draw(t, "to")
			add(Integer, binary.BigEndian.AppendUint64(nil, uint64(from)), binary.BigEndian.AppendUint64(nil, uint64(to)))
			want = aerostore.Range(bin, from, to)
		case 1:
			s := rapid.String().Draw(t, "text")
			add(String, []byte(s), []byte(s))
			want = aerostore.Equal(bin, s)
		default:
			b := rapid.SliceOf(rapid.Byte()).Draw(t, "blob")
			add(Blob, b, b)
			want = aerostore.Equal(bin, b)
		}
		collection := rapid.IntRange(0, 3).Draw(t, "collection")
		want = []func(aerostore.Predicate) aerostore.Predicate{
			func(p aerostore.Predicate) aerostore.Predicate { return p },
			aerostore.Predicate.InList, aerostore.Predicate.InMapKeys, aerostore.Predicate.InMapValues,
		}[collection](want)
		var path []cdt.Step
		for range rapid.IntRange(0, 2).Draw(t, "steps") {
			path = append(path, drawStep(t))
		}
		var packed []byte
		if len(path) > 0 {
			var err error
			if packed, err = expr.PackPath(path); err != nil {
				t.Fatal(err)
			}
			want = want.At(path...)
		}
		name := rapid.StringN(0, 10, -1).Draw(t, "index")
		if name != "" {
			want = want.UsingIndex(name)
		}
		got, err := ParsePredicate(field, byte(collection), packed, name)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%#v became %#v, %v", want, got, err)
		}
		if _, err := ParsePredicate(field[:rapid.IntRange(0, len(field)-1).Draw(t, "length")], 0, nil, ""); err == nil {
			t.Fatal("a part of a range is one")
		}
	})
}

// Whatever the bytes are, they are read or refused with a code.
func TestBytesAreReadOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var data []byte
		s := drawSent(t)
		switch rapid.IntRange(0, 2).Draw(t, "bytes") {
		case 0:
			data = s.pack(t)
		case 1:
			data = value.AppendPacked(nil, drawElement(t, 2))
		default:
			data = rapid.SliceOf(rapid.Byte()).Draw(t, "random")
		}
		data = slices.Clone(data)
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			if len(data) > 0 {
				data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
			}
		}
		kind, particle := rapid.Byte().Draw(t, "kind"), rapid.Byte().Draw(t, "particle")
		if rapid.Bool().Draw(t, "fits") {
			kind = s.kind()
		}
		check := func(err error) {
			var coded *aerostore.Error
			if err != nil && (!errors.As(err, &coded) || coded.Code == aerostore.CodeOK) {
				t.Fatalf("the error %v has no code", err)
			}
		}
		o, err := ParseOperation(kind, particle, "bin", data)
		check(err)
		_ = o.Source()
		v, err := ParseValue(particle, data)
		if check(err); err == nil {
			_, _, err = AppendValue(nil, v)
			check(err)
		}
		_, err = ParseFilter(data)
		check(err)
		_, err = ParsePredicate(data, kind, data, "")
		check(err)
	})
}
