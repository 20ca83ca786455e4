package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// Points of players, their places, and the best of them.
func Example_leaderboard() {
	ctx, store := context.Background(), memory.New()

	key := aerostore.NewKey("test", "boards", "chess")
	points := aerostore.MapBin("points").Create(cdt.KeyOrdered)

	// win adds points, and returns the player's place, 0 for the first.
	win := func(player string, n int) (place int, err error) {
		record, err := store.Operate(ctx, key, []aerostore.Operation{
			points.Increment(player, n),
			points.Get(cdt.Key(player), cdt.ReverseRankOf),
		})
		if err != nil {
			return 0, err
		}
		return record.Step(1).Int()
	}

	// best returns the n players with the most points, in ascending order.
	best := func(n int) ([]aerostore.MapPair, error) {
		record, err := store.Operate(ctx, key, []aerostore.Operation{
			points.Get(cdt.Ranks(-n, n), cdt.Pairs),
		})
		if err != nil {
			return nil, err
		}
		return record.Step(0).Pairs()
	}

	fmt.Println(win("ada", 30))
	fmt.Println(win("bob", 50))
	fmt.Println(win("eve", 10))
	fmt.Println(win("ada", 30))
	fmt.Println(best(2))
	// Output:
	// 0 <nil>
	// 0 <nil>
	// 2 <nil>
	// 0 <nil>
	// [{bob 50} {ada 60}] <nil>
}

// At most three requests in any minute.
func Example_rateLimit() {
	ctx, store := context.Background(), memory.New()

	const limit, window = 3, time.Minute
	times := aerostore.ListBin("times").Create(cdt.Ordered)

	// allow reports whether the user may make a request.
	allow := func(user string, now time.Time) (bool, error) {
		record, err := store.Operate(ctx, aerostore.NewKey("test", "limits", user), []aerostore.Operation{
			times.Remove(cdt.Below(now.Add(-window).UnixMilli())),
			times.Append(now.UnixMilli()),
			times.Trim(0, limit), // a request over the limit does not count
		}, aerostore.TTL(window))
		if err != nil {
			return false, err
		}
		n, err := record.Step(1).Int()
		return n <= limit, err
	}

	now := time.Now()
	for _, after := range []time.Duration{0, 20 * time.Second, 40 * time.Second, 50 * time.Second, 61 * time.Second} {
		allowed, err := allow("ada", now.Add(after))
		fmt.Println(after, allowed, err)
	}
	// Output:
	// 0s true <nil>
	// 20s true <nil>
	// 40s true <nil>
	// 50s false <nil>
	// 1m1s true <nil>
}

// Several sessions of a user, each with an expiry.
func Example_sessions() {
	ctx, store := context.Background(), memory.New()

	const lifetime = time.Hour
	sessions := aerostore.MapBin("sessions").Create(cdt.KeyOrdered)

	// logIn adds a session, and returns the ids of those that have not expired.
	logIn := func(user aerostore.Key, id, device string, now time.Time) ([]any, error) {
		record, err := store.Operate(ctx, user, []aerostore.Operation{
			sessions.Remove(cdt.Below([]any{now.Unix()})),
			sessions.Put(id, []any{now.Add(lifetime).Unix(), device}),
			sessions.Get(cdt.All(), cdt.KeyOf),
		})
		if err != nil {
			return nil, err
		}
		return record.Step(2).List()
	}

	// renew fails with CodeOpNotApplicable if there is no such session.
	renew := func(user aerostore.Key, id string, now time.Time) error {
		session := sessions.List(cdt.Key(id))
		_, err := store.Operate(ctx, user, []aerostore.Operation{
			session.Set(0, now.Add(lifetime).Unix()),
		})
		return err
	}

	user, now := aerostore.NewKey("test", "users", "ada"), time.Now()
	fmt.Println(logIn(user, "s1", "phone", now))
	fmt.Println(logIn(user, "s2", "laptop", now.Add(30*time.Minute)))
	fmt.Println(renew(user, "s1", now.Add(50*time.Minute)))
	fmt.Println(logIn(user, "s3", "tablet", now.Add(100*time.Minute)))
	fmt.Println(errors.Is(renew(user, "s2", now), aerostore.CodeOpNotApplicable))
	// Output:
	// [s1] <nil>
	// [s1 s2] <nil>
	// <nil>
	// [s1 s3] <nil>
	// true
}

