package draw_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aerostore/aerostore/internal/draw"
)

func TestADrawIsExactForManyGoroutines(t *testing.T) {
	t.Parallel()
	d := draw.New(0, 0, 3, 5)
	var hits, lasts atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 10 {
				hit, last := d.Next()
				if hit {
					hits.Add(1)
				}
				if last {
					lasts.Add(1)
				}
			}
		})
	}
	all.Wait()
	if hits.Load() != 5 || lasts.Load() != 1 || d.Hits() != 5 {
		t.Errorf("%d hits, %d of them the last; Hits returns %d", hits.Load(), lasts.Load(), d.Hits())
	}
}

func TestADrawPassesOverTheFirstEvents(t *testing.T) {
	t.Parallel()
	d := draw.New(0, 0, 2, 1)
	for i, want := range []bool{false, false, true, false} {
		if hit, last := d.Next(); hit != want || last != want {
			t.Errorf("event %d: %t, %t", i, hit, last)
		}
	}
}

func TestASeedDeterminesTheHits(t *testing.T) {
	t.Parallel()
	a, b, other := draw.New(0.5, 7, 0, 0), draw.New(0.5, 7, 0, 0), draw.New(0.5, 8, 0, 0)
	same := true
	for range 100 {
		first, _ := a.Next()
		second, _ := b.Next()
		third, _ := other.Next()
		if first != second {
			t.Fatal("two draws of one seed differ")
		}
		same = same && first == third
	}
	if same || a.Hits() == 0 || a.Hits() == 100 {
		t.Errorf("%d hits, the same with another seed: %t", a.Hits(), same)
	}
}

func TestAStoppedDrawHitsNothing(t *testing.T) {
	t.Parallel()
	d := draw.New(0, 0, 0, 0)
	d.Stop()
	if hit, last := d.Next(); hit || last {
		t.Error("it hit")
	}
}
