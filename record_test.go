package aerostore_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

func TestAccessorsSayWhenABinIsMissingOrOfAnotherType(t *testing.T) {
	r := &aerostore.Record{Bins: aerostore.Bins{
		"int": 36, "float": 1.5, "bool": true, "str": "Ada", "bytes": []byte("x"), "nil": nil,
		"list": []any{1}, "map": map[any]any{"k": 1}, "pairs": []aerostore.MapPair{{Key: "k", Value: 1}},
		"geo": aerostore.GeoJSON("{}"), "results": aerostore.OpResults{1, 2},
	}}
	access := map[string]func(*aerostore.Record, string) error{
		"int":     func(r *aerostore.Record, b string) error { _, err := r.Int(b); return err },
		"float":   func(r *aerostore.Record, b string) error { _, err := r.Float(b); return err },
		"bool":    func(r *aerostore.Record, b string) error { _, err := r.Bool(b); return err },
		"str":     func(r *aerostore.Record, b string) error { _, err := r.Str(b); return err },
		"bytes":   func(r *aerostore.Record, b string) error { _, err := r.Bytes(b); return err },
		"list":    func(r *aerostore.Record, b string) error { _, err := r.List(b); return err },
		"map":     func(r *aerostore.Record, b string) error { _, err := r.Map(b); return err },
		"pairs":   func(r *aerostore.Record, b string) error { _, err := r.Pairs(b); return err },
		"geo":     func(r *aerostore.Record, b string) error { _, err := r.GeoJSON(b); return err },
		"results": func(r *aerostore.Record, b string) error { _, err := r.Results(b); return err },
	}
	for name, get := range access {
		t.Run(name, func(t *testing.T) {
			for bin := range r.Bins {
				err := get(r, bin)
				switch bin {
				case name:
					if err != nil {
						t.Errorf("its own bin: %v", err)
					}
				case "nil":
					if !errors.Is(err, aerostore.ErrBinNotFound) {
						t.Errorf("a nil bin: %v", err)
					}
				default:
					if !errors.Is(err, aerostore.ErrBinType) || errors.Is(err, aerostore.ErrBinNotFound) {
						t.Errorf("bin %s: %v", bin, err)
					}
					if strings.Contains(err.Error(), "Ada") {
						t.Errorf("the error holds the value: %v", err)
					}
				}
			}
			for what, r := range map[string]*aerostore.Record{"a bin that is not there": r, "a nil record": nil} {
				err := get(r, "none")
				if !errors.Is(err, aerostore.ErrBinNotFound) || !strings.Contains(err.Error(), `"none"`) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	if v, err := r.Int("int"); v != 36 || err != nil {
		t.Errorf("Int = %v, %v", v, err)
	}
}

func TestSecondsOfATTLAreReversible(t *testing.T) {
	for _, tc := range []struct {
		ttl     aerostore.TTL
		seconds uint32
		text    string
	}{
		{aerostore.TTL(90 * time.Second), 90, "1m30s"},
		{aerostore.NeverExpire, math.MaxUint32, "never"},
		{aerostore.KeepTTL, math.MaxUint32 - 1, "keep"},
		{aerostore.NamespaceTTL, 0, "namespace default"},
	} {
		if got := tc.ttl.Seconds(); got != tc.seconds {
			t.Errorf("%v is %d seconds, want %d", tc.ttl, got, tc.seconds)
		}
		if got := aerostore.TTLFromSeconds(tc.seconds); got != tc.ttl {
			t.Errorf("%d seconds are %v, want %v", tc.seconds, got, tc.ttl)
		}
		if got := tc.ttl.String(); got != tc.text {
			t.Errorf("the text is %q, want %q", got, tc.text)
		}
	}
}

func TestATTLIsRoundedUpToWholeSeconds(t *testing.T) {
	for ttl, want := range map[time.Duration]uint32{
		1: 1, 700 * time.Millisecond: 1, time.Second: 1, time.Second + 1: 2, 1500 * time.Millisecond: 2, 3650*24*time.Hour - 1: 315360000,
	} {
		if got := aerostore.TTL(ttl).Seconds(); got != want {
			t.Errorf("%v is %d seconds, want %d", ttl, got, want)
		}
	}
}

// A computed duration must not become a constant or an unset TTL.
func TestATTLThatIsNotPositiveIsRefused(t *testing.T) {
	now := time.Now()
	for _, ttl := range []aerostore.TTL{
		0, -1, -2, -3, aerostore.TTL(-time.Hour), math.MinInt64,
		aerostore.TTL(time.Time{}.Sub(now)), aerostore.TTL(now.Sub(now)), aerostore.TTL(now.Add(-time.Nanosecond).Sub(now)),
	} {
		err := strict.Put(t.Context(), ada, aerostore.Bins{"a": 1}, aerostore.NeverExpire, ttl)
		refused(t, err, aerostore.CodeParameter, "TTL of "+time.Duration(ttl).String(), "not positive")
	}
}

func TestOptionsMerge(t *testing.T) {
	const minute, hour = aerostore.TTL(time.Minute), aerostore.TTL(time.Hour)
	full := aerostore.Options{
		Timeout: 1, SocketTimeout: 2, TTL: hour, Generation: 3, GenerationCheck: aerostore.GenerationMustEqual,
		Exists: aerostore.CreateOnly, SendKey: true, DurableDelete: true,
	}
	with := func(change func(o *aerostore.Options)) aerostore.Options {
		o := full
		change(&o)
		return o
	}
	for name, tc := range map[string]struct {
		over aerostore.WriteOption
		want aerostore.Options
	}{
		"nothing":               {aerostore.Options{}, full},
		"a timeout":             {aerostore.Options{Timeout: 9}, with(func(o *aerostore.Options) { o.Timeout = 9 })},
		"a socket timeout":      {aerostore.Options{SocketTimeout: 9}, with(func(o *aerostore.Options) { o.SocketTimeout = 9 })},
		"a TTL":                 {aerostore.Options{TTL: minute}, with(func(o *aerostore.Options) { o.TTL = minute })},
		"the namespace's TTL":   {aerostore.Options{TTL: aerostore.NamespaceTTL}, with(func(o *aerostore.Options) { o.TTL = aerostore.NamespaceTTL })},
		"a generation":          {aerostore.Options{GenerationCheck: aerostore.GenerationMustBeLess}, with(func(o *aerostore.Options) { o.Generation, o.GenerationCheck = 0, aerostore.GenerationMustBeLess })},
		"half of a generation":  {aerostore.Options{Generation: 9}, full},
		"UpdateOnly":            {aerostore.Options{Exists: aerostore.UpdateOnly}, with(func(o *aerostore.Options) { o.Exists = aerostore.UpdateOnly })},
		"Update in Options":     {aerostore.Options{Exists: aerostore.Update}, full},
		"Update":                {aerostore.Update, with(func(o *aerostore.Options) { o.Exists = aerostore.Update })},
		"no timeout":            {aerostore.Timeout(0), with(func(o *aerostore.Options) { o.Timeout = 0 })},
		"no socket timeout":     {aerostore.SocketTimeout(0), with(func(o *aerostore.Options) { o.SocketTimeout = 0 })},
		"flags that are set":    {aerostore.Options{SendKey: true, DurableDelete: true}, full},
		"all of it once again":  {full, full},
		"an option that is nil": {nil, full},
	} {
		var seen aerostore.Call
		if err := aerostore.Chain(silent{}, keep(&seen)).Put(t.Context(), ada, aerostore.Bins{"a": 1}, full, tc.over); err != nil {
			t.Fatal(err)
		}
		if seen.Options != tc.want {
			t.Errorf("%s over the others: %+v, want %+v", name, seen.Options, tc.want)
		}
		item := aerostore.BatchItem{Options: []aerostore.WriteOption{tc.over}}
		want := tc.want
		want.Timeout, want.SocketTimeout = full.Timeout, full.SocketTimeout
		if got := item.Resolve(full); got != want {
			t.Errorf("%s of an item: %+v, want %+v", name, got, want)
		}
	}
}

func TestAReadTakesTheTimeoutsOfOptions(t *testing.T) {
	var seen aerostore.Call
	store := aerostore.Chain(silent{}, keep(&seen))
	_, _ = store.Exists(t.Context(), ada, aerostore.Timeout(1), aerostore.Options{SocketTimeout: 2, TTL: 3, Exists: aerostore.CreateOnly, SendKey: true})
	if want := (aerostore.Options{Timeout: 1, SocketTimeout: 2}); seen.Options != want {
		t.Errorf("options %+v, want %+v", seen.Options, want)
	}
}

func TestALaterOptionOverridesAnEarlierOne(t *testing.T) {
	var seen aerostore.Call
	store := aerostore.Chain(silent{}, keep(&seen))
	if err := store.Put(t.Context(), ada, aerostore.Bins{"a": 1},
		aerostore.TTL(time.Minute), aerostore.TTL(time.Hour), nil, aerostore.GenerationEqual(4), aerostore.CreateOnly,
		aerostore.SendKey, aerostore.DurableDelete, aerostore.Timeout(time.Second), aerostore.SocketTimeout(time.Millisecond),
	); err != nil {
		t.Fatal(err)
	}
	want := aerostore.Options{
		TTL: aerostore.TTL(time.Hour), Generation: 4, GenerationCheck: aerostore.GenerationMustEqual,
		Exists: aerostore.CreateOnly, SendKey: true, DurableDelete: true,
		Timeout: time.Second, SocketTimeout: time.Millisecond,
	}
	if seen.Options != want {
		t.Errorf("options %+v, want %+v", seen.Options, want)
	}
	if err := store.Touch(t.Context(), ada, aerostore.GenerationGreater(2)); err != nil {
		t.Fatal(err)
	}
	if seen.Options != (aerostore.Options{Generation: 2, GenerationCheck: aerostore.GenerationMustBeLess}) {
		t.Errorf("options %+v", seen.Options)
	}
}

func TestABatchItemsOptionsOverrideThoseOfTheCall(t *testing.T) {
	item := aerostore.BatchItem{Options: []aerostore.WriteOption{aerostore.CreateOnly, aerostore.Timeout(time.Hour)}}
	got := item.Resolve(aerostore.Options{Timeout: time.Second, TTL: aerostore.NeverExpire})
	if want := (aerostore.Options{Timeout: time.Second, TTL: aerostore.NeverExpire, Exists: aerostore.CreateOnly}); got != want {
		t.Errorf("options %+v, want %+v", got, want)
	}
}
