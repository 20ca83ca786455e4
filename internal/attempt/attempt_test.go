package attempt_test

import (
	"context"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/attempt"
)

func TestNothingIsRecordedWithoutARecord(t *testing.T) {
	attempt.Want()
	for name, ctx := range map[string]context.Context{
		"none":   t.Context(),
		"hidden": hidden(t),
	} {
		a := attempt.Begin(ctx, "retry")
		if a != nil || a.Next() != nil || a.Within(ctx) != ctx {
			t.Errorf("%s: an attempt was recorded", name)
		}
		a.End(aerostore.Call{}, aerostore.Result{}, nil)
		a.Abandon()
	}
}

func hidden(t *testing.T) context.Context {
	ctx, _ := attempt.New(t.Context())
	return attempt.Hide(ctx)
}

func TestWhatIsReportedAfterCloseIsDropped(t *testing.T) {
	attempt.Want()
	ctx, record := attempt.New(t.Context())
	first := attempt.Begin(ctx, "hedge")
	second := first.Next()
	second.End(aerostore.Call{Op: aerostore.OpGet}, aerostore.Result{}, nil)
	made, _ := record.Close()
	if len(made) != 2 || !made[0].Abandoned || made[1].Abandoned {
		t.Fatalf("%d attempts", len(made))
	}
	ended := first.Ended
	first.End(aerostore.Call{Op: aerostore.OpGet}, aerostore.Result{}, context.Canceled)
	first.Abandon()
	first.Next()
	if attempt.Begin(ctx, "retry") != nil || attempt.Begin(first.Within(ctx), "retry") != nil {
		t.Error("an attempt began")
	}
	if first.Err != nil || !first.Ended.Equal(ended) {
		t.Errorf("the attempt changed: %v at %v", first.Err, first.Ended)
	}
	if made, omitted := record.Close(); len(made) != 2 || omitted != 0 {
		t.Errorf("%d attempts, %d omitted", len(made), omitted)
	}
}

func TestARecordIsSafeForConcurrentUse(t *testing.T) {
	attempt.Want()
	ctx, record := attempt.New(t.Context())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for a := attempt.Begin(ctx, "retry"); a != nil && a.Number < 20; a = a.Next() {
				inside := attempt.Begin(a.Within(ctx), "asbackend")
				inside.Next().End(aerostore.Call{}, aerostore.Result{}, nil)
				a.End(aerostore.Call{}, aerostore.Result{}, nil)
			}
		})
	}
	record.Close()
	all.Wait()
	if made, _ := record.Close(); len(made) > 8+attempt.Limit {
		t.Errorf("%d attempts", len(made))
	}
}
