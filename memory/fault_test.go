package memory_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestTheZeroFaultFailsEverything(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"n": 1})
	fault := s.Inject(memory.Fault{})
	_, get := s.Get(ctx, key("a"))
	results, batch := s.BatchRead(ctx, []aerostore.Key{key("a")}, nil)
	custom := aerostore.Do(ctx, s, aerostore.Custom{Name: "TRUNCATE"}, func(context.Context) error {
		t.Error("the custom call ran")
		return nil
	})
	for name, err := range map[string]error{
		"Put": s.Put(ctx, key("a"), bins{"n": 2}),
		"Get": get, "BatchRead": batch, "Do": custom,
		"Query": queryError(ctx, s, aerostore.Query{Namespace: "test"}),
	} {
		if wantCode(t, err, aerostore.CodeServer); aerostore.InDoubt(err) {
			t.Errorf("%s: in doubt", name)
		}
	}
	if results != nil {
		t.Errorf("a failed batch has results: %v", results)
	}
	if n := fault.Strikes(); n != 5 {
		t.Errorf("%d strikes, want 5", n)
	}
	fault.Stop()
	fault.Stop()
	if n, _ := mustGet(t, s, key("a")).Int("n"); n != 1 {
		t.Errorf("n is %d: a write that failed was applied", n)
	}
	if n := fault.Strikes(); n != 5 {
		t.Errorf("%d strikes after Stop, want 5", n)
	}
}

func TestAFaultStrikesOnlyTheOperationsItSelects(t *testing.T) {
	elsewhere := aerostore.NewKey("bar", "users", "a")
	other := aerostore.NewKey("test", "others", "a")
	keys := []aerostore.Key{key("a"), key("b"), other, elsewhere}
	for name, tt := range map[string]struct {
		fault memory.Fault
		want  []bool // for each key, whether Get fails
		query bool   // whether a query of test.users does
	}{
		"everything":      {memory.Fault{}, []bool{true, true, true, true}, true},
		"an operation":    {memory.Fault{Ops: []aerostore.Op{aerostore.OpGet, aerostore.OpPut}}, []bool{true, true, true, true}, false},
		"another":         {memory.Fault{Ops: []aerostore.Op{aerostore.OpQuery}}, []bool{false, false, false, false}, true},
		"a namespace":     {memory.Fault{Namespace: "bar"}, []bool{false, false, false, true}, false},
		"a set":           {memory.Fault{Set: "users"}, []bool{true, true, false, true}, true},
		"both":            {memory.Fault{Namespace: "test", Set: "users"}, []bool{true, true, false, false}, true},
		"a key":           {memory.Fault{Key: key("a")}, []bool{true, false, false, false}, false},
		"a digest":        {memory.Fault{Key: aerostore.DigestKey("test", "users", key("b").Digest())}, []bool{false, true, false, false}, false},
		"another's key":   {memory.Fault{Key: key("a"), Set: "others"}, []bool{false, false, false, false}, false},
		"by a function":   {memory.Fault{Match: func(c aerostore.Call) bool { return c.Key == other }}, []bool{false, false, true, false}, false},
		"later in a scan": {memory.Fault{After: 1}, []bool{false, false, false, false}, true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			s := memory.NewT(t)
			for _, k := range keys {
				mustPut(t, s, k, bins{"n": 1})
			}
			s.Inject(tt.fault)
			var got []bool
			for _, k := range keys {
				_, err := s.Get(ctx, k)
				got = append(got, err != nil)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Get failed: %v, want %v", got, tt.want)
			}
			if err := queryError(ctx, s, aerostore.Query{Namespace: "test", Set: "users"}); (err != nil) != tt.query {
				t.Errorf("Query: %v", err)
			}
		})
	}
}

func TestABatchFailsAsAWholeForOneOfItsKeys(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	keys := []aerostore.Key{key("a"), key("b")}
	s.Inject(memory.Fault{Key: key("b"), Code: aerostore.CodeTimeout, InDoubt: true, Applied: true, Times: 1})
	results, err := s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.AddBin("n", 1)})
	if wantCode(t, err, aerostore.CodeTimeout); results != nil || !aerostore.InDoubt(err) {
		t.Errorf("BatchOperate: %v, %v", results, err)
	}
	for _, k := range keys {
		if n, _ := mustGet(t, s, k).Int("n"); n != 1 {
			t.Errorf("n is %d, want 1", n)
		}
	}
}

func TestAWriteInDoubtIsAppliedOrNot(t *testing.T) {
	for _, applied := range []bool{false, true} {
		ctx := t.Context()
		s := memory.NewT(t)
		cause := errors.New("connection reset")
		fault := s.Inject(memory.Fault{Err: cause, InDoubt: true, Applied: applied, Times: 4})
		err := s.Put(ctx, key("a"), bins{"n": 1})
		if !errors.Is(err, cause) || !aerostore.InDoubt(err) || aerostore.CodeOf(err) != aerostore.CodeOK {
			t.Errorf("Put: %v", err)
		}
		if _, err := s.Get(ctx, key("a")); !errors.Is(err, cause) || aerostore.InDoubt(err) {
			t.Errorf("Get: %v", err)
		}
		for r, err := range s.Query(ctx, aerostore.Query{Namespace: "test"}) {
			if r != nil || !errors.Is(err, cause) || aerostore.InDoubt(err) {
				t.Errorf("Query: %v, %v", r, err)
			}
		}
		ran := false
		err = aerostore.Do(ctx, s, aerostore.Custom{Name: "TRUNCATE", Writes: true}, func(context.Context) error {
			ran = true
			return nil
		})
		if !aerostore.InDoubt(err) || ran != applied {
			t.Errorf("Do: %v, ran %v", err, ran)
		}
		if existed, err := s.Exists(ctx, key("a")); existed != applied || err != nil {
			t.Errorf("Exists: %v, %v, want %v", existed, err, applied)
		}
		if n := fault.Strikes(); n != 4 {
			t.Errorf("%d strikes, want 4", n)
		}
	}
}

