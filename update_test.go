package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/mock/gomock"
	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/mocks"
)

// plusOne is a change that adds 1 to the bin n.
func plusOne(r *aerostore.Record) (aerostore.Bins, error) {
	n, err := r.Int("n")
	if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
		return nil, err
	}
	return aerostore.Bins{"n": n + 1}, nil
}

func writing(bins aerostore.Bins) func(*aerostore.Record) (aerostore.Bins, error) {
	return func(*aerostore.Record) (aerostore.Bins, error) { return bins, nil }
}

func TestUpdateWritesWhatTheFunctionReturns(t *testing.T) {
	for name, tc := range map[string]struct {
		before  aerostore.Bins // nil for none
		change  func(*aerostore.Record) (aerostore.Bins, error)
		options []aerostore.WriteOption
		after   aerostore.Bins
		ops     string
	}{
		"a new record":                          {nil, plusOne, nil, aerostore.Bins{"n": 1}, "GET PUT"},
		"an existing record keeps other bins":   {aerostore.Bins{"n": 1, "a": "x"}, plusOne, nil, aerostore.Bins{"n": 2, "a": "x"}, "GET PUT"},
		"replaced with all bins":                {aerostore.Bins{"n": 1, "a": "x"}, plusOne, []aerostore.WriteOption{aerostore.Replace}, aerostore.Bins{"n": 2}, "GET PUT"},
		"a new record, replaced":                {nil, plusOne, []aerostore.WriteOption{aerostore.Replace}, aerostore.Bins{"n": 1}, "GET PUT"},
		"only if it exists":                     {aerostore.Bins{"n": 1}, plusOne, []aerostore.WriteOption{aerostore.UpdateOnly}, aerostore.Bins{"n": 2}, "GET PUT"},
		"nil options":                           {nil, plusOne, []aerostore.WriteOption{nil}, aerostore.Bins{"n": 1}, "GET PUT"},
		"a deleted bin":                         {aerostore.Bins{"n": 1, "a": "x"}, writing(aerostore.Bins{"a": nil}), nil, aerostore.Bins{"n": 1}, "GET PUT"},
		"the last bin removes the record":       {aerostore.Bins{"n": 1}, writing(aerostore.Bins{"n": nil}), nil, nil, "GET PUT"},
		"no bins":                               {aerostore.Bins{"n": 1}, writing(nil), nil, aerostore.Bins{"n": 1}, "GET"},
		"empty bins":                            {nil, writing(aerostore.Bins{}), nil, nil, "GET"},
		"nothing to delete in a missing record": {nil, writing(aerostore.Bins{"n": nil}), nil, nil, "GET"},
		"the record's own bins": {aerostore.Bins{"l": []any{1}}, func(r *aerostore.Record) (aerostore.Bins, error) {
			list, err := r.List("l")
			r.Bins["l"] = append(list, 2)
			return r.Bins, err
		}, nil, aerostore.Bins{"l": []any{1, 2}}, "GET PUT"},
	} {
		t.Run(name, func(t *testing.T) {
			backend := memory.NewT(t)
			if tc.before != nil {
				mustPut(t, backend, tc.before)
			}
			var ops []string
			store := aerostore.Chain(backend, aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
				return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					ops = append(ops, call.Name())
					return next(ctx, call)
				}
			}))
			if err := aerostore.Update(t.Context(), store, ada, tc.change, tc.options...); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(ops, " "); got != tc.ops {
				t.Errorf("the layers saw %s, want %s", got, tc.ops)
			}
			record, err := backend.Get(t.Context(), ada)
			switch {
			case tc.after == nil:
				if !errors.Is(err, aerostore.ErrNotFound) {
					t.Errorf("read %v, %v, want no record", record, err)
				}
			case err != nil:
				t.Error(err)
			case !reflect.DeepEqual(tc.after, record.Bins):
				t.Errorf("the record has %v, want %v", record.Bins, tc.after)
			}
		})
	}
}