// The last three events.
func Example_eventLog() {
	ctx, store := context.Background(), memory.New()

	const most = 3
	key := aerostore.NewKey("test", "logs", "door")
	events := aerostore.ListBin("events")

	// log adds an event, and drops the oldest ones over the limit.
	log := func(event string) error {
		_, err := store.Operate(ctx, key, []aerostore.Operation{
			events.Append(event),
			events.Trim(-most, most), // keeps the last ones
		})
		return err
	}

	// latest returns up to n events, the newest last.
	latest := func(n int) ([]any, error) {
		record, err := store.Operate(ctx, key, []aerostore.Operation{
			events.Get(cdt.Indexes(-n, n)),
		})
		if err != nil {
			return nil, err
		}
		return record.Step(0).List()
	}

	for _, event := range []string{"opened", "closed", "locked", "unlocked"} {
		if err := log(event); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(latest(2))
	fmt.Println(latest(10))
	// Output:
	// [locked unlocked] <nil>
	// [closed locked unlocked] <nil>
}

// How many people visited a page, in a day and in several.
func Example_uniqueVisitors() {
	ctx, store := context.Background(), memory.New()

	visitors := aerostore.HLLBin("visitors").Create(14, 0) // 14 index bits, no minhash bits
	on := func(day string) aerostore.Key { return aerostore.NewKey("test", "visits", "home/"+day) }

	// visit counts a visitor once, however many visits there are.
	visit := func(day, visitor string) error {
		_, err := store.Operate(ctx, on(day), []aerostore.Operation{
			visitors.Add(visitor),
		})
		return err
	}

	// across estimates the number of visitors in several days together.
	across := func(days ...string) (int, error) {
		keys := make([]aerostore.Key, len(days))
		for i, day := range days {
			keys[i] = on(day)
		}
		read, err := store.BatchRead(ctx, keys, []string{"visitors"})
		if err != nil {
			return 0, err
		}
		sets := make([]aerostore.HLL, len(days))
		for i, r := range read {
			if r.Err != nil {
				return 0, r.Err
			}
			if sets[i], err = r.Record.HLL("visitors"); err != nil {
				return 0, err
			}
		}
		record, err := store.Operate(ctx, keys[0], []aerostore.Operation{
			visitors.UnionCount(sets...),
		})
		if err != nil {
			return 0, err
		}
		return record.Step(0).Int()
	}

	for _, v := range []struct{ day, visitor string }{
		{"monday", "ada"}, {"monday", "bob"}, {"monday", "ada"}, {"tuesday", "bob"}, {"tuesday", "eve"},
	} {
		if err := visit(v.day, v.visitor); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(across("monday"))
	fmt.Println(across("monday", "tuesday"))
	// Output:
	// 2 <nil>
	// 3 <nil>
}

// Sixty-four switches in eight bytes.
func Example_featureFlags() {
	ctx, store := context.Background(), memory.New()

	const darkMode, newSearch = 0, 1
	flags := aerostore.BitBin("flags")

	// set switches a flag off with 0 and on with 1.
	set := func(user aerostore.Key, flag int, value int) error {
		_, err := store.Operate(ctx, user, []aerostore.Operation{
			flags.Resize(8, cdt.GrowOnly), // creates the bytes
			flags.SetInt(flag, 1, value),
		})
		return err
	}

	isOn := func(user aerostore.Key, flag int) (bool, error) {
		record, err := store.Operate(ctx, user, []aerostore.Operation{flags.GetInt(flag, 1)})
		if err != nil {
			return false, err
		}
		bit, err := record.Step(0).Int()
		return bit == 1, err
	}

	user := aerostore.NewKey("test", "users", "ada")
	fmt.Println(set(user, darkMode, 1), set(user, newSearch, 1), set(user, darkMode, 0))
	fmt.Println(isOn(user, darkMode))
	fmt.Println(isOn(user, newSearch))
	// Output:
	// <nil> <nil> <nil>
	// false <nil>
	// true <nil>
}

var errSoldOut = errors.New("sold out")

// A stock that two buyers cannot both empty.
func Example_inventory() {
	ctx, store := context.Background(), memory.New()

	key := aerostore.NewKey("test", "stock", "teapot")
	stock := aerostore.BitBin("stock") // an unsigned integer of 32 bits

	supply := func(n int) error {
		_, err := store.Operate(ctx, key, []aerostore.Operation{
			stock.Resize(4),
			stock.Add(0, 32, n, cdt.OverflowFails),
		})
		return err
	}

	// sell fails with errSoldOut, and sells none, if fewer than n are left.
	sell := func(n int) (left int, err error) {
		record, err := store.Operate(ctx, key, []aerostore.Operation{
			stock.Subtract(0, 32, n, cdt.OverflowFails),
			stock.GetInt(0, 32),
		})
		if errors.Is(err, aerostore.CodeOpNotApplicable) {
			return 0, errSoldOut
		}
		if err != nil {
			return 0, err
		}
		return record.Step(1).Int()
	}

	fmt.Println(supply(5))
	fmt.Println(sell(3))
	fmt.Println(sell(3))
	fmt.Println(sell(2))
	// Output:
	// <nil>
	// 2 <nil>
	// 0 sold out
	// 0 <nil>
}

// A payment that is made once, however often it is sent.
func Example_idempotencyKey() {
	ctx, store := context.Background(), memory.New()

	requests := aerostore.MapBin("requests").Create(cdt.KeyOrdered)

	// pay adds an amount, unless the request did so before.
	pay := func(account aerostore.Key, request string, amount int, now time.Time) error {
		_, err := store.Operate(ctx, account, []aerostore.Operation{
			requests.Remove(cdt.Below(now.Add(-24 * time.Hour).Unix())),
			requests.Add(request, now.Unix()),
			aerostore.AddBin("balance", amount),
		})
		if errors.Is(err, aerostore.CodeElementExists) {
			return nil
		}
		return err
	}

	account, now := aerostore.NewKey("test", "accounts", "ada"), time.Now()
	fmt.Println(pay(account, "r1", 100, now))
	fmt.Println(pay(account, "r1", 100, now.Add(time.Second)))
	fmt.Println(pay(account, "r2", 20, now.Add(time.Minute)))
	record, err := store.Get(ctx, account)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(record.Int("balance"))
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// 120 <nil>
}

// Readings of a sensor, in a record for each hour.
func Example_timeSeries() {
	ctx, store := context.Background(), memory.New()

	readings := aerostore.MapBin("readings").Create(cdt.KeyOrdered)
	bucket := func(sensor string, t time.Time) aerostore.Key {
		return aerostore.NewKey("test", "readings", sensor+t.UTC().Format("/2006-01-02T15"))
	}

	write := func(sensor string, t time.Time, value float64) error {
		_, err := store.Operate(ctx, bucket(sensor, t), []aerostore.Operation{
			readings.Put(t.Unix(), value),
		}, aerostore.TTL(30*24*time.Hour))
		return err
	}

	// read returns the readings from one time to another, in order.
	read := func(sensor string, from, to time.Time) ([]aerostore.MapPair, error) {
		var keys []aerostore.Key
		for t := from.Truncate(time.Hour); t.Before(to); t = t.Add(time.Hour) {
			keys = append(keys, bucket(sensor, t))
		}
		hours, err := store.BatchOperate(ctx, keys, []aerostore.Operation{
			readings.Get(cdt.KeyBetween(from.Unix(), to.Unix()), cdt.Pairs),
		})
		if err != nil {
			return nil, err
		}
		var all []aerostore.MapPair
		for _, hour := range hours {
			if errors.Is(hour.Err, aerostore.ErrNotFound) {
				continue // no readings
			}
			if hour.Err != nil {
				return nil, hour.Err
			}
			pairs, err := hour.Record.Step(0).Pairs()
			if err != nil {
				return nil, err
			}
			all = append(all, pairs...)
		}
		return all, nil
	}

	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for minute, value := range map[int]float64{-90: 19.5, -5: 20.5, 0: 21.25, 10: 22, 70: 18} {
		if err := write("kitchen", noon.Add(time.Duration(minute)*time.Minute), value); err != nil {
			fmt.Println(err)
		}
	}
	pairs, err := read("kitchen", noon.Add(-10*time.Minute), noon.Add(time.Hour))
	if err != nil {
		fmt.Println(err)
	}
	for _, p := range pairs {
		fmt.Println(p.Key.(int)-int(noon.Unix()), p.Value)
	}
	// Output:
	// -300 20.5
	// 0 21.25
	// 600 22
}

// A page that reads, counts, writes and removes in one round trip.
func Example_page() {
	ctx, store := context.Background(), memory.New()

	in := func(set, id string) aerostore.Key { return aerostore.NewKey("test", set, id) }

	// visit reads an article, counts the visit, remembers it for an hour, and removes
	// the note that the reader had left, if it is still the one that was read.
	visit := func(article, reader string, note *aerostore.Record) (page *aerostore.Record, visits int, err error) {
		items := []aerostore.BatchItem{
			{Key: in("articles", article), Operations: []aerostore.Operation{aerostore.ReadAll()}},
			{Key: in("visits", article), Operations: []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")}},
			{Key: in("readers", reader), Bins: aerostore.Bins{"seen": article}, Options: []aerostore.WriteOption{aerostore.TTL(time.Hour)}},
			{Key: note.Key, Remove: true, Options: []aerostore.WriteOption{aerostore.GenerationEqual(note.Generation)}},
		}
		results, err := store.BatchWrite(ctx, items)
		if err == nil {
			err = aerostore.BatchErrors(results, aerostore.ErrNotFound, aerostore.ErrGeneration)
		}
		if err != nil {
			return nil, 0, err
		}
		visits, err = results[1].Step(1).Int()
		return results[0].Record, visits, err // the record is nil if there is no such article
	}

	_ = store.Put(ctx, in("articles", "batches"), aerostore.Bins{"title": "Batches that mix"})
	_ = store.Put(ctx, in("notes", "ada"), aerostore.Bins{"text": "read this"})
	note, _ := store.Get(ctx, in("notes", "ada"))
	for range 2 {
		page, visits, err := visit("batches", "ada", note)
		if err != nil {
			fmt.Println(err)
			return
		}
		title, _ := page.Str("title")
		fmt.Println(title, visits)
	}
	fmt.Println(store.Exists(ctx, in("notes", "ada")))
	// Output:
	// Batches that mix 1
	// Batches that mix 2
	// false <nil>
}

// A deleted user can be restored until a job removes the record.
func Example_softDeleteAndPurge() {
	ctx, store := context.Background(), memory.New()
	index := aerostore.Index{Namespace: "test", Set: "users", Name: "deleted", Bin: "deleted", Type: aerostore.IndexInt}
	if err := store.CreateIndex(ctx, index); err != nil {
		fmt.Println(err)
	}

	remove := func(user aerostore.Key, now time.Time) error {
		return store.Put(ctx, user, aerostore.Bins{"deleted": now.Unix()}, aerostore.UpdateOnly, aerostore.KeepTTL)
	}
	restore := func(user aerostore.Key) error {
		return store.Put(ctx, user, aerostore.Bins{"deleted": nil}, aerostore.UpdateOnly, aerostore.KeepTTL)
	}

	present := aerostore.Filter(exp.Not(exp.BinExists("deleted")))

	// rename fails with ErrFilteredOut for a user who is deleted.
	rename := func(user aerostore.Key, name string) error {
		return store.Put(ctx, user, aerostore.Bins{"name": name}, aerostore.UpdateOnly, present)
	}

	// find returns nil for a user who is deleted, or who was never there.
	find := func(user aerostore.Key) (*aerostore.Record, error) {
		record, err := store.Get(ctx, user, present)
		if errors.Is(err, aerostore.ErrFilteredOut) || errors.Is(err, aerostore.ErrNotFound) {
			return nil, nil
		}
		return record, err
	}

	// list returns the names of all users who are not deleted.
	list := func() (names []string, err error) {
		users := aerostore.Query{
			Namespace: "test", Set: "users", Bins: []string{"name"}, Options: []aerostore.ReadOption{present},
		}
		for record, err := range store.Query(ctx, users) {
			if err != nil {
				return nil, err
			}
			name, err := record.Str("name")
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
		return names, nil
	}

	// purge removes what was deleted before a time, for good.
	purge := func(before time.Time) (purged int64, err error) {
		done, err := aerostore.Execute(ctx, store,
			aerostore.Query{Namespace: "test", Set: "users", Where: aerostore.Range("deleted", 0, before.Unix()-1)},
			[]aerostore.Operation{aerostore.DeleteRecord()},
			aerostore.OnProgress(func(p aerostore.Progress) { fmt.Println(p) }))
		return done.Applied, err
	}

	now := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	for i, user := range []string{"ada", "bob", "eve"} {
		key := aerostore.NewKey("test", "users", user)
		if err := store.Put(ctx, key, aerostore.Bins{"name": user}); err != nil {
			fmt.Println(err)
		}
		if err := remove(key, now.AddDate(0, 0, -20*i)); err != nil { // ada today, eve 40 days ago
			fmt.Println(err)
		}
	}
	if err := restore(aerostore.NewKey("test", "users", "bob")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(list())
	fmt.Println(find(aerostore.NewKey("test", "users", "ada")))
	fmt.Println(errors.Is(rename(aerostore.NewKey("test", "users", "ada"), "Ada"), aerostore.ErrFilteredOut))
	fmt.Println(purge(now.AddDate(0, 0, -30)))
	fmt.Println(aerostore.Count(ctx, store, "test", "users"))
	// Output:
	// [bob] <nil>
	// <nil> <nil>
	// true
	// 100 %, 1 records changed, 0 filtered out, 0 failed
	// 1 <nil>
	// 2 <nil>
}
