package memory_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// fading is a context that is cancelled once Err was called a number of times.
type fading struct {
	context.Context
	left int
}

func (f *fading) Err() error {
	if f.left--; f.left < 0 {
		return context.Canceled
	}
	return nil
}

func filled(t *testing.T, records int, opts ...memory.Option) *memory.Store {
	t.Helper()
	s := memory.NewT(t, opts...)
	for i := range records {
		if err := s.Put(t.Context(), aerostore.NewKey("test", "users", i), aerostore.Bins{"n": 0}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func sum(t *testing.T, s aerostore.Store) (sum int64) {
	t.Helper()
	for r, err := range s.Query(context.Background(), aerostore.Query{Namespace: "test", Set: "users"}) {
		if err != nil {
			t.Fatal(err)
		}
		n, _ := r.Int("n")
		sum += int64(n)
	}
	return sum
}

var (
	everyUser = aerostore.Query{Namespace: "test", Set: "users"}
	addOne    = []aerostore.Operation{aerostore.AddBin("n", 1)}
)

func TestAJobThatIsCancelledSaysHowFarItWas(t *testing.T) {
	t.Parallel()
	s := filled(t, 1000)
	executor, _ := aerostore.As[aerostore.Executor](s)
	done, err := executor.Execute(&fading{t.Context(), 500}, aerostore.Job{Query: everyUser, Operations: addOne})
	if !errors.Is(err, context.Canceled) || !aerostore.InDoubt(err) || !strings.Contains(err.Error(), "EXECUTE test.users") {
		t.Errorf("the error is %v, want the context's, in doubt", err)
	}
	if done.Applied == 0 || done.Applied == 1000 || done.Applied != sum(t, s) || done.Fraction <= 0 || done.Fraction >= 1 {
		t.Errorf("%v, and %d records were changed", done, sum(t, s))
	}
}

func TestAJobLosesNoConcurrentWrite(t *testing.T) {
	t.Parallel()
	const records, jobs, writers = 200, 20, 4
	s := filled(t, records)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range records {
				if err := s.Increment(t.Context(), aerostore.NewKey("test", "users", i), aerostore.Bins{"n": 1}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range jobs {
		if done, err := aerostore.Execute(t.Context(), s, everyUser, addOne); err != nil || done.Applied != records {
			t.Errorf("%v, %v", done, err)
		}
	}
	wg.Wait()
	if got, want := sum(t, s), int64(records*(jobs+writers)); got != want {
		t.Errorf("the sum is %d, want %d", got, want)
	}
}

func TestAJobChangesEachRecordOnceThoughItMovesInTheIndex(t *testing.T) {
	t.Parallel()
	s := filled(t, 500)
	if err := s.CreateIndex(t.Context(), aerostore.Index{Namespace: "test", Set: "users", Name: "n", Bin: "n", Type: aerostore.IndexInt}); err != nil {
		t.Fatal(err)
	}
	q := everyUser
	q.Where = aerostore.Range("n", 0, 1000)
	if done, err := aerostore.Execute(t.Context(), s, q, addOne); err != nil || done.Applied != 500 || sum(t, s) != 500 {
		t.Errorf("%v, %v; the sum is %d, want 500", done, err, sum(t, s))
	}
}

func TestAJobReportsWhileItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := filled(t, 10_000)
		last, calls := aerostore.Progress{}, 0
		ops := []aerostore.Operation{aerostore.AddBin("n", 1)}

		ctx := &slow{Context: t.Context(), every: 2000}
		_, err := aerostore.Execute(ctx, s, everyUser, ops, aerostore.OnProgress(func(p aerostore.Progress) {
			if calls++; p.Applied < last.Applied || p.Fraction < last.Fraction || p.Fraction > 1 {
				t.Errorf("%v follows %v", p, last)
			}
			last = p
		}))
		if err != nil || calls < 3 || last != (aerostore.Progress{Fraction: 1, Applied: 10_000}) {
			t.Errorf("%d calls, the last with %v, error %v", calls, last, err)
		}
	})
}

// slow is a context whose Err takes a second now and then.
type slow struct {
	context.Context
	calls, every int
}

func (s *slow) Err() error {
	if s.calls++; s.calls%s.every == 0 {
		time.Sleep(time.Second)
	}
	return s.Context.Err()
}

func TestAFaultFailsAJobBeforeItChangesAnything(t *testing.T) {
	t.Parallel()
	s := filled(t, 10)
	s.Inject(memory.Fault{Ops: []aerostore.Op{aerostore.OpCustom}, Err: aerostore.CodeDeviceOverload})
	if _, err := aerostore.Execute(t.Context(), s, everyUser, addOne); !errors.Is(err, aerostore.CodeDeviceOverload) {
		t.Errorf("the error is %v", err)
	}
	if sum(t, s) != 0 {
		t.Error("records were changed")
	}
}

func TestTruncateNamespaceEmptiesOneNamespace(t *testing.T) {
	t.Parallel()
	s := filled(t, 100)
	other, elsewhere := aerostore.NewKey("test", "", 1), aerostore.NewKey("bar", "users", 1)
	for _, key := range []aerostore.Key{other, elsewhere} {
		if err := s.Put(t.Context(), key, aerostore.Bins{"n": 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := aerostore.TruncateNamespace(t.Context(), s, "test", time.Time{}); err != nil {
		t.Fatal(err)
	}
	for namespace, want := range map[string]int64{"test": 0, "bar": 1} {
		if n, err := aerostore.Count(t.Context(), s, namespace, ""); n != want || err != nil {
			t.Errorf("%s has %d records, %v, want %d", namespace, n, err, want)
		}
	}
}

func TestTruncateGoesByTheClockOfTheStore(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, time.May, 1, 0, 0, 0, 0, time.UTC)
	s := filled(t, 3, memory.WithClock(func() time.Time { return now }))
	count := func(want int64) {
		t.Helper()
		if n, err := aerostore.Count(t.Context(), s, "test", "users"); n != want || err != nil {
			t.Errorf("there are %d records, %v, want %d", n, err, want)
		}
	}
	s.Advance(time.Hour)
	if err := s.Touch(t.Context(), aerostore.NewKey("test", "users", 1)); err != nil {
		t.Fatal(err)
	}
	if err := aerostore.Truncate(t.Context(), s, "test", "users", now.Add(time.Hour+time.Millisecond)); !errors.Is(err, aerostore.ErrParameter) {
		t.Errorf("the error is %v, want one about the future", err)
	}
	if err := aerostore.Truncate(t.Context(), s, "test", "users", now); err != nil { // the first write was not before
		t.Fatal(err)
	}
	count(3)
	if err := aerostore.Truncate(t.Context(), s, "test", "users", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	count(1)
	if err := aerostore.Truncate(t.Context(), s, "test", "users", time.Time{}); err != nil {
		t.Fatal(err)
	}
	count(0)
}

func TestATruncationThatIsCancelledIsInDoubt(t *testing.T) {
	t.Parallel()
	s := filled(t, 1000)
	truncator, _ := aerostore.As[aerostore.Truncator](s)
	err := truncator.Truncate(&fading{t.Context(), 20}, aerostore.Truncation{Namespace: "test", Set: "users"})
	n, _ := aerostore.Count(t.Context(), s, "test", "users")
	if !errors.Is(err, context.Canceled) || !aerostore.InDoubt(err) || n == 0 || n == 1000 {
		t.Errorf("the error is %v with %d records left", err, n)
	}
}

func TestRecordsThatAreLoadedCanBeTruncated(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	if err := filled(t, 10).Snapshot(&text); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s := memory.NewT(t, memory.WithClock(func() time.Time { return now }))
	s.Advance(time.Hour)
	if err := s.Load(strings.NewReader(text.String())); err != nil {
		t.Fatal(err)
	}
	if err := aerostore.Truncate(t.Context(), s, "test", "users", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, _ := aerostore.Count(t.Context(), s, "test", "users"); n != 10 { // they were written when they were loaded
		t.Errorf("%d records are left, want 10", n)
	}
	if err := aerostore.Truncate(t.Context(), s, "test", "users", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if n, _ := aerostore.Count(t.Context(), s, "test", ""); n != 0 {
		t.Errorf("%d records are left, want none", n)
	}
}

func TestCountLeavesOutWhatHasExpired(t *testing.T) {
	t.Parallel()
	s := filled(t, 5)
	for i := range 3 {
		key := aerostore.NewKey("test", "users", i)
		if err := s.Put(t.Context(), key, aerostore.Bins{"n": 1}, aerostore.TTL(time.Duration(i+1)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	s.Advance(2 * time.Minute)
	if n, err := aerostore.Count(t.Context(), s, "test", "users"); n != 3 || err != nil {
		t.Errorf("there are %d records, %v, want 3", n, err)
	}
}
