package telling_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/telling"
)

type oddError struct{}

func (oddError) Error() string { return "odd s3cr3t" }

func TestAnErrorIsToldByItsKindAndWithoutSecrets(t *testing.T) {
	put := aerostore.Call{Op: aerostore.OpPut, Key: aerostore.NewKey("test", "users", "s3cr3t")}
	refused := put.WithBins(aerostore.Bins{"a_long_bin_name_": 1}).Validate()
	busy := put.Fail(aerostore.CodeKeyBusy, nil)
	for name, tc := range map[string]struct {
		err             error
		wantType, wants string
	}{
		"a result code":       {busy, "KEY_BUSY", busy.Error()},
		"wrapped by a layer":  {fmt.Errorf("user s3cr3t: %w", busy), "KEY_BUSY", busy.Error()},
		"refused input":       {refused, "BIN_NAME_TOO_LONG", "aerostore: PUT test.users: refused before anything was sent"},
		"a deadline":          {put.FailContext(context.DeadlineExceeded), "timeout", "aerostore: PUT test.users: context deadline exceeded"},
		"a cancellation":      {fmt.Errorf("user s3cr3t: %w", context.Canceled), "canceled", ""},
		"a closed store":      {put.Fail(aerostore.CodeOK, aerostore.ErrClosed), "closed", "aerostore: PUT test.users: the store is closed"},
		"another type":        {oddError{}, "telling_test.oddError", ""},
		"another type within": {fmt.Errorf("a: %w", fmt.Errorf("b: %w", oddError{})), "telling_test.oddError", ""},
		"nothing but text":    {errors.New("s3cr3t"), "*errors.errorString", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := telling.ErrorType(tc.err); got != tc.wantType {
				t.Errorf("ErrorType = %q, want %q", got, tc.wantType)
			}
			if got := telling.Text(tc.err); got != tc.wants {
				t.Errorf("Text = %q, want %q", got, tc.wants)
			}
		})
	}
}
