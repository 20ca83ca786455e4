package judgement_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

type oddError struct{}

func (oddError) Error() string { return "odd s3cr3t" }

func TestErrorTypeAndTextHoldNoSecrets(t *testing.T) {
	put := aerostore.Call{Op: aerostore.OpPut, Key: aerostore.NewKey("test", "users", "s3cr3t")}
	refused := put.WithBins(aerostore.Bins{"a_long_bin_name_": 1}).Validate()
	busy := put.NewError(aerostore.CodeKeyBusy, nil)
	for name, tc := range map[string]struct {
		err             error
		wantType, wants string
	}{
		"a result code":       {busy, "KEY_BUSY", busy.Error()},
		"wrapped by a layer":  {fmt.Errorf("user s3cr3t: %w", busy), "KEY_BUSY", busy.Error()},
		"refused input":       {refused, "BIN_NAME_TOO_LONG", "aerostore: PUT test.users: a bin name has 16 bytes, 15 at most"},
		"a deadline":          {put.NewContextError(context.DeadlineExceeded), "timeout", "aerostore: PUT test.users: context deadline exceeded"},
		"a cancellation":      {fmt.Errorf("user s3cr3t: %w", context.Canceled), "canceled", ""},
		"a closed store":      {put.NewError(aerostore.CodeOK, aerostore.ErrClosed), "closed", "aerostore: PUT test.users: the store is closed"},
		"another type":        {oddError{}, "judgement_test.oddError", ""},
		"another type within": {fmt.Errorf("a: %w", fmt.Errorf("b: %w", oddError{})), "judgement_test.oddError", ""},
		"nothing but text":    {errors.New("s3cr3t"), "*errors.errorString", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judgement.ErrorType(tc.err); got != tc.wantType {
				t.Errorf("ErrorType = %q, want %q", got, tc.wantType)
			}
			if got := judgement.Text(tc.err); got != tc.wants {
				t.Errorf("Text = %q, want %q", got, tc.wants)
			}
		})
	}
}

type rejection struct{}

func (rejection) Error() string  { return "come back later" }
func (rejection) Rejected() bool { return true }

func TestACallIsJudgedByItsErrorAndItsDoubt(t *testing.T) {
	put := aerostore.Call{Op: aerostore.OpPut, Key: aerostore.NewKey("test", "users", 1)}
	get := aerostore.Call{Op: aerostore.OpGet, Key: put.Key}
	lost := func(code aerostore.ResultCode) error {
		err := put.NewError(code, nil)
		err.InDoubt = true
		return err
	}
	lostRace := func(_ context.Context, _ aerostore.Call, err error) bool {
		return !errors.Is(err, aerostore.ErrGeneration)
	}
	for name, c := range map[string]struct {
		call   aerostore.Call
		err    error
		by     judgement.Classifier
		want   judgement.Judgement
		failed bool
	}{
		"success":                              {put, nil, judgement.Default, judgement.Judgement{}, false},
		"no record":                            {get, get.NewError(aerostore.CodeNotFound, nil), judgement.Default, judgement.Judgement{Kind: judgement.Expected}, false},
		"left out":                             {get, aerostore.ErrFilteredOut, judgement.Default, judgement.Judgement{Kind: judgement.Expected}, false},
		"no record, in doubt":                  {put, lost(aerostore.CodeNotFound), judgement.Default, judgement.Judgement{Kind: judgement.Expected, InDoubt: true}, true},
		"a failure":                            {put, put.NewError(aerostore.CodeKeyBusy, nil), judgement.Default, judgement.Judgement{Kind: judgement.Failure}, true},
		"a failure, in doubt":                  {put, lost(aerostore.CodeTimeout), judgement.Default, judgement.Judgement{Kind: judgement.Failure, InDoubt: true}, true},
		"another package's":                    {put, oddError{}, judgement.Default, judgement.Judgement{Kind: judgement.Failure, InDoubt: true}, true},
		"another package's, read":              {get, oddError{}, judgement.Default, judgement.Judgement{Kind: judgement.Failure}, true},
		"refused":                              {put, put.Validate(), judgement.Default, judgement.Judgement{Kind: judgement.Refused}, true},
		"rejected":                             {put, put.NewError(aerostore.CodeOK, rejection{}), judgement.Default, judgement.Judgement{Kind: judgement.Rejected}, true},
		"canceled":                             {put, put.NewContextError(context.Canceled), judgement.Default, judgement.Judgement{Kind: judgement.Canceled}, true},
		"out of time":                          {put, put.NewContextError(context.DeadlineExceeded), judgement.Default, judgement.Judgement{Kind: judgement.Failure}, true},
		"expected by the classifier":           {put, put.NewError(aerostore.CodeGeneration, nil), lostRace, judgement.Judgement{Kind: judgement.Expected}, false},
		"expected by the classifier, in doubt": {put, lost(aerostore.CodeGeneration), lostRace, judgement.Judgement{Kind: judgement.Expected, InDoubt: true}, true},
		"a failure for the classifier":         {get, get.NewError(aerostore.CodeNotFound, nil), lostRace, judgement.Judgement{Kind: judgement.Failure}, true},
	} {
		if got := judgement.Of(t.Context(), c.call, c.err, c.by); got != c.want || got.Failed() != c.failed {
			t.Errorf("%s: %+v, failed %t, want %+v", name, got, got.Failed(), c.want)
		}
	}
}