func mustPut(t *testing.T, s aerostore.Store, bins aerostore.Bins, opts ...aerostore.WriteOption) {
	t.Helper()
	if err := s.Put(t.Context(), ada, bins, opts...); err != nil {
		t.Fatal(err)
	}
}

// What other writers do while the function runs is neither lost nor undone.
func TestUpdateKeepsWhatOtherWritersDo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		exists := rapid.Bool().Draw(rt, "exists")
		others := rapid.SliceOfN(rapid.SampledFrom([]string{"add", "add twice", "remove", "nothing"}), 0,
			aerostore.UpdateAttempts+2).Draw(rt, "others")
		var mistake error
		synctest.Test(t, func(t *testing.T) { mistake = updateAmong(t, exists, others) })
		if mistake != nil {
			rt.Fatal(mistake)
		}
	})
}

// updateAmong adds 1 to a record, to which another writer does something during each
// attempt. It returns how the outcome differs from that of one writer after the other.
func updateAmong(t *testing.T, exists bool, others []string) error {
	store := memory.NewT(t)
	if exists {
		mustPut(t, store, aerostore.Bins{"n": 0})
	}
	sum, calls := 0, 0
	add := func() {
		sum, exists = sum+1, true
		if err := store.Increment(t.Context(), ada, aerostore.Bins{"n": 1}); err != nil {
			t.Error(err)
		}
	}
	err := aerostore.Update(t.Context(), store, ada, func(r *aerostore.Record) (aerostore.Bins, error) {
		if (r != nil) != exists {
			t.Errorf("call %d got %v, want a record: %t", calls, r, exists)
		}
		if calls++; calls <= len(others) {
			switch others[calls-1] {
			case "add twice":
				add()
				add()
			case "add":
				add()
			case "remove":
				sum, exists = 0, false
				if _, err := store.Remove(t.Context(), ada); err != nil {
					t.Error(err)
				}
			}
		}
		return plusOne(r)
	})
	if err == nil {
		sum, exists = sum+1, true
	} else if calls != aerostore.UpdateAttempts || aerostore.InDoubt(err) {
		return fmt.Errorf("after %d calls: %w", calls, err)
	}
	if calls > aerostore.UpdateAttempts {
		return fmt.Errorf("the function was called %d times", calls)
	}
	record, err := store.Get(t.Context(), ada)
	if n, _ := record.Int("n"); n != sum || (err == nil) != exists {
		return fmt.Errorf("read %d, %w, want %d, and a record: %t", n, err, sum, exists)
	}
	return nil
}

func TestConcurrentUpdatesAddUp(t *testing.T) {
	const goroutines, updates = 8, 50
	store := memory.NewT(t)
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for done := 0; done < updates; {
				switch err := aerostore.Update(t.Context(), store, ada, plusOne); {
				case err == nil:
					done++
				case !errors.Is(err, aerostore.ErrGeneration) && !errors.Is(err, aerostore.ErrExists):
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	record, err := store.Get(t.Context(), ada)
	if n, _ := record.Int("n"); err != nil || n != goroutines*updates {
		t.Errorf("read %d, %v, want %d", n, err, goroutines*updates)
	}
}

func TestUpdateGivesUpAfterItsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewT(t)
		start, calls := time.Now(), 0
		err := aerostore.Update(t.Context(), store, ada, func(r *aerostore.Record) (aerostore.Bins, error) {
			calls++
			mustPut(t, store, aerostore.Bins{"n": -calls})
			return plusOne(r)
		})
		const want = "aerostore: UPDATE test.users: GENERATION_ERROR (3): the record was changed in between: " +
			"read it again, then decide: Update tried 16 times: use operations that the server applies, " +
			"such as those of ListBin, or divide the record"
		if err == nil || err.Error() != want || err.(*aerostore.Error).SafeMessage() != want {
			t.Errorf("Update returned\n%v, want\n%v", err, want)
		}
		if !errors.Is(err, aerostore.ErrGeneration) || aerostore.InDoubt(err) || calls != aerostore.UpdateAttempts {
			t.Errorf("%d calls; in doubt: %t", calls, aerostore.InDoubt(err))
		}
		record, err := store.Get(t.Context(), ada)
		if n, _ := record.Int("n"); err != nil || n != -calls {
			t.Errorf("read %d, %v, want what the other writer wrote", n, err)
		}
		if took, most := time.Since(start), 127*time.Millisecond+8*64*time.Millisecond; took == 0 || took > most {
			t.Errorf("the pauses took %v, want more than none and at most %v", took, most)
		}
	})
}

func TestUpdateStopsWhenTheContextEndsInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewT(t)
		reason := errors.New("the service stops")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(20*time.Millisecond, func() { cancel(reason) })
		start, calls := time.Now(), 0
		err := aerostore.Update(ctx, store, ada, func(r *aerostore.Record) (aerostore.Bins, error) {
			calls++
			mustPut(t, store, aerostore.Bins{"n": -calls})
			return plusOne(r)
		})
		for _, target := range []error{context.Canceled, reason, aerostore.ErrGeneration} {
			if !errors.Is(err, target) {
				t.Errorf("%v does not match %v", err, target)
			}
		}
		if took := time.Since(start); aerostore.InDoubt(err) || took != 20*time.Millisecond {
			t.Errorf("after %v and %d calls: in doubt %t", took, calls, aerostore.InDoubt(err))
		}
		if err != nil && strings.Contains(err.(*aerostore.Error).SafeMessage(), reason.Error()) {
			t.Errorf("the safe message has the text of the cause: %v", err)
		}
	})
}

func TestUpdateReturnsTheErrorOfTheFunction(t *testing.T) {
	store := memory.NewT(t)
	soldOut := errors.New("sold out")
	err := aerostore.Update(t.Context(), store, ada, func(*aerostore.Record) (aerostore.Bins, error) {
		return aerostore.Bins{"n": 1}, soldOut
	})
	if !errors.Is(err, soldOut) || err.Error() != "aerostore: UPDATE test.users: sold out" {
		t.Errorf("Update returned %v", err)
	}
	e, ok := errors.AsType[*aerostore.Error](err)
	if !ok || e.SafeMessage() != "aerostore: UPDATE test.users: *errors.errorString" {
		t.Errorf("the safe message is %q", e.SafeMessage())
	}
	if exists, err := store.Exists(t.Context(), ada); exists || err != nil {
		t.Errorf("the record exists: %t, %v", exists, err)
	}
	err = aerostore.Update(t.Context(), store, ada, func(r *aerostore.Record) (aerostore.Bins, error) {
		_, err := r.Int("n")
		return nil, err
	})
	if !errors.Is(err, aerostore.ErrBinNotFound) {
		t.Errorf("a missing record returned %v", err)
	}
}

// The write was applied, and its answer was lost.
func TestUpdateDoesNotRepeatAWriteInDoubt(t *testing.T) {
	idempotent := middleware.RetryOptions{Idempotent: func(aerostore.Call) bool { return true }}
	for name, layers := range map[string][]aerostore.Middleware{
		"without layers": nil,
		// Retry resends the write, which conflicts with itself.
		"under a Retry that resends": {middleware.Retry(idempotent)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := memory.NewT(t)
				mustPut(t, backend, aerostore.Bins{"n": 1})
				backend.Inject(fault.Fault{
					Ops: []aerostore.Op{aerostore.OpPut}, Times: 1,
					Code: aerostore.CodeTimeout, InDoubt: true, Applied: true,
				})
				calls := 0
				err := aerostore.Update(t.Context(), aerostore.Chain(backend, layers...), ada,
					func(r *aerostore.Record) (aerostore.Bins, error) {
						calls++
						return plusOne(r)
					})
				if !aerostore.InDoubt(err) || calls != 1 {
					t.Errorf("after %d calls: %v, want one call, and doubt", calls, err)
				}
				record, err := backend.Get(t.Context(), ada)
				if n, _ := record.Int("n"); err != nil || n != 2 {
					t.Errorf("read %d, %v, want that the write was applied once", n, err)
				}
			})
		})
	}
}

