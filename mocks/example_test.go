package mocks_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/mocks"
)

// t stands for the *testing.T of a test.
var t reporter

type reporter struct{}

func (reporter) Errorf(format string, args ...any) { log.Printf(format, args...) }
func (reporter) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

var ada = aerostore.NewKey("test", "users", "ada")

// Expect a call with these arguments and options. gomock compares options as values;
// gomock.Any accepts any argument.
func Example() {
	store := mocks.NewMockStore(gomock.NewController(t))
	store.EXPECT().
		Put(gomock.Any(), ada, aerostore.Bins{"name": "Ada"}, aerostore.CreateOnly).
		Return(nil)

	err := store.Put(context.Background(), ada, aerostore.Bins{"name": "Ada"}, aerostore.CreateOnly)
	fmt.Println(err)
	// Output: <nil>
}

// Return an error in doubt, as a backend does if the connection breaks after a write
// was sent.
func Example_inDoubt() {
	store := mocks.NewMockStore(gomock.NewController(t))
	store.EXPECT().
		Increment(gomock.Any(), ada, gomock.Any()).
		Return(&aerostore.Error{
			Op: aerostore.OpIncrement, Namespace: "test", Set: "users",
			Code: aerostore.CodeNetwork, InDoubt: true,
		})

	err := store.Increment(context.Background(), ada, aerostore.Bins{"visits": 1})
	fmt.Println(errors.Is(err, aerostore.CodeNetwork), aerostore.InDoubt(err))
	// Output: true true
}

// Return the records of a query as an iterator, which may end in an error.
func Example_query() {
	store := mocks.NewMockStore(gomock.NewController(t))
	store.EXPECT().
		Query(gomock.Any(), aerostore.Query{Namespace: "test", Set: "users"}).
		Return(iter.Seq2[*aerostore.Record, error](func(yield func(*aerostore.Record, error) bool) {
			if !yield(&aerostore.Record{Key: ada, Bins: aerostore.Bins{"name": "Ada"}}, nil) {
				return
			}
			yield(nil, &aerostore.Error{Op: aerostore.OpQuery, Code: aerostore.CodeQueryAborted})
		}))

	for record, err := range store.Query(context.Background(), aerostore.Query{Namespace: "test", Set: "users"}) {
		if err != nil {
			fmt.Println(aerostore.CodeOf(err).String())
			break
		}
		name, _ := record.Str("name")
		fmt.Println(name)
	}
	// Output:
	// Ada
	// QUERY_ABORTED
}

// Return what each operation returned by SetSteps, in the order of the operations.
func Example_operate() {
	scores := aerostore.ListBin("scores")
	best := []aerostore.Operation{scores.Append(42), scores.Get(cdt.Ranks(-3, 3))}

	answer := &aerostore.Record{Key: ada, Bins: aerostore.Bins{
		"scores": aerostore.OpResults{3, []any{10, 20, 42}},
	}}
	answer.SetSteps([]any{3, []any{10, 20, 42}})
	store := mocks.NewMockStore(gomock.NewController(t))
	store.EXPECT().Operate(gomock.Any(), ada, best).Return(answer, nil)

	record, err := store.Operate(context.Background(), ada, []aerostore.Operation{
		scores.Append(42), scores.Get(cdt.Ranks(-3, 3)),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	size, _ := record.Step(0).Int()
	three, _ := record.Step(1).List()
	fmt.Println(size, three)
	// Output: 3 [10 20 42]
}
