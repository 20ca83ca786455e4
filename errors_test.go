package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestAnErrorMatchesItsOwnCodeAndItsCauses(t *testing.T) {
	cause := errors.New("connection refused")
	err := fmt.Errorf("sign up: %w", &aerostore.Error{
		Op: aerostore.OpPut, Namespace: "test", Set: "users", Code: aerostore.CodeGeneration, Err: cause,
	})
	for _, tc := range []struct {
		target error
		want   bool
	}{
		{aerostore.ErrGeneration, true},
		{aerostore.CodeGeneration, true},
		{cause, true},
		{aerostore.ErrNotFound, false},
		{aerostore.CodeOK, false},
		{aerostore.ErrInvalid, false},
		{aerostore.ErrTimeout, false},
	} {
		if got := errors.Is(err, tc.target); got != tc.want {
			t.Errorf("errors.Is(err, %v) = %v", tc.target, got)
		}
	}
	if got := aerostore.CodeOf(err); got != aerostore.CodeGeneration {
		t.Errorf("CodeOf = %v", got)
	}
}

func TestTheCodeOfAnErrorIsTheOutermostOne(t *testing.T) {
	err := &aerostore.Error{
		Op: aerostore.OpQuery, Namespace: "test", Code: aerostore.CodeMaxRetries,
		Err: &aerostore.Error{Code: aerostore.CodeIndexNotFound},
	}
	if aerostore.CodeOf(err) != aerostore.CodeMaxRetries {
		t.Errorf("CodeOf = %v", aerostore.CodeOf(err))
	}
	if !errors.Is(err, aerostore.CodeIndexNotFound) {
		t.Error("the cause that was named on purpose does not match")
	}
	for err, want := range map[error]aerostore.ResultCode{
		nil:                   aerostore.CodeOK,
		errors.New("plain"):   aerostore.CodeOK,
		aerostore.ErrNotFound: aerostore.CodeNotFound,
	} {
		if got := aerostore.CodeOf(err); got != want {
			t.Errorf("CodeOf(%v) = %v, want %v", err, got, want)
		}
	}
}

// foreign is an error of another library, as the client's.
type foreign struct{ error }

