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
		{"attempts that ran out over a missing index", put.NewError(aerostore.CodeMaxRetries, put.NewError(aerostore.CodeIndexNotFound, nil)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := middleware.IsTransient(c.err); got != c.want {
				t.Errorf("IsTransient(%v) is %v", c.err, got)
			}
		})
	}
}
