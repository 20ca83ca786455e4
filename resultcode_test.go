package aerostore_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestEveryResultCodeHasANameAndAMeaning(t *testing.T) {
	for code := aerostore.ResultCode(-50); code < 2000; code++ {
		name := code.String()
		if strings.HasPrefix(name, "RESULT_CODE_") {
			continue
		}
		if name != strings.ToUpper(name) || !strings.Contains(code.Error(), ": ") {
			t.Errorf("%d is %q, %q", int(code), name, code.Error())
		}
	}
	if got := aerostore.ResultCode(999).Error(); got != "RESULT_CODE_999 (999)" {
		t.Errorf("a code without a name is %q", got)
	}
}

func TestTheCodesOfNoRecord(t *testing.T) {
	want := []aerostore.ResultCode{aerostore.CodeNotFound, aerostore.CodeFilteredOut}
	var got []aerostore.ResultCode
	for code := aerostore.ResultCode(-50); code < 2000; code++ {
		if aerostore.IsNoRecord(fmt.Errorf("wrapped: %w", code)) {
			got = append(got, code)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the codes are %q, want %q", got, want)
	}
	if aerostore.IsNoRecord(nil) {
		t.Error("nil means that there is no record")
	}
}