// A code hides the codes beneath it, and nothing else.
func TestACodeHidesTheCodesOfItsCauses(t *testing.T) {
	var (
		other    = errors.New("connection refused")
		client   = &foreign{other}
		notFound = &aerostore.Error{Code: aerostore.CodeNotFound, Err: client, InDoubt: true}
		joined   = errors.Join(context.Canceled, notFound, aerostore.ErrClosed)
		wrapped  = fmt.Errorf("attempt 1: %w", notFound)
	)
	for name, tc := range map[string]struct {
		err     error
		matches []error
		not     []error
	}{
		"another error": {
			&aerostore.Error{Code: aerostore.CodeTimeout, Err: notFound},
			[]error{aerostore.ErrTimeout, notFound, client},
			[]error{aerostore.ErrNotFound},
		},
		"wrapped": {
			&aerostore.Error{Code: aerostore.CodeTimeout, Err: wrapped},
			[]error{aerostore.ErrTimeout, wrapped, client},
			[]error{aerostore.ErrNotFound},
		},
		"wrapped around": {
			fmt.Errorf("sign up: %w", &aerostore.Error{Code: aerostore.CodeTimeout, Err: wrapped}),
			[]error{aerostore.ErrTimeout, client},
			[]error{aerostore.ErrNotFound},
		},
		"joined": {
			&aerostore.Error{Code: aerostore.CodeTimeout, Err: joined},
			[]error{aerostore.ErrTimeout, context.Canceled, aerostore.ErrClosed, client},
			[]error{aerostore.ErrNotFound},
		},
		"a bare code": {
			&aerostore.Error{Code: aerostore.CodeTimeout, Err: aerostore.ErrNotFound},
			[]error{aerostore.ErrTimeout},
			[]error{aerostore.ErrNotFound},
		},
		"a bin": {
			&aerostore.Error{Code: aerostore.CodeTimeout, Err: &aerostore.BinError{Bin: "a"}},
			[]error{aerostore.ErrTimeout},
			[]error{aerostore.ErrBinNotFound},
		},
		"refused input": {
			&aerostore.Error{Code: aerostore.CodeTimeout, Err: refusal(t)},
			[]error{aerostore.ErrTimeout, aerostore.ErrInvalid},
			[]error{aerostore.ErrParameter},
		},
		"attempts that ran out": {
			&aerostore.Error{Code: aerostore.CodeMaxRetries, Err: notFound},
			[]error{aerostore.CodeMaxRetries, aerostore.ErrNotFound, client},
			nil,
		},
		"no answer for a key of a batch": {
			&aerostore.Error{Code: aerostore.CodeNoResponse, Err: notFound},
			[]error{aerostore.CodeNoResponse, aerostore.ErrNotFound, client},
			nil,
		},
		"no code": {
			&aerostore.Error{Err: errors.Join(context.DeadlineExceeded, notFound)},
			[]error{aerostore.ErrTimeout, context.DeadlineExceeded, aerostore.ErrNotFound, client},
			nil,
		},
		"a verdict beneath no verdict": {
			&aerostore.Error{Code: aerostore.CodeMaxRetries, Err: &aerostore.Error{Code: aerostore.CodeKeyBusy, Err: notFound}},
			[]error{aerostore.CodeMaxRetries, aerostore.CodeKeyBusy},
			[]error{aerostore.ErrNotFound},
		},
		"errors that a program joined": {
			errors.Join(&aerostore.Error{Code: aerostore.CodeTimeout}, notFound),
			[]error{aerostore.ErrTimeout, aerostore.ErrNotFound},
			nil,
		},
	} {
		for _, target := range tc.matches {
			if !errors.Is(tc.err, target) {
				t.Errorf("%s: %v does not match %v", name, tc.err, target)
			}
		}
		for _, target := range tc.not {
			if errors.Is(tc.err, target) {
				t.Errorf("%s: %v matches %v", name, tc.err, target)
			}
		}
		var found *foreign
		if has := errors.Is(tc.err, client); errors.As(tc.err, &found) != has || has && found != client {
			t.Errorf("%s: errors.As finds %v", name, found)
		}
		if has := errors.Is(tc.err, notFound); has && !aerostore.InDoubt(tc.err) {
			t.Errorf("%s: the doubt is lost", name)
		}
	}
}

func refusal(t *testing.T) error {
	t.Helper()
	_, err := aerostore.KeyOf("test", "users", 1.5)
	return err
}

func TestUnwrapReturnsTheCauseUnlessItHasAHiddenCode(t *testing.T) {
	cause := errors.New("connection refused")
	err := &aerostore.Error{Code: aerostore.CodeTimeout, Err: fmt.Errorf("dial: %w", cause)}
	if errors.Unwrap(err) != err.Err {
		t.Errorf("Unwrap gave %v", errors.Unwrap(err))
	}
	hidden := &aerostore.Error{Code: aerostore.CodeTimeout, Err: aerostore.ErrNotFound}
	var code aerostore.ResultCode
	if got := errors.Unwrap(hidden); got.Error() != hidden.Err.Error() || errors.As(got, &code) {
		t.Errorf("Unwrap gave %v", got)
	}
	if (&aerostore.Error{Code: aerostore.CodeTimeout}).Unwrap() != nil {
		t.Error("no cause became one")
	}
}

