package aerostore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestIndexNamesThatDoNotFitACommandAreRefused(t *testing.T) {
	good := aerostore.Index{Namespace: "test", Set: "users", Name: "by age", Bin: "age/years", Type: aerostore.IndexInt}
	if err := good.CheckCreate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for fault, says := range map[string]string{
		"caf\xe9": "UTF-8", "users ": "space", " users": "space", "a;b": "separate", "a:b": "separate", "a,b": "separate",
		"a=b": "separate", "a|b": "separate", "a\nb": "control", "a\tb": "control", "a\x01b": "control", "a\x7fb": "control",
	} {
		set, name, bin, namespace := good, good, good, good
		set.Set, name.Name, bin.Bin, namespace.Namespace = fault, fault, fault, fault
		for what, x := range map[string]aerostore.Index{"set": set, "name": name, "bin": bin, "namespace": namespace} {
			if what == "name" && strings.ContainsAny(fault, ",=|") {
				if err := errors.Join(x.CheckCreate(t.Context()), x.CheckDrop(t.Context())); err != nil {
					t.Errorf("the name %q: %v", fault, err)
				}
				continue
			}
			t.Run(fmt.Sprintf("%s %q", what, fault), func(t *testing.T) {
				refused(t, x.CheckCreate(t.Context()), aerostore.CodeParameter, says, "the "+what)
				refused(t, x.CheckDrop(t.Context()), aerostore.CodeParameter, says)
			})
		}
	}
	for what, change := range map[string]func(*aerostore.Index){
		"no bin":     func(x *aerostore.Index) { x.Bin = "" },
		"no name":    func(x *aerostore.Index) { x.Name = "" },
		"64 bytes":   func(x *aerostore.Index) { x.Name = strings.Repeat("n", 64) },
		"63 at most": func(x *aerostore.Index) { x.Set = strings.Repeat("s", 64) },
		"NUL":        func(x *aerostore.Index) { x.Set = "a\x00b" },
		"15 at most": func(x *aerostore.Index) { x.Bin = strings.Repeat("b", 16) },
		"unknown":    func(x *aerostore.Index) { x.Type = 0 },
	} {
		x := good
		change(&x)
		t.Run(what, func(t *testing.T) {
			if err := x.CheckCreate(t.Context()); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
