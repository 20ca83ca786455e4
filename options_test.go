package aerostore_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

var (
	adults = aerostore.Filter(exp.IntBin("age").AtLeast(18))
	minors = aerostore.Filter(exp.IntBin("age").Less(18))
)

func TestOptionsMerge(t *testing.T) {
	const minute, hour = aerostore.TTL(time.Minute), aerostore.TTL(time.Hour)
	full := aerostore.Options{
		Timeout: 1, SocketTimeout: 2, TTL: hour, Generation: 3, GenerationCheck: aerostore.GenerationMustEqual,
		Exists: aerostore.CreateOnly, SendKey: true, DurableDelete: true, Compress: true,
		Replica: aerostore.ReplicaMaster, ReadMode: aerostore.ReadModeAll, CommitLevel: aerostore.CommitMaster,
		ReadTouch: 80, Filter: adults,
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
		"nothing":                   {aerostore.Options{}, full},
		"a timeout":                 {aerostore.Options{Timeout: 9}, with(func(o *aerostore.Options) { o.Timeout = 9 })},
		"a socket timeout":          {aerostore.Options{SocketTimeout: 9}, with(func(o *aerostore.Options) { o.SocketTimeout = 9 })},
		"a TTL":                     {aerostore.Options{TTL: minute}, with(func(o *aerostore.Options) { o.TTL = minute })},
		"the namespace's TTL":       {aerostore.Options{TTL: aerostore.NamespaceTTL}, with(func(o *aerostore.Options) { o.TTL = aerostore.NamespaceTTL })},
		"a generation":              {aerostore.Options{GenerationCheck: aerostore.GenerationMustBeLess}, with(func(o *aerostore.Options) { o.Generation, o.GenerationCheck = 0, aerostore.GenerationMustBeLess })},
		"half of a generation":      {aerostore.Options{Generation: 9}, full},
		"UpdateOnly":                {aerostore.Options{Exists: aerostore.UpdateOnly}, with(func(o *aerostore.Options) { o.Exists = aerostore.UpdateOnly })},
		"CreateOrUpdate in Options": {aerostore.Options{Exists: aerostore.CreateOrUpdate}, full},
		"CreateOrUpdate":            {aerostore.CreateOrUpdate, with(func(o *aerostore.Options) { o.Exists = aerostore.CreateOrUpdate })},
		"no timeout":                {aerostore.Timeout(0), with(func(o *aerostore.Options) { o.Timeout = 0 })},
		"no socket timeout":         {aerostore.SocketTimeout(0), with(func(o *aerostore.Options) { o.SocketTimeout = 0 })},
		"a replica":                 {aerostore.Options{Replica: aerostore.ReplicaSequence}, with(func(o *aerostore.Options) { o.Replica = aerostore.ReplicaSequence })},
		"the default replica":       {aerostore.ReplicaDefault, with(func(o *aerostore.Options) { o.Replica = 0 })},
		"a read mode":               {aerostore.ReadModeLinearize, with(func(o *aerostore.Options) { o.ReadMode = aerostore.ReadModeLinearize })},
		"the default read mode":     {aerostore.ReadModeDefault, with(func(o *aerostore.Options) { o.ReadMode = 0 })},
		"a commit level":            {aerostore.Options{CommitLevel: aerostore.CommitAll}, with(func(o *aerostore.Options) { o.CommitLevel = aerostore.CommitAll })},
		"the default commit level":  {aerostore.CommitDefault, with(func(o *aerostore.Options) { o.CommitLevel = 0 })},
		"a read touch":              {aerostore.ReadTouchNever, with(func(o *aerostore.Options) { o.ReadTouch = aerostore.ReadTouchNever })},
		"the default read touch":    {aerostore.ReadTouchDefault, with(func(o *aerostore.Options) { o.ReadTouch = 0 })},
		"a filter":                  {minors, with(func(o *aerostore.Options) { o.Filter = minors })},
		"a filter in Options":       {aerostore.Options{Filter: minors}, with(func(o *aerostore.Options) { o.Filter = minors })},
		"an unknown flag":           {aerostore.Flag(9), full},
		"flags that are set":        {aerostore.Options{SendKey: true, DurableDelete: true}, full},
		"all of it once again":      {full, full},
		"an option that is nil":     {nil, full},
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
		want.Timeout, want.SocketTimeout, want.Replica = full.Timeout, full.SocketTimeout, full.Replica
		if got := item.Resolve(full); got != want {
			t.Errorf("%s of an item: %+v, want %+v", name, got, want)
		}
	}
}

func TestAReadTakesWhatItUsesOfOptions(t *testing.T) {
	var seen aerostore.Call
	store := aerostore.Chain(silent{}, keep(&seen))
	_, _ = store.Exists(t.Context(), ada, aerostore.Timeout(1), aerostore.Options{
		SocketTimeout: 2, TTL: 3, Exists: aerostore.CreateOnly, SendKey: true, CommitLevel: aerostore.CommitMaster,
		Compress: true, Replica: aerostore.ReplicaMaster, ReadMode: aerostore.ReadModeAll, ReadTouch: 80, Filter: adults,
	})
	if want := (aerostore.Options{
		Timeout: 1, SocketTimeout: 2, Compress: true, Replica: aerostore.ReplicaMaster, ReadMode: aerostore.ReadModeAll,
		ReadTouch: 80, Filter: adults,
	}); seen.Options != want {
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

// typed is a store whose methods a chain calls one by one.
type typed struct{ aerostore.Store }

func (typed) Unwrap() aerostore.Store { return nil }

// Each field is copied by hand in four methods.
func TestEachFieldOfOptionsIsPassedOn(t *testing.T) {
	var got aerostore.Options
	direct := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		got = call.Options
		return aerostore.Result{}, nil
	})
	chain := aerostore.Chain(typed{direct}, passOn)
	for _, f := range reflect.VisibleFields(reflect.TypeFor[aerostore.Options]()) {
		set := aerostore.Options{GenerationCheck: aerostore.GenerationMustEqual} // without which Generation means nothing
		switch v := reflect.ValueOf(&set).Elem().FieldByIndex(f.Index); {
		case v.CanInt():
			v.SetInt(7)
		case v.CanUint():
			v.SetUint(1)
		case v.Type() == reflect.TypeFor[aerostore.Filter]():
			v.Set(reflect.ValueOf(adults))
		default:
			v.SetBool(true)
		}
		for name, s := range map[string]aerostore.Store{"a handler": direct, "a typed store": chain} {
			if _ = s.Touch(t.Context(), ada, set); got != set {
				t.Errorf("%s: %s gets %+v for a write, want %+v", f.Name, name, got, set)
			}
		}
		_, _ = direct.Exists(t.Context(), ada, set)
		want := got
		if _, _ = chain.Exists(t.Context(), ada, set); got != want {
			t.Errorf("%s: a typed store gets %+v for a read, want %+v", f.Name, got, want)
		}
	}
}
