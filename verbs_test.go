package aerostore_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// Each kind of operation but those of expressions is made by a verb.
func TestEachKindHasAVerb(t *testing.T) {
	t.Parallel()
	made := map[cdt.Kind]bool{}
	for family, handle := range map[cdt.Family]any{
		cdt.OfLists: aerostore.ListBin("b"), cdt.OfMaps: aerostore.MapBin("b"),
		cdt.OfBits: aerostore.BitBin("b"), cdt.OfHLLs: aerostore.HLLBin("b"),
	} {
		v := reflect.ValueOf(handle)
		for i := range v.NumMethod() {
			name, verb := v.Type().Method(i).Name, v.Method(i)
			if verb.Type().Out(0) != reflect.TypeFor[aerostore.Operation]() {
				continue
			}
			o := verb.Call(arguments(t, verb.Type()))[0].Interface().(aerostore.Operation)
			op := o.CDT()
			if op == nil || op.Kind.Family() != family {
				t.Errorf("%T.%s makes %s", handle, name, o)
				continue
			}
			made[op.Kind] = true
			if err := op.Check(); err != nil {
				t.Errorf("%T.%s: %v", handle, name, err)
			}
			if o.Writes() != op.Kind.Writes() || !strings.HasPrefix(o.String(), o.Kind().String()+" ") {
				t.Errorf("%T.%s is %q of kind %s, writes: %v", handle, name, o, o.Kind(), o.Writes())
			}
		}
	}
	for k := cdt.Kind(1); k.Family() != 0; k++ {
		if !made[k] && k != cdt.HLLMayContain {
			t.Errorf("no verb makes %s", k)
		}
	}
}

// arguments returns arguments for the parameters of a function, none for the
// variable ones at its end.
func arguments(t *testing.T, f reflect.Type) (in []reflect.Value) {
	t.Helper()
	samples := []reflect.Value{reflect.ValueOf(1), reflect.ValueOf(cdt.Index(0)), reflect.ValueOf([]byte{1})}
	n := f.NumIn()
	if f.IsVariadic() {
		n--
	}
next:
	for i := range n {
		for _, v := range samples {
			if v.CanConvert(f.In(i)) {
				in = append(in, v.Convert(f.In(i)))
				continue next
			}
		}
		in = append(in, reflect.Zero(f.In(i)))
	}
	return in
}
