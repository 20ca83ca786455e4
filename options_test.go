package aerostore

import (
	"reflect"
	"testing"
)

// Each field is copied by hand in four methods.
func TestEachFieldOfOptionsIsPassedOn(t *testing.T) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Options]()) {
		set := Options{GenerationCheck: GenerationMustEqual} // without which Generation means nothing
		switch v := reflect.ValueOf(&set).Elem().FieldByIndex(f.Index); {
		case v.CanInt():
			v.SetInt(7)
		case v.CanUint():
			v.SetUint(1)
		default:
			v.SetBool(true)
		}
		if got := writeOptions([]WriteOption{set}); got != set {
			t.Errorf("%s: as an option of a write, %+v is %+v", f.Name, set, got)
		}
		if got := writeOptions(set.forWrite()); got != set {
			t.Errorf("%s: a typed store gets %+v for a write, want %+v", f.Name, got, set)
		}
		if got, want := readOptions(set.forRead()), readOptions([]ReadOption{set}); got != want {
			t.Errorf("%s: a typed store gets %+v for a read, want %+v", f.Name, got, want)
		}
	}
}
