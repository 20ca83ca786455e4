package aerostore_test

import (
	"cmp"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// The loops that docs/recipes.md shows beside its recipes do what they say.

func TestLoopOfTheLeaderboard(t *testing.T) {
	ctx, store, key := t.Context(), memory.NewT(t), ada
	win := func(player string, n int) (place int, err error) {
		err = aerostore.Update(ctx, store, key, func(r *aerostore.Record) (aerostore.Bins, error) {
			points, err := r.Map("points")
			if errors.Is(err, aerostore.ErrBinNotFound) {
				points, err = map[any]any{}, nil
			}
			if err != nil {
				return nil, err
			}
			before, _ := points[player].(int)
			points[player] = before + n
			place = 0
			for _, other := range points {
				if other.(int) > before+n {
					place++
				}
			}
			return aerostore.Bins{"points": points}, nil
		})
		return place, err
	}

	var places []int
	for _, w := range []struct {
		player string
		n      int
	}{{"ada", 30}, {"bob", 50}, {"eve", 10}, {"ada", 30}} {
		place, err := win(w.player, w.n)
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, place)
	}
	if want := []int{0, 0, 2, 0}; !slices.Equal(places, want) {
		t.Errorf("the places are %v, want %v", places, want)
	}
}

func TestLoopOfTheRateLimit(t *testing.T) {
	ctx, store := t.Context(), memory.NewT(t)
	const limit, window = 3, time.Minute
	allow := func(user aerostore.Key, now time.Time) (allowed bool, err error) {
		err = aerostore.Update(ctx, store, user, func(r *aerostore.Record) (aerostore.Bins, error) {
			times, err := r.List("times")
			if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
				return nil, err
			}
			times = slices.DeleteFunc(times, func(t any) bool {
				return int64(t.(int)) < now.Add(-window).UnixMilli()
			})
			if allowed = len(times) < limit; !allowed {
				return nil, nil
			}
			return aerostore.Bins{"times": append(times, now.UnixMilli())}, nil
		}, aerostore.TTL(window))
		return allowed, err
	}

	now := time.Now()
	var got []bool
	for _, second := range []time.Duration{0, 20, 40, 50, 55, 61, 62} {
		allowed, err := allow(ada, now.Add(second*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, allowed)
	}
	if want := []bool{true, true, true, false, false, true, false}; !slices.Equal(got, want) {
		t.Errorf("allowed %v, want %v", got, want)
	}
}

