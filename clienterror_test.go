package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

// clientError has what an error of Aerospike's client has.
type clientError struct {
	ResultCode resultCode
	InDoubt    bool
	text       string
}

type resultCode int

func (e *clientError) Error() string   { return e.text }
func (e *clientError) IsInDoubt() bool { return e.InDoubt }

// constClientError is like the client's constants.
type constClientError struct{ clientError }

// Types that are not quite the client's.
type (
	holder     struct{ *clientError }
	codeless   struct{ error }
	textual    struct{ ResultCode string }
	outOfPlace int
)

func (codeless) IsInDoubt() bool   { return true }
func (textual) Error() string      { return "textual" }
func (textual) IsInDoubt() bool    { return true }
func (outOfPlace) Error() string   { return "a number" }
func (outOfPlace) IsInDoubt() bool { return true }
func (h holder) Error() string     { return "holder" }
func (h holder) IsInDoubt() bool   { return false }

func TestDoReturnsErrorsOfItsOwnType(t *testing.T) {
	poor := errors.New("too little money")
	busy := &clientError{ResultCode: 14, text: "ResultCode: KEY_BUSY\n  ResultCode: TIMEOUT"}
	for name, c := range map[string]struct {
		err  error
		code aerostore.ResultCode
		text string
	}{
		"an error of the client":        {busy, aerostore.CodeKeyBusy, "more keys: ResultCode: KEY_BUSY; ResultCode: TIMEOUT"},
		"a wrapped error of the client": {fmt.Errorf("step 2: %w", busy), aerostore.CodeKeyBusy, "step 2: ResultCode: KEY_BUSY; "},
		"a constant of the client":      {&constClientError{clientError{ResultCode: 2}}, aerostore.CodeNotFound, "(2)"},
		"a negative code":               {&clientError{ResultCode: -5}, aerostore.ResultCode(-5), "(-5)"},
		"a code":                        {aerostore.CodeKeyBusy, aerostore.CodeKeyBusy, "(14)"},
		"the end of a context":          {context.DeadlineExceeded, aerostore.CodeOK, "context deadline exceeded"},
		"an error of the application":   {poor, aerostore.CodeOK, "too little money"},
		"several errors":                {errors.Join(poor, poor), aerostore.CodeOK, "too little money; too little money"},
		"no code":                       {codeless{poor}, aerostore.CodeOK, "too little money"},
		"a code that is a text":         {textual{"14"}, aerostore.CodeOK, "textual"},
		"a nil pointer within":          {holder{}, aerostore.CodeOK, "holder"},
		"no struct":                     {outOfPlace(14), aerostore.CodeOK, "a number"},
	} {
		for _, writes := range []bool{false, true} {
			custom := aerostore.Custom{Name: "UDF", Namespace: "test", Set: "users", Writes: writes}
			err := aerostore.Do(t.Context(), silent{}, custom, func(context.Context) error { return c.err })
			e, ok := err.(*aerostore.Error)
			if !ok || e.Op != aerostore.OpCustom || e.Code != c.code || e.InDoubt != writes || !errors.Is(err, c.err) {
				t.Errorf("%s: got %#v", name, err)
				continue
			}
			text := err.Error()
			if !strings.HasPrefix(text, "aerostore: UDF test.users: ") || !strings.Contains(text, c.text) || strings.Contains(text, "\n") {
				t.Errorf("%s: the text is %q", name, text)
			}
			if c.code != aerostore.CodeOK && !errors.Is(err, c.code) {
				t.Errorf("%s: it does not match %v", name, c.code)
			}
			var client *clientError
			if errors.As(c.err, &client) && !errors.As(err, &client) {
				t.Errorf("%s: the client's error is hidden", name)
			}
		}
	}
}

func TestLayersSeeTheCodeOfAFunctionsError(t *testing.T) {
	var seen error
	store := aerostore.Chain(newBackend(), aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			seen = err
			return result, err
		}
	}))
	_ = aerostore.Do(t.Context(), store, aerostore.Custom{Name: "UDF"}, func(context.Context) error { return &clientError{ResultCode: 18} })
	if !errors.Is(seen, aerostore.CodeDeviceOverload) {
		t.Errorf("the layer saw %v", seen)
	}
}