func TestUpdateReturnsTheErrorsOfItsReadAndWrite(t *testing.T) {
	for _, op := range []aerostore.Op{aerostore.OpGet, aerostore.OpPut} {
		store := memory.NewT(t)
		store.Inject(fault.Fault{Ops: []aerostore.Op{op}, Code: aerostore.CodeDeviceOverload})
		err := aerostore.Update(t.Context(), store, ada, plusOne)
		if e, ok := errors.AsType[*aerostore.Error](err); !ok || e.Op != op || e.Code != aerostore.CodeDeviceOverload {
			t.Errorf("%v failed: Update returned %v", op, err)
		}
	}
}

func TestUpdateRefusesWhatItCannotDo(t *testing.T) {
	untouched := mocks.NewMockStore(gomock.NewController(t)) // fails the test if it is called
	store := memory.NewT(t)
	update := func(s aerostore.Store, opts ...aerostore.WriteOption) error {
		return aerostore.Update(t.Context(), s, ada, plusOne, opts...)
	}
	for name, err := range map[string]error{
		"a generation":         update(untouched, aerostore.GenerationEqual(1)),
		"a greater generation": update(untouched, aerostore.GenerationGreater(1)),
		"CreateOnly":           update(untouched, aerostore.CreateOnly),
		"no function":          aerostore.Update(t.Context(), untouched, ada, nil),
		"no store":             update(nil),
		"no context":           aerostore.Update(nil, untouched, ada, plusOne), //nolint:staticcheck // SA1012: the mistake that is tested
		"no key":               aerostore.Update(t.Context(), store, aerostore.Key{}, plusOne),
		"a negative timeout":   update(store, aerostore.Timeout(-1)),
		"a TTL of zero":        update(store, aerostore.TTL(0)),
		"a bin name that is too long": aerostore.Update(t.Context(), store, ada,
			writing(aerostore.Bins{strings.Repeat("n", 16): 1})),
	} {
		if !errors.Is(err, aerostore.ErrInvalid) || aerostore.InDoubt(err) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestUpdateFailsWithoutTheRecordThatAnOptionRequires(t *testing.T) {
	for _, option := range []aerostore.RecordExists{aerostore.UpdateOnly, aerostore.ReplaceOnly} {
		store := memory.NewT(t)
		err := aerostore.Update(t.Context(), store, ada, func(*aerostore.Record) (aerostore.Bins, error) {
			t.Error("the function was called")
			return nil, nil
		}, option)
		if !errors.Is(err, aerostore.ErrNotFound) {
			t.Errorf("a record that is missing: %v", err)
		}
		mustPut(t, store, aerostore.Bins{"n": 1})
		err = aerostore.Update(t.Context(), store, ada, func(r *aerostore.Record) (aerostore.Bins, error) {
			_, _ = store.Remove(t.Context(), ada)
			return plusOne(r)
		}, option)
		if !errors.Is(err, aerostore.ErrNotFound) {
			t.Errorf("a record that is removed in between: %v", err)
		}
	}
}

// A Store may answer a write with GenerationEqual that the record does not exist.
func TestUpdateReadsAgainWhenTheRecordWasRemovedInBetween(t *testing.T) {
	store := mocks.NewMockStore(gomock.NewController(t))
	gomock.InOrder(
		store.EXPECT().Get(gomock.Any(), ada).Return(&aerostore.Record{Generation: 7}, nil),
		store.EXPECT().Put(gomock.Any(), ada, gomock.Any(), aerostore.GenerationEqual(7)).Return(aerostore.ErrNotFound),
		store.EXPECT().Get(gomock.Any(), ada).Return(nil, aerostore.ErrNotFound),
		store.EXPECT().Put(gomock.Any(), ada, aerostore.Bins{"n": 1}, aerostore.CreateOnly).Return(nil),
	)
	if err := aerostore.Update(t.Context(), store, ada, plusOne); err != nil {
		t.Error(err)
	}
}

func TestUpdatePassesItsOptionsOn(t *testing.T) {
	ctrl := gomock.NewController(t)
	store := mocks.NewMockStore(ctrl)
	key := aerostore.NewKey("test", "users", 1)
	given := make([]aerostore.WriteOption, 2, 8)
	given[0], given[1] = aerostore.Timeout(time.Second), aerostore.TTL(time.Hour)

	store.EXPECT().Get(gomock.Any(), key, aerostore.Timeout(time.Second)).Return(nil, aerostore.ErrNotFound)
	store.EXPECT().Put(gomock.Any(), key, gomock.Any(), given[0], given[1], aerostore.CreateOnly).Return(nil)
	if err := aerostore.Update(t.Context(), store, key, plusOne, given...); err != nil {
		t.Error(err)
	}
	store.EXPECT().Get(gomock.Any(), key).Return(&aerostore.Record{Generation: 7}, nil)
	store.EXPECT().Put(gomock.Any(), key, gomock.Any(), aerostore.GenerationEqual(7)).Return(nil)
	if err := aerostore.Update(t.Context(), store, key, plusOne); err != nil {
		t.Error(err)
	}
	if rest := given[:3][2]; rest != nil {
		t.Errorf("Update wrote %v behind the caller's options", rest)
	}
	store.EXPECT().Get(gomock.Any(), key).Return(nil, nil)
	if err := aerostore.Update(t.Context(), store, key, plusOne); err == nil || !strings.Contains(err.Error(), "MockStore") {
		t.Errorf("a store that returns no record and no error: %v", err)
	}
}

func TestUpdateResetsTheTTLUnlessAnOptionKeepsIt(t *testing.T) {
	for name, tc := range map[string]struct {
		options []aerostore.WriteOption
		want    aerostore.TTL
	}{
		"no option": {nil, aerostore.NeverExpire},
		"KeepTTL":   {[]aerostore.WriteOption{aerostore.KeepTTL}, aerostore.TTL(time.Hour)},
		"a TTL":     {[]aerostore.WriteOption{aerostore.TTL(time.Minute)}, aerostore.TTL(time.Minute)},
	} {
		synctest.Test(t, func(t *testing.T) {
			store := memory.NewT(t)
			mustPut(t, store, aerostore.Bins{"n": 1}, aerostore.TTL(time.Hour))
			if err := aerostore.Update(t.Context(), store, ada, plusOne, tc.options...); err != nil {
				t.Fatal(err)
			}
			if record, err := store.Get(t.Context(), ada); err != nil || record.TTL != tc.want {
				t.Errorf("%s: read %v, %v, want the TTL %v", name, record, err, tc.want)
			}
		})
	}
}

// A server counts generations up to 65,535 and then from 1.
func TestUpdateWorksWhereGenerationsBeginAgain(t *testing.T) {
	store := memory.NewT(t)
	for range 65534 {
		mustPut(t, store, aerostore.Bins{"n": 0})
	}
	var generations []uint32
	for range 3 {
		err := aerostore.Update(t.Context(), store, ada, func(r *aerostore.Record) (aerostore.Bins, error) {
			generations = append(generations, r.Generation)
			return plusOne(r)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(generations, []uint32{65534, 65535, 1}) {
		t.Errorf("Update read the generations %v", generations)
	}
	record, err := store.Get(t.Context(), ada)
	if n, _ := record.Int("n"); err != nil || n != 3 {
		t.Errorf("read %d, %v, want 3", n, err)
	}
}

func TestUpdateChecksTheGenerationThatItRead(t *testing.T) {
	store := memory.NewT(t)
	mustPut(t, store, aerostore.Bins{"n": 1})
	calls := 0
	err := aerostore.Update(t.Context(), store, ada, func(r *aerostore.Record) (aerostore.Bins, error) {
		if calls++; calls == 1 {
			mustPut(t, store, aerostore.Bins{"n": 10})
		}
		n, err := r.Int("n")
		*r = aerostore.Record{Generation: 2} // the record is the function's to change
		return aerostore.Bins{"n": n + 1}, err
	})
	if err != nil || calls != 2 {
		t.Errorf("the function was called %d times, %v", calls, err)
	}
	wantBin(t, store, "n", 11)
}