func TestLoopOfTheSessions(t *testing.T) {
	ctx, store, user := t.Context(), memory.NewT(t), ada
	const lifetime = time.Hour
	logIn := func(id, device string, now time.Time) error {
		return aerostore.Update(ctx, store, user, func(r *aerostore.Record) (aerostore.Bins, error) {
			sessions, err := r.Map("sessions")
			if errors.Is(err, aerostore.ErrBinNotFound) {
				sessions, err = map[any]any{}, nil
			}
			if err != nil {
				return nil, err
			}
			maps.DeleteFunc(sessions, func(_, session any) bool {
				return int64(session.([]any)[0].(int)) < now.Unix()
			})
			sessions[id] = []any{now.Add(lifetime).Unix(), device}
			return aerostore.Bins{"sessions": sessions}, nil
		})
	}

	now := time.Now()
	for i, id := range []string{"s1", "s2", "s3"} {
		if err := logIn(id, "phone", now.Add(time.Duration(i)*45*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	record, err := store.Get(ctx, user)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := record.Map("sessions")
	if err != nil || len(sessions) != 2 || sessions["s1"] != nil {
		t.Errorf("the sessions are %v, %v, want s2 and s3", sessions, err)
	}
}

func TestLoopOfTheEventLog(t *testing.T) {
	ctx, store, key := t.Context(), memory.NewT(t), ada
	const most = 3
	log := func(event string) error {
		return aerostore.Update(ctx, store, key, func(r *aerostore.Record) (aerostore.Bins, error) {
			events, err := r.List("events")
			if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
				return nil, err
			}
			events = append(events, event)
			return aerostore.Bins{"events": events[max(0, len(events)-most):]}, nil
		})
	}

	for _, event := range []string{"opened", "closed", "locked", "unlocked"} {
		if err := log(event); err != nil {
			t.Fatal(err)
		}
	}
	wantBin(t, store, "events", []any{"closed", "locked", "unlocked"})
}

func wantBin(t *testing.T, s aerostore.Store, bin string, want any) {
	t.Helper()
	record, err := s.Get(t.Context(), ada)
	if err != nil || !reflect.DeepEqual(record.Bins[bin], want) {
		t.Errorf("read %v, %v, want %v", record, err, want)
	}
}

func TestLoopOfTheUniqueVisitors(t *testing.T) {
	ctx, store, key := t.Context(), memory.NewT(t), ada
	visit := func(visitor string) (visitors int, err error) {
		err = aerostore.Update(ctx, store, key, func(r *aerostore.Record) (aerostore.Bins, error) {
			seen, err := r.List("visitors")
			if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
				return nil, err
			}
			if visitors = len(seen); slices.Contains(seen, any(visitor)) {
				return nil, nil
			}
			visitors++
			return aerostore.Bins{"visitors": append(seen, visitor)}, nil
		})
		return visitors, err
	}

	for i, visitor := range []string{"ada", "bob", "ada", "eve"} {
		n, err := visit(visitor)
		if want := []int{1, 2, 2, 3}[i]; err != nil || n != want {
			t.Errorf("%d visitors, %v, want %d", n, err, want)
		}
	}
}

func TestLoopOfTheFeatureFlags(t *testing.T) {
	ctx, store := t.Context(), memory.NewT(t)
	set := func(user aerostore.Key, flag int, on bool) error {
		return aerostore.Update(ctx, store, user, func(r *aerostore.Record) (aerostore.Bins, error) {
			flags, err := r.Bytes("flags")
			if errors.Is(err, aerostore.ErrBinNotFound) {
				flags, err = make([]byte, 8), nil
			}
			if err != nil {
				return nil, err
			}
			flags[flag/8] &^= 0x80 >> (flag % 8)
			if on {
				flags[flag/8] |= 0x80 >> (flag % 8)
			}
			return aerostore.Bins{"flags": flags}, nil
		})
	}

	err := cmp.Or(set(ada, 0, true), set(ada, 1, true), set(ada, 0, false), set(ada, 9, true))
	if err != nil {
		t.Fatal(err)
	}
	wantBin(t, store, "flags", []byte{0x40, 0x40, 0, 0, 0, 0, 0, 0})
}

func TestLoopOfTheInventory(t *testing.T) {
	ctx, store, key := t.Context(), memory.NewT(t), ada
	sell := func(n int) (left int, err error) {
		err = aerostore.Update(ctx, store, key, func(r *aerostore.Record) (aerostore.Bins, error) {
			stock, err := r.Int("stock")
			if err != nil {
				return nil, err
			}
			if left = stock - n; left < 0 {
				return nil, errSoldOut
			}
			return aerostore.Bins{"stock": left}, nil
		})
		return left, err
	}

	mustPut(t, store, aerostore.Bins{"stock": 5})
	for i, n := range []int{3, 3, 2} {
		if _, err := sell(n); errors.Is(err, errSoldOut) != (i == 1) {
			t.Errorf("sale %d: %v", i, err)
		}
	}
	wantBin(t, store, "stock", 0)
}

func TestLoopOfTheIdempotencyKey(t *testing.T) {
	ctx, store := t.Context(), memory.NewT(t)
	pay := func(account aerostore.Key, request string, amount int, now time.Time) error {
		return aerostore.Update(ctx, store, account, func(r *aerostore.Record) (aerostore.Bins, error) {
			requests, err := r.Map("requests")
			if errors.Is(err, aerostore.ErrBinNotFound) {
				requests, err = map[any]any{}, nil
			}
			if err != nil {
				return nil, err
			}
			maps.DeleteFunc(requests, func(_, at any) bool {
				return int64(at.(int)) < now.Add(-24*time.Hour).Unix()
			})
			if _, done := requests[request]; done {
				return nil, nil
			}
			requests[request] = now.Unix()
			balance, err := r.Int("balance")
			if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
				return nil, err
			}
			return aerostore.Bins{"requests": requests, "balance": balance + amount}, nil
		})
	}

	now := time.Now()
	err := cmp.Or(pay(ada, "r1", 100, now), pay(ada, "r1", 100, now), pay(ada, "r2", 20, now.Add(48*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	wantBin(t, store, "balance", 120)
	wantBin(t, store, "requests", map[any]any{"r2": int(now.Add(48 * time.Hour).Unix())})
}

func TestLoopOfTheTimeSeries(t *testing.T) {
	ctx, store := t.Context(), memory.NewT(t)
	bucket := func(string, time.Time) aerostore.Key { return ada }
	write := func(sensor string, t time.Time, value float64) error {
		return aerostore.Update(ctx, store, bucket(sensor, t), func(r *aerostore.Record) (aerostore.Bins, error) {
			readings, err := r.Map("readings")
			if errors.Is(err, aerostore.ErrBinNotFound) {
				readings, err = map[any]any{}, nil
			}
			if err != nil {
				return nil, err
			}
			readings[int(t.Unix())] = value // the keys that were read are int
			return aerostore.Bins{"readings": readings}, nil
		}, aerostore.TTL(30*24*time.Hour))
	}

	minute := time.Unix(60, 0)
	if err := cmp.Or(write("kitchen", minute, 20), write("kitchen", time.Unix(0, 0), 21), write("kitchen", minute, 20.5)); err != nil {
		t.Fatal(err)
	}
	wantBin(t, store, "readings", map[any]any{0: 21.0, 60: 20.5})
}

func TestLoopOfThePurge(t *testing.T) {
	ctx, store := t.Context(), memory.NewT(t)
	index := aerostore.Index{Namespace: "test", Set: "users", Name: "deleted", Bin: "deleted", Type: aerostore.IndexInt}
	if err := store.CreateIndex(ctx, index); err != nil {
		t.Fatal(err)
	}
	purge := func(before time.Time) (purged int64, err error) {
		old := aerostore.Query{
			Namespace: "test", Set: "users", Bins: []string{}, Where: aerostore.Range("deleted", 0, before.Unix()-1),
		}
		for r, err := range store.Query(ctx, old) {
			if err != nil {
				return purged, err
			}
			existed, err := store.Remove(ctx, r.Key) // also a user who was restored in between
			if err != nil {
				return purged, err
			}
			if existed {
				purged++
			}
		}
		return purged, nil
	}

	now := time.Now()
	for day := range 10 {
		key := aerostore.NewKey("test", "users", day)
		if err := store.Put(ctx, key, aerostore.Bins{"deleted": now.AddDate(0, 0, -day).Unix()}); err != nil {
			t.Fatal(err)
		}
	}
	if purged, err := purge(now.AddDate(0, 0, -6)); purged != 3 || err != nil {
		t.Errorf("%d records were purged, %v, want 3", purged, err)
	}
}

func TestLoopOfTheFencingToken(t *testing.T) {
	ctx, store := t.Context(), memory.NewT(t)
	save := func(job aerostore.Key, token int, state string) error {
		return aerostore.Update(ctx, store, job, func(r *aerostore.Record) (aerostore.Bins, error) {
			last, err := r.Int("token")
			if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
				return nil, err
			}
			if last > token {
				return nil, errNotOwner
			}
			return aerostore.Bins{"token": token, "state": state}, nil
		})
	}

	for i, token := range []int{1, 2, 1, 2} {
		if err := save(ada, token, "done"); errors.Is(err, errNotOwner) != (i == 2) {
			t.Errorf("save %d: %v", i, err)
		}
	}
	wantBin(t, store, "token", 2)
}

func TestLoopOfThePrice(t *testing.T) {
	ctx, store := t.Context(), memory.NewT(t)
	add := func(line aerostore.Key, pieces int) (cents int, err error) {
		err = aerostore.Update(ctx, store, line, func(r *aerostore.Record) (aerostore.Bins, error) {
			price, err := r.Int("price")
			if err != nil {
				return nil, err
			}
			amount, err := r.Int("amount")
			if err != nil {
				return nil, err
			}
			amount += pieces
			if cents = price * amount; amount >= 10 {
				cents -= cents / 10
			}
			return aerostore.Bins{"amount": amount, "due": cents}, nil
		})
		return cents, err
	}

	mustPut(t, store, aerostore.Bins{"price": 120, "amount": 1})
	for _, pieces := range []int{8, 1} {
		if cents, err := add(ada, pieces); cents != 1080 || err != nil {
			t.Errorf("the line costs %d, %v, want 1080", cents, err)
		}
	}
	wantBin(t, store, "due", 1080)
}