func TestAnErrorSaysWhatWhereWhyAndWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		err  *aerostore.Error
		want string
	}{
		"the server's answer": {
			&aerostore.Error{Op: aerostore.OpPut, Namespace: "test", Set: "users", Code: aerostore.CodeGeneration},
			"aerostore: PUT test.users: GENERATION_ERROR (3): the record was changed in between: read it again, then decide",
		},
		"a node and a doubt": {
			&aerostore.Error{
				Op: aerostore.OpBatchWrite, Namespace: "test", Code: aerostore.CodeTimeout, InDoubt: true,
				Node: &aerostore.Node{Name: "BB9", Address: "::1", Port: 3000},
			},
			"aerostore: BATCH WRITE test: TIMEOUT (9): no answer came in time (node BB9 [::1]:3000) (in doubt: the write may have been applied)",
		},
		"a context": {
			&aerostore.Error{Op: aerostore.OpGet, Namespace: "test", Set: "users", Err: context.Canceled},
			"aerostore: GET test.users: context canceled",
		},
		"a cause of the same kind": {
			&aerostore.Error{
				Op: aerostore.OpQuery, Namespace: "test", Code: aerostore.CodeMaxRetries,
				Err: &aerostore.Error{Code: aerostore.CodeIndexNotFound},
			},
			"aerostore: QUERY test: INDEX_NOTFOUND (201): there is no secondary index for this bin and type: create one (MAX_RETRIES_EXCEEDED (-16): every attempt failed)",
		},
		"a key of a batch, and why its part failed": {
			&aerostore.Error{
				Op: aerostore.OpBatchWrite, Namespace: "test", Set: "users", Code: aerostore.CodeNoResponse, InDoubt: true, Node: &aerostore.Node{Name: "BB9"},
				Err: &aerostore.Error{
					Op: aerostore.OpBatchWrite, Namespace: "test", Set: "users", Code: aerostore.CodeMaxRetries, InDoubt: true,
					Node: &aerostore.Node{Name: "BB9"}, Err: io.EOF,
				},
			},
			"aerostore: BATCH WRITE test.users: NO_RESPONSE (-19): the server did not answer for this key: " +
				"MAX_RETRIES_EXCEEDED (-16): every attempt failed: EOF (node BB9) (in doubt: the write may have been applied)",
		},
		"a cause elsewhere": {
			&aerostore.Error{
				Op: aerostore.OpPut, Namespace: "test", Node: &aerostore.Node{Name: "BB9"},
				Err: &aerostore.Error{Op: aerostore.OpGet, Namespace: "test", Code: aerostore.CodeKeyBusy, Node: &aerostore.Node{Name: "BB8"}, InDoubt: true},
			},
			"aerostore: PUT test: GET test: " + aerostore.CodeKeyBusy.Error() + " (node BB8) (in doubt: the write may have been applied) (node BB9)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.err.Error(); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestTheTextOfAnErrorLeavesOutWhatIsEmpty(t *testing.T) {
	for _, tc := range []struct {
		err  *aerostore.Error
		want string
	}{
		{&aerostore.Error{}, "aerostore"},
		{&aerostore.Error{Err: errors.New("")}, "aerostore"},
		{&aerostore.Error{Op: aerostore.OpGet}, "aerostore: GET"},
		{&aerostore.Error{Namespace: "test"}, "aerostore: test"},
		{&aerostore.Error{Op: aerostore.OpPut, Code: 999}, "aerostore: PUT: RESULT_CODE_999 (999)"},
		{&aerostore.Error{Op: aerostore.OpPut, Err: context.Canceled, InDoubt: true}, "aerostore: PUT: context canceled (in doubt: the write may have been applied)"},
		{&aerostore.Error{Op: aerostore.OpPut, Set: strings.Repeat("x", 1000)}, "aerostore: PUT ." + strings.Repeat("x", 1000)},
	} {
		if got := tc.err.Error(); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

func TestTheTextOfAnErrorHasThoseOfItsCodeAndNode(t *testing.T) {
	for code := aerostore.ResultCode(-50); code < 2000; code++ {
		if code == aerostore.CodeOK {
			continue
		}
		if got, want := (&aerostore.Error{Code: code}).Error(), "aerostore: "+code.Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for _, node := range []*aerostore.Node{
		{},
		{Name: "BB9"},
		{Address: "10.0.0.7", Port: 3000},
		{Name: "BB9", Address: "db.example", Port: -1},
		{Name: "BB9", Address: "::1", Port: 3000},
		{Name: "BB9", Address: "fe80::1%eth0", Port: 3000},
		{Name: "BB9", Address: "a%b", Port: 3000},
	} {
		if got, want := (&aerostore.Error{Node: node}).Error(), "aerostore (node "+node.String()+")"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestOnlyTextThatIsKnownToBeSafeIsInASafeMessage(t *testing.T) {
	const secret = "s3cr3t"
	put := aerostore.Call{Op: aerostore.OpPut, Key: aerostore.NewKey("test", "users", secret)}
	leaky := fmt.Errorf("user %s", secret)
	const where = "aerostore: PUT test.users: "
	for name, c := range map[string]struct {
		err  *aerostore.Error
		want string
	}{
		"no cause":        {put.NewError(aerostore.CodeKeyBusy, nil), put.NewError(aerostore.CodeKeyBusy, nil).Error()},
		"a code":          {put.NewError(aerostore.CodeOK, aerostore.CodeBinType), where + aerostore.CodeBinType.Error()},
		"one of ours":     {put.NewError(aerostore.CodeOK, aerostore.ErrClosed), where + "the store is closed"},
		"another Error":   {put.NewError(aerostore.CodeOK, put.NewError(aerostore.CodeBinType, leaky)), where + aerostore.CodeBinType.Error() + ": *errors.errorString"},
		"a context":       {put.NewContextError(context.Canceled), where + "context canceled"},
		"refused input":   {put.WithBins(aerostore.Bins{secret + "-and-too-long": 1}).Validate().(*aerostore.Error), where + "a bin name has 19 bytes, 15 at most"},
		"a refused value": {put.WithBins(aerostore.Bins{"a": []any{secret, map[any]any{secret: struct{ s string }{secret}}}}).Validate().(*aerostore.Error), where + `bin "a": a value of type struct { s string } cannot be stored: use a map of its fields`},
		"a refused id":    {refusedID(secret), "aerostore: test.users: an id of type struct { s string } cannot be a key: use a string, an integer or a []byte"},
		"a refused item":  {refusedItem(put.Key, secret), "aerostore: BATCH WRITE test.users: item 1: a bin name has 25 bytes, 15 at most"},
		"a comparison":    {aerostore.Call{Op: aerostore.OpQuery}.WithQuery(aerostore.Query{Namespace: "test", Where: aerostore.Equal("a", strings.Repeat(secret, 400))}, nil).Validate().(*aerostore.Error), `aerostore: QUERY test: the string that bin "a" is compared with has 2400 bytes, 2047 at most`},
		"anybody's":       {put.NewError(aerostore.CodeOK, leaky), where + "*errors.errorString"},
		"ours, wrapped":   {put.NewError(aerostore.CodeOK, fmt.Errorf("%w: %w", leaky, aerostore.ErrClosed)), where + "the store is closed"},
		"a context's":     {put.NewError(aerostore.CodeOK, fmt.Errorf("%w: %w", leaky, context.Canceled)), where + "context canceled"},
		"a custom call's": {aerostore.Custom{Name: "UDF", Namespace: "test"}.NewError(aerostore.CodeUDFBadResponse, leaky), "aerostore: UDF test: " + aerostore.CodeUDFBadResponse.Error() + ": *errors.errorString"},
		"a messenger's":   {put.NewError(aerostore.CodeOK, messenger{secret}), where + "a safe text"},
	} {
		if got := c.err.SafeMessage(); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func refusedID(secret string) *aerostore.Error {
	_, err := aerostore.KeyOf("test", "users", struct{ s string }{secret})
	return err.(*aerostore.Error)
}

func refusedItem(k aerostore.Key, secret string) *aerostore.Error {
	call := aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems([]aerostore.BatchItem{
		{Key: k, Bins: aerostore.Bins{"a": secret}},
		{Key: k, Bins: aerostore.Bins{secret + "-is-not-a-bin-name-": 1}},
	})
	return call.Validate().(*aerostore.Error)
}

// messenger is an error with a SafeMessage.
type messenger struct{ secret string }

func (e messenger) Error() string       { return e.secret }
func (e messenger) SafeMessage() string { return "a safe text" }
