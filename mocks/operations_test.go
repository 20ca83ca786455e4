package mocks_test

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/mocks"
)

// steps returns new operations at each call.
func steps() []aerostore.Operation {
	return []aerostore.Operation{
		aerostore.WriteBin("name", []any{"Ada", []byte{1}}),
		aerostore.ListBin("scores").With(cdt.AddUnique).Append(42, 43),
		aerostore.ListBin("scores").Remove(cdt.Below(50), cdt.Count),
		aerostore.MapBin("profile").In(cdt.Key("devices").Create(cdt.KeyOrdered)).Put("seen", 5),
		aerostore.MapBin("profile").PutAll(map[any]any{"a": 1, "b": []any{2}}),
		aerostore.BitBin("flags").Set(0, 8, []byte{1}),
		aerostore.HLLBin("visitors").Create(12, 0).Add("ada"),
		aerostore.ReadExp("total", exp.Add(exp.IntBin("price"), exp.IntVal(5)), exp.EvalNoFail),
		aerostore.WriteExp("total", exp.ListBin("scores").Append(42), exp.CreateOnly),
	}
}

func TestExpectedOperationsAreComparedByValue(t *testing.T) {
	store := mocks.NewMockStore(gomock.NewController(t))
	answer := &aerostore.Record{Bins: aerostore.Bins{}}
	store.EXPECT().Operate(gomock.Any(), ada, steps()).Return(answer, nil)
	store.EXPECT().Operate(gomock.Any(), ada, gomock.Len(1)).Return(answer, nil)
	store.EXPECT().BatchOperate(gomock.Any(), []aerostore.Key{ada}, steps(), aerostore.SendKey).Return(nil, nil)

	if got, err := store.Operate(t.Context(), ada, steps()); got != answer || err != nil {
		t.Errorf("Operate returned %v, %v", got, err)
	}
	if got, err := store.Operate(t.Context(), ada, steps()[:1]); got != answer || err != nil {
		t.Errorf("Operate returned %v, %v", got, err)
	}
	if _, err := store.BatchOperate(t.Context(), []aerostore.Key{ada}, steps(), aerostore.SendKey); err != nil {
		t.Errorf("BatchOperate returned %v", err)
	}
}

// failure returns the message with which a mock rejects operations.
func failure(t *testing.T, want, got []aerostore.Operation) string {
	t.Helper()
	mock := &failing{T: t}
	store := mocks.NewMockStore(gomock.NewController(mock))
	store.EXPECT().Operate(gomock.Any(), ada, want).AnyTimes()
	func() {
		defer func() { _ = recover() }()
		_, _ = store.Operate(t.Context(), ada, got)
	}()
	return mock.message
}

// failing is a test that keeps the message with which it fails.
type failing struct {
	*testing.T

	message string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	panic(f)
}

func TestAMismatchShowsTheOperationsThatDiffer(t *testing.T) {
	want := []aerostore.Operation{
		aerostore.ListBin("scores").Append(42),
		aerostore.MapBin("profile").In(cdt.Key("devices")).Put("seen", 5),
		aerostore.ListBin("scores").Remove(cdt.Below(50), cdt.Count),
		aerostore.ReadAll(),
	}
	changed := append([]aerostore.Operation{
		want[0],
		aerostore.MapBin("profile").In(cdt.Key("devices")).Put("seen", "5"),
	}, want[2:]...)
	for _, c := range []struct {
		name string
		got  []aerostore.Operation
		text string
	}{
		{"a value", changed, `
Got: 4 operations (- want, + got)
	  ListBin("scores").Append(42)
	- MapBin("profile").In(cdt.Key("devices")).Put("seen", 5)
	+ MapBin("profile").In(cdt.Key("devices")).Put("seen", "5")
	  ListBin("scores").Remove(cdt.Below(50), cdt.Count)
	  ReadAll()
`},
		{"one is missing", append(want[:1:1], want[2:]...), `
Got: 3 operations (- want, + got)
	  ListBin("scores").Append(42)
	- MapBin("profile").In(cdt.Key("devices")).Put("seen", 5)
	  ListBin("scores").Remove(cdt.Below(50), cdt.Count)
	  ReadAll()
`},
		{"one is too many", append(want[:4:4], want[3]), `
Got: 5 operations (- want, + got)
	  ListBin("scores").Append(42)
	  MapBin("profile").In(cdt.Key("devices")).Put("seen", 5)
	  ListBin("scores").Remove(cdt.Below(50), cdt.Count)
	  ReadAll()
	+ ReadAll()
`},
		{"two differ around one that does not", []aerostore.Operation{aerostore.ReadAll(), want[1], want[3], want[3], want[3]}, `
Got: 5 operations (- want, + got)
	- ListBin("scores").Append(42)
	+ ReadAll()
	  MapBin("profile").In(cdt.Key("devices")).Put("seen", 5)
	- ListBin("scores").Remove(cdt.Below(50), cdt.Count)
	+ ReadAll()
	+ ReadAll()
	  ReadAll()
`},
		{"none", nil, `
Got: 0 operations (- want, + got)
	- ListBin("scores").Append(42)
	- MapBin("profile").In(cdt.Key("devices")).Put("seen", 5)
	- ListBin("scores").Remove(cdt.Below(50), cdt.Count)
	- ReadAll()
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			const all = `
Want: 4 operations
	  ListBin("scores").Append(42)
	  MapBin("profile").In(cdt.Key("devices")).Put("seen", 5)
	  ListBin("scores").Remove(cdt.Below(50), cdt.Count)
	  ReadAll()`
			message := failure(t, want, c.got)
			if text := strings.TrimSuffix(c.text, "\n") + all; !strings.Contains(message, text) {
				t.Errorf("the message is\n%s\nwant%s", message, text)
			}
		})
	}
}

// The source of an expression does not have the types of bins.
func TestAMismatchOfTypesShows(t *testing.T) {
	message := failure(t, []aerostore.Operation{aerostore.ReadExp("x", exp.IntBin("a"))},
		[]aerostore.Operation{aerostore.ReadExp("x", exp.StringBin("a"))})
	const want = `
Got: 1 operation (- want, + got)
	- ReadExp("x", a) // k1ECoWE=
	+ ReadExp("x", a) // k1EDoWE=
Want: 1 operation
	  ReadExp("x", a)`
	if !strings.Contains(message, want) {
		t.Errorf("the message is\n%s\nwant%s", message, want)
	}
}

func TestOperationsMatchesOperationsAlone(t *testing.T) {
	one := mocks.Operations(aerostore.ReadAll())
	for _, x := range []any{nil, 1, aerostore.ReadAll(), []any{aerostore.ReadAll()}, []aerostore.Operation(nil)} {
		if one.Matches(x) {
			t.Errorf("%v matches %v", one, x)
		}
	}
	if got := one.(gomock.GotFormatter).Got(1); got != "1 (int)" {
		t.Errorf("an argument of another type is %q", got)
	}
	if !mocks.Operations().Matches([]aerostore.Operation{}) || !mocks.Operations().Matches([]aerostore.Operation(nil)) {
		t.Error("no operations do not match none")
	}
}
