package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// The page that gives the reasons must name the codes that the code names.
func TestTheCodesThatMayPassAreThoseOfTheDecision(t *testing.T) {
	page, err := os.ReadFile("../docs/decisions/0010-retries.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, got []string
	for _, row := range regexp.MustCompile(`(?m)^\| ([A-Z_]+) \(-?\d+\) \|`).FindAllSubmatch(page, -1) {
		documented = append(documented, string(row[1]))
	}
	for code := aerostore.ResultCode(-100); code < 2000; code++ {
		if middleware.IsTransient(&aerostore.Error{Code: code}) {
			got = append(got, code.String())
		}
	}
	slices.Sort(documented)
	slices.Sort(got)
	if !slices.Equal(documented, got) {
		t.Errorf("documented %q\nbut it is %q", documented, got)
	}
}

func TestTheCodesOfAClusterFailure(t *testing.T) {
	want := []aerostore.ResultCode{
		aerostore.CodeGRPC, aerostore.CodeNoResponse, aerostore.CodeNetwork, aerostore.CodeMaxRetries,
		aerostore.CodeMaxErrorRate, aerostore.CodeInvalidPartitionMap, aerostore.CodeServerNotAvailable,
		aerostore.CodeNoConnections, aerostore.CodeInvalidNode, aerostore.CodeServer,
		aerostore.CodeClusterKeyMismatch, aerostore.CodeServerMemory, aerostore.CodeTimeout,
		aerostore.CodePartitionUnavailable, aerostore.CodeDeviceOverload, aerostore.CodeBatchQueuesFull,
		aerostore.CodeQueryQueueFull, aerostore.CodeQueryTimeout, aerostore.CodeQueryNetIO,
	}
	var got []aerostore.ResultCode
	for code := aerostore.ResultCode(-100); code < 2000; code++ {
		if middleware.IsClusterFailure(&aerostore.Error{Code: code}) {
			got = append(got, code)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the codes are %q, want %q", got, want)
	}
}

func TestTheOutermostCodeDecidesWhetherAFailureMayPass(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"a code by itself", aerostore.CodeKeyBusy, true},
		{"a timeout", aerostore.ErrTimeout, true},
		{"a deadline", context.DeadlineExceeded, true},
		{"the deadline of a call", put.NewContextError(context.DeadlineExceeded), true},
		{"a cancellation", put.NewContextError(context.Canceled), false},
		{"an answer after a timeout", put.NewError(aerostore.CodeNotFound, put.NewError(aerostore.CodeTimeout, nil)), false},
		{"one that a layer wrapped", fmt.Errorf("outer: %w", busy(put)), true},
		{"one of another type", errors.New("odd"), false},
		{"attempts that ran out", aerostore.CodeMaxRetries, true},
		{"attempts that ran out over a busy record", put.NewError(aerostore.CodeMaxRetries, busy(put)), true},
		{"attempts that ran out over a deadline", put.NewError(aerostore.CodeMaxRetries, put.NewContextError(context.DeadlineExceeded)), true},
		{"attempts that ran out over a missing index", put.NewError(aerostore.CodeMaxRetries, put.NewError(aerostore.CodeIndexNotFound, nil)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := middleware.IsTransient(c.err); got != c.want {
				t.Errorf("IsTransient(%v) is %v", c.err, got)
			}
		})
	}
}

func TestWhatIsTheClustersFault(t *testing.T) {
	call := aerostore.Call{Op: aerostore.OpGet, Key: key}
	around := func(code aerostore.ResultCode) error {
		return call.NewError(aerostore.CodeMaxRetries, call.NewError(code, nil))
	}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{call.NewError(aerostore.CodeTimeout, nil), true},
		{call.NewError(aerostore.CodeNetwork, nil), true},
		{call.NewError(aerostore.CodeNoConnections, nil), true},
		{call.NewError(aerostore.CodeMaxErrorRate, nil), true},
		{call.NewError(aerostore.CodePartitionUnavailable, nil), true},
		{call.NewError(aerostore.CodeServerMemory, nil), true},
		{call.NewError(aerostore.CodeDeviceOverload, nil), true},
		{call.NewContextError(context.DeadlineExceeded), true},
		{call.NewError(aerostore.CodeMaxRetries, nil), true},
		{call.NewError(aerostore.CodeMaxRetries, errors.New("dial")), true},
		{around(aerostore.CodeTimeout), true},
		{fmt.Errorf("user: %w", call.NewError(aerostore.CodeNetwork, nil)), true},
		{aerostore.CodeTimeout, true},
		{around(aerostore.CodeIndexNotFound), false},
		{fmt.Errorf("user: %w", around(aerostore.CodeNotFound)), false},
		{call.NewError(aerostore.CodeNotFound, nil), false},
		{call.NewError(aerostore.CodeFilteredOut, nil), false},
		{call.NewError(aerostore.CodeGeneration, nil), false},
		{call.NewError(aerostore.CodeExists, nil), false},
		{call.NewError(aerostore.CodeKeyBusy, nil), false},
		{call.NewError(aerostore.CodeQuotaExceeded, nil), false},
		{call.NewError(aerostore.CodeInvalidNamespace, nil), false},
		{call.NewContextError(context.Canceled), false},
		{call.NewError(aerostore.CodeOK, aerostore.ErrClosed), false},
		{aerostore.Call{Op: aerostore.OpGet}.Validate(), false},
		{errors.New("something else"), false},
		{nil, false},
	} {
		if got := middleware.IsClusterFailure(c.err); got != c.want {
			t.Errorf("IsClusterFailure(%v) = %v", c.err, got)
		}
	}
}
