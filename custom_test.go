package aerostore_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestDoRunsThroughTheLayers(t *testing.T) {
	truncate := aerostore.Custom{Name: "TRUNCATE", Namespace: "test", Set: "users", Writes: true}
	for name, s := range map[string]aerostore.Store{
		"over a backend":            newBackend(),
		"over a typed store":        silent{},
		"through a typed decorator": decorated{aerostore.Chain(newBackend(), passOn)},
	} {
		t.Run(name, func(t *testing.T) {
			var seen aerostore.Call
			store := aerostore.Chain(s, keep(&seen))
			ran := 0
			err := aerostore.Do(context.WithValue(t.Context(), ctxKey{}, "carried"), store, truncate, func(ctx context.Context) error {
				ran++
				if ctx.Value(ctxKey{}) != "carried" {
					t.Error("run got another context")
				}
				return errScripted
			})
			if ran != 1 || !errors.Is(err, errScripted) {
				t.Errorf("run ran %d times, Do = %v", ran, err)
			}
			if seen.String() != "TRUNCATE test.users" || !seen.Writes() {
				t.Errorf("the layer saw %v, writes %v", seen, seen.Writes())
			}
		})
	}
	t.Run("layers beneath a typed decorator see it too", func(t *testing.T) {
		var seen aerostore.Call
		store := aerostore.Chain(newBackend(), keep(&seen), func(s aerostore.Store) aerostore.Store { return decorated{s} }, passOn)
		if err := aerostore.Do(t.Context(), store, truncate, func(context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if seen.Name() != "TRUNCATE" {
			t.Errorf("the layer beneath saw %v", seen)
		}
	})
	t.Run("without any layer", func(t *testing.T) {
		if err := aerostore.Do(t.Context(), silent{}, truncate, func(context.Context) error { return errScripted }); !errors.Is(err, errScripted) {
			t.Errorf("Do = %v", err)
		}
	})
	t.Run("bad input is refused", func(t *testing.T) {
		fine := func(context.Context) error { return nil }
		for name, err := range map[string]error{
			"no function": aerostore.Do(t.Context(), silent{}, truncate, nil),
			"no name":     aerostore.Do(t.Context(), silent{}, aerostore.Custom{}, fine),
		} {
			if !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", name, err)
			}
		}
	})
}

func TestDoRefusesAStoreThatItCannotSeeThrough(t *testing.T) {
	readOnly := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if call.Writes() {
				return aerostore.Result{}, call.NewError(aerostore.CodeForbidden, nil)
			}
			return next(ctx, call)
		}
	})
	guarded := aerostore.Chain(newBackend(), readOnly)
	for name, tc := range map[string]struct {
		store aerostore.Store
		want  error
		says  string
	}{
		"a decorator without Unwrap":       {shut{guarded}, aerostore.ErrInvalid, "aerostore_test.shut is not a Backend and has no method Unwrap"},
		"layers around it":                 {aerostore.Chain(shut{guarded}, passOn), aerostore.ErrInvalid, "add Unwrap"},
		"a decorator with Unwrap around":   {decorated{shut{guarded}}, aerostore.ErrInvalid, "aerostore_test.shut"},
		"a store that embeds a backend":    {caching{newBackend()}, aerostore.ErrInvalid, "aerostore_test.caching"},
		"no store":                         {nil, aerostore.ErrInvalid, "the store is nil"},
		"a decorator over nothing":         {decorated{}, nil, ""},
		"a decorator that can be seen":     {decorated{guarded}, aerostore.CodeForbidden, ""},
		"layers around one":                {aerostore.Chain(decorated{guarded}, passOn), aerostore.CodeForbidden, ""},
		"a nil Handler":                    {aerostore.Handler(nil), aerostore.ErrInvalid, ""},
		"the end of a chain":               {silent{}, nil, ""},
		"layers around the end of a chain": {aerostore.Chain(silent{}, readOnly), aerostore.CodeForbidden, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ran := false
			err := aerostore.Do(t.Context(), tc.store, aerostore.Custom{Name: "TRUNCATE", Writes: true}, func(context.Context) error {
				ran = true
				return nil
			})
			if !errors.Is(err, tc.want) || ran != (tc.want == nil) {
				t.Errorf("ran %t, %v, want %v", ran, err, tc.want)
			}
			if aerostore.InDoubt(err) || tc.says != "" && !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want it certain and to say %q", err, tc.says)
			}
		})
	}
}
