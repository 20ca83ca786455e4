package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestOnlyTheErrorOfTheCallRulesOutDoubt(t *testing.T) {
	transfer := aerostore.Custom{Name: "TRANSFER", Namespace: "test", Writes: true}
	other := aerostore.Custom{Name: "OTHER", Namespace: "test", Writes: true}
	key := aerostore.NewKey("test", "users", 1)
	get := aerostore.Call{Op: aerostore.OpGet, Key: key}
	put := aerostore.Call{Op: aerostore.OpPut, Key: key}
	operate := aerostore.Call{Op: aerostore.OpOperate, Key: key}
	reads := operate.WithOperations([]aerostore.Operation{aerostore.ReadAll()})
	batch := aerostore.Call{Op: aerostore.OpBatchRemove}.WithKeys([]aerostore.Key{key})
	lost := put.NewError(aerostore.CodeTimeout, nil)
	lost.InDoubt = true

	for name, c := range map[string]struct {
		call aerostore.Call
		err  error
		want bool
	}{
		"success":                                 {put, nil, false},
		"a write's own":                           {put, put.NewError(aerostore.CodeKeyBusy, nil), false},
		"a write's own, wrapped":                  {put, fmt.Errorf("user: %w", put.NewError(aerostore.CodeKeyBusy, nil)), false},
		"a write's own, in doubt":                 {put, lost, true},
		"a write's own, in doubt within":          {put, put.NewError(aerostore.CodeMaxRetries, lost), true},
		"of another write, which took its place":  {put, operate.NewError(aerostore.CodeKeyBusy, nil), false},
		"of no operation":                         {put, &aerostore.Error{Code: aerostore.CodeKeyBusy}, false},
		"of a read beside the write":              {put, get.NewError(aerostore.CodeTimeout, nil), true},
		"a server's refusal, bare":                {put, aerostore.ErrGeneration, false},
		"a timeout, bare":                         {put, aerostore.ErrTimeout, true},
		"the client's own code, bare":             {put, aerostore.CodeNoConnections, true},
		"a context's, bare":                       {put, context.Canceled, true},
		"anybody's":                               {put, errors.New("broken"), true},
		"anybody's, of a read":                    {get, errors.New("broken"), false},
		"a read's that says so":                   {get, lost, false},
		"anybody's, of an Operate that reads":     {reads, errors.New("broken"), false},
		"a key's own":                             {batch, batch.NewKeyError(key, aerostore.CodeKeyBusy, nil), false},
		"a key's, of a read":                      {batch, get.NewError(aerostore.CodeKeyBusy, nil), true},
		"a key's, anybody's":                      {batch, errors.New("broken"), true},
		"a custom call's own":                     {customCall(t, transfer), transfer.NewError(aerostore.CodeKeyBusy, nil), false},
		"a custom call's own around another's":    {customCall(t, transfer), transfer.NewError(aerostore.CodeOK, get.NewError(aerostore.CodeTimeout, nil)), false},
		"a custom call's own around one in doubt": {customCall(t, transfer), transfer.NewError(aerostore.CodeOK, lost), true},
		"of a read within a custom call":          {customCall(t, transfer), get.NewError(aerostore.CodeTimeout, nil), true},
		"of a write within a custom call":         {customCall(t, transfer), put.NewError(aerostore.CodeKeyBusy, nil), true},
		"of a custom call within another":         {customCall(t, transfer), other.NewError(aerostore.CodeKeyBusy, nil), true},
		"a refusal within a custom call":          {customCall(t, transfer), aerostore.ErrGeneration, true},
		"anybody's, of a custom call":             {customCall(t, transfer), errors.New("broken"), true},
		"anybody's, of a custom call that reads":  {customCall(t, aerostore.Custom{Name: "COUNT"}), errors.New("broken"), false},
		"in doubt within one that claims to read": {customCall(t, aerostore.Custom{Name: "COUNT"}), lost, true},
	} {
		if got := c.call.InDoubt(c.err); got != c.want {
			t.Errorf("%s: %v in doubt after %v: %t", name, c.call, c.err, got)
		}
	}
}

// customCall returns the call that layers see for a Custom.
func customCall(t *testing.T, custom aerostore.Custom) (seen aerostore.Call) {
	t.Helper()
	store := aerostore.Chain(silent{}, keep(&seen))
	if err := aerostore.Do(t.Context(), store, custom, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestDoMarksAFailedCustomWriteAsInDoubt(t *testing.T) {
	get := aerostore.Call{Op: aerostore.OpGet, Key: aerostore.NewKey("test", "users", 1)}
	transfer := aerostore.Custom{Name: "TRANSFER", Namespace: "test", Writes: true}
	poor := errors.New("too little money")
	for name, c := range map[string]struct {
		custom aerostore.Custom
		err    error
		doubt  bool
		same   bool
	}{
		"a read within":     {transfer, get.NewError(aerostore.CodeTimeout, nil), true, false},
		"an application's":  {transfer, poor, true, false},
		"its own":           {transfer, transfer.NewError(aerostore.CodeOK, poor), false, true},
		"what only reads":   {aerostore.Custom{Name: "COUNT"}, poor, false, false},
		"one that is known": {transfer, &aerostore.Error{Op: aerostore.OpPut, InDoubt: true}, true, true},
	} {
		err := aerostore.Do(t.Context(), silent{}, c.custom, func(context.Context) error { return c.err })
		if !errors.Is(err, c.err) || (err == c.err) != c.same || aerostore.InDoubt(err) != c.doubt {
			t.Errorf("%s: %v, in doubt %t", name, err, aerostore.InDoubt(err))
		}
		if aerostore.CodeOf(err) != aerostore.CodeOf(c.err) {
			t.Errorf("%s: the code became %v", name, aerostore.CodeOf(err))
		}
	}
}

func TestInDoubtLooksAtAllWrappedErrors(t *testing.T) {
	doubt := &aerostore.Error{Op: aerostore.OpPut, InDoubt: true}
	certain := &aerostore.Error{Op: aerostore.OpPut}
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"no error":               {nil, false},
		"a plain error":          {errors.New("x"), false},
		"certain":                {certain, false},
		"in doubt":               {doubt, true},
		"wrapped":                {fmt.Errorf("a: %w", doubt), true},
		"under a certain one":    {&aerostore.Error{Err: doubt}, true},
		"among others":           {errors.Join(certain, fmt.Errorf("b: %w", doubt)), true},
		"only certain ones":      {errors.Join(certain, certain), false},
		"under a typed nothing":  {fmt.Errorf("c: %w", error(certain)), false},
		"several in one wrapper": {fmt.Errorf("%w and %w", certain, doubt), true},
	} {
		if got := aerostore.InDoubt(tc.err); got != tc.want {
			t.Errorf("%s: InDoubt = %v", name, got)
		}
	}
}