func TestALostAnswerHidesAFailure(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"n": 1})
	s.Inject(memory.Fault{Code: aerostore.CodeNetwork, InDoubt: true, Applied: true, Times: 1})
	wantCode(t, s.Put(t.Context(), key("a"), bins{"n": 2}, aerostore.CreateOnly), aerostore.CodeNetwork)
	if n, _ := mustGet(t, s, key("a")).Int("n"); n != 1 {
		t.Errorf("n is %d, want 1", n)
	}
}

func TestAFaultEndsAQueryAfterSomeRecords(t *testing.T) {
	s := memory.NewT(t)
	numbers(t, s, 5)
	const never = -1
	for _, tt := range []struct {
		after, limit int
		stop         int // where the caller stops
		want         int // records before the error
	}{
		{after: 0, want: 0},
		{after: 3, want: 3},
		{after: 5, want: 5},
		{after: 6, want: never},
		{after: 3, limit: 3, want: 3},
		{after: 3, limit: 2, want: never},
		{after: 3, stop: 3, want: never},
	} {
		fault := s.Inject(memory.Fault{After: tt.after, Code: aerostore.CodeTimeout})
		got, rows := never, 0
		for _, err := range s.Query(t.Context(), aerostore.Query{
			Namespace: "test", Set: "numbers", MaxRecords: tt.limit,
		}) {
			if err != nil {
				wantCode(t, err, aerostore.CodeTimeout)
				got = rows
				continue
			}
			if rows++; rows == tt.stop {
				break
			}
		}
		if got != tt.want || (fault.Strikes() == 1) != (tt.want != never) {
			t.Errorf("%+v: an error after %d records, %d strikes", tt, got, fault.Strikes())
		}
		fault.Stop()
	}
}

func TestFaultsStrikeInTheOrderOfInject(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	s.Inject(memory.Fault{Code: aerostore.CodeTimeout, Times: 2})
	s.Inject(memory.Fault{Code: aerostore.CodeNetwork, Times: 1})
	var got []aerostore.ResultCode
	for range 4 {
		got = append(got, aerostore.CodeOf(s.Put(ctx, key("a"), bins{"n": 1})))
	}
	want := []aerostore.ResultCode{aerostore.CodeTimeout, aerostore.CodeTimeout, aerostore.CodeNetwork, aerostore.CodeOK}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("codes %v, want %v", got, want)
	}
}

func TestASeedDeterminesWhichOperationsAreStruck(t *testing.T) {
	const calls = 1000
	run := func(seed uint64) (struck []bool) {
		s := memory.NewT(t)
		fault := s.Inject(memory.Fault{Probability: 0.25, Seed: seed})
		for range calls {
			_, err := s.Exists(t.Context(), key("a"))
			struck = append(struck, err != nil)
		}
		if n := fault.Strikes(); n < calls/5 || n > calls/3 {
			t.Errorf("%d strikes in %d calls at 0.25", n, calls)
		}
		return struck
	}
	first := run(1)
	if !slices.Equal(first, run(1)) {
		t.Error("the same seed strikes other calls")
	}
	if slices.Equal(first, run(2)) {
		t.Error("another seed strikes the same calls")
	}
}

func TestAFaultDoesNotStrikeOperationsThatFailBeforeIt(t *testing.T) {
	s := memory.NewT(t)
	fault := s.Inject(memory.Fault{})
	if err := s.Put(t.Context(), key("a"), nil); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("Put: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Touch(ctx, key("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("Touch: %v", err)
	}
	s.Close()
	if err := s.Touch(t.Context(), key("a")); !errors.Is(err, aerostore.ErrClosed) {
		t.Errorf("Touch: %v", err)
	}
	if n := fault.Strikes(); n != 0 {
		t.Errorf("%d strikes", n)
	}
}

func TestTimesLimitsTheStrikesOfAllGoroutines(t *testing.T) {
	s := memory.NewT(t)
	fault := s.Inject(memory.Fault{Times: turns})
	failed := make([]int, goroutines)
	together(goroutines, func(i int) {
		for range turns {
			s.Inject(memory.Fault{Key: key("other"), Code: aerostore.CodeNetwork}).Stop()
			if _, err := s.Exists(t.Context(), key("a")); err != nil {
				failed[i]++
			}
		}
	})
	sum := 0
	for _, n := range failed {
		sum += n
	}
	if sum != turns || fault.Strikes() != turns {
		t.Errorf("%d calls failed, %d strikes, want %d", sum, fault.Strikes(), turns)
	}
}

func TestInjectPanicsOnInvalidFaults(t *testing.T) {
	for name, fault := range map[string]memory.Fault{
		"no operation":         {Ops: []aerostore.Op{0}},
		"an unknown operation": {Ops: []aerostore.Op{^aerostore.Op(0)}},
		"a probability of 2":   {Probability: 2},
		"a probability of NaN": {Probability: math.NaN()},
		"a negative number":    {Times: -1},
		"after less than none": {After: -1},
		"after some of a Get":  {After: 1, Ops: []aerostore.Op{aerostore.OpGet}},
		"applied, no doubt":    {Applied: true},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			memory.NewT(t).Inject(fault)
		})
	}
}
