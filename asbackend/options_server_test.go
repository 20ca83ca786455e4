package asbackend_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

func TestTheTTLIsThatOfTheOption(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k, ctx := key(set, "k"), t.Context()
	ttl := func() aerostore.TTL {
		r, err := s.Select(ctx, k, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.TTL
	}
	put(t, s, k, aerostore.Bins{"a": 1}, aerostore.TTL(100*time.Second))
	if got := ttl(); got < aerostore.TTL(95*time.Second) || got > aerostore.TTL(100*time.Second) {
		t.Errorf("after TTL: %v", got)
	}
	put(t, s, k, aerostore.Bins{"a": 2}, aerostore.KeepTTL)
	if got := ttl(); got < aerostore.TTL(90*time.Second) || got > aerostore.TTL(100*time.Second) {
		t.Errorf("after KeepTTL: %v", got)
	}
	if err := s.Touch(ctx, k, aerostore.TTL(200*time.Second)); err != nil {
		t.Error(err)
	}
	if got := ttl(); got < aerostore.TTL(195*time.Second) {
		t.Errorf("after Touch: %v", got)
	}
	put(t, s, k, aerostore.Bins{"a": 3}, aerostore.NeverExpire)
	if got := ttl(); got != aerostore.NeverExpire {
		t.Errorf("after NeverExpire: %v", got)
	}
	put(t, s, k, aerostore.Bins{"a": 3}, aerostore.TTL(100*time.Second))
	put(t, s, k, aerostore.Bins{"a": 4}, aerostore.NamespaceTTL)
	if got := ttl(); got != aerostore.NeverExpire {
		t.Errorf("after NamespaceTTL: %v", got)
	}
}

func TestWriteOptionsAreHonoured(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	ctx := t.Context()
	bins := aerostore.Bins{"b": 2}
	for name, c := range map[string]struct {
		exists bool
		option aerostore.WriteOption
		err    error
		want   aerostore.Bins // of the record afterwards, nil: none
	}{
		"create only, new":             {false, aerostore.CreateOnly, nil, bins},
		"create only, there":           {true, aerostore.CreateOnly, aerostore.ErrExists, aerostore.Bins{"a": 1}},
		"update only, there":           {true, aerostore.UpdateOnly, nil, aerostore.Bins{"a": 1, "b": 2}},
		"update only, new":             {false, aerostore.UpdateOnly, aerostore.ErrNotFound, nil},
		"replace, there":               {true, aerostore.Replace, nil, bins},
		"replace, new":                 {false, aerostore.Replace, nil, bins},
		"replace only, there":          {true, aerostore.ReplaceOnly, nil, bins},
		"replace only, new":            {false, aerostore.ReplaceOnly, aerostore.ErrNotFound, nil},
		"the generation it has":        {true, aerostore.GenerationEqual(1), nil, aerostore.Bins{"a": 1, "b": 2}},
		"another generation":           {true, aerostore.GenerationEqual(2), aerostore.ErrGeneration, aerostore.Bins{"a": 1}},
		"generation 0, new":            {false, aerostore.GenerationEqual(0), nil, bins},
		"another generation, new":      {false, aerostore.GenerationEqual(9), aerostore.ErrGeneration, nil},
		"a greater generation":         {true, aerostore.GenerationGreater(2), nil, aerostore.Bins{"a": 1, "b": 2}},
		"no greater generation":        {true, aerostore.GenerationGreater(1), aerostore.ErrGeneration, aerostore.Bins{"a": 1}},
		"send the key":                 {true, aerostore.SendKey, nil, aerostore.Bins{"a": 1, "b": 2}},
		"durable delete, of no effect": {true, aerostore.DurableDelete, nil, aerostore.Bins{"a": 1, "b": 2}},
		"options put together":         {true, aerostore.Options{Exists: aerostore.Replace, TTL: aerostore.NeverExpire}, nil, bins},
	} {
		writes := map[string]func(k aerostore.Key) error{
			"Put": func(k aerostore.Key) error { return s.Put(ctx, k, bins, c.option) },
			"Operate": func(k aerostore.Key) error {
				_, err := s.Operate(ctx, k, []aerostore.Operation{aerostore.WriteBin("b", 2)}, c.option)
				return err
			},
			"BatchWrite": func(k aerostore.Key) error {
				other := key(set, "other "+name)
				r, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: bins, Options: []aerostore.WriteOption{c.option}}, {Key: other, Bins: bins}})
				return errors.Join(err, r[0].Err, r[1].Err)
			},
			"BatchWrite of one": func(k aerostore.Key) error {
				r, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: bins}}, c.option)
				return errors.Join(err, r[0].Err)
			},
			"BatchOperate": func(k aerostore.Key) error {
				r, err := s.BatchOperate(ctx, []aerostore.Key{k}, []aerostore.Operation{aerostore.WriteBin("b", 2)}, c.option)
				return errors.Join(err, r[0].Err)
			},
		}
		for method, write := range writes {
			t.Run(name+"/"+method, func(t *testing.T) {
				k := key(set, name+method)
				if c.exists {
					put(t, s, k, aerostore.Bins{"a": 1})
				}
				wantError(t, write(k), c.err)
				if c.want == nil {
					if exists, err := s.Exists(ctx, k); exists || err != nil {
						t.Errorf("exists: %t, %v", exists, err)
					}
					return
				}
				wantBins(t, s, k, c.want)
			})
		}
	}
}

func TestRemoveHonoursItsOptions(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k, ctx := key(set, "k"), t.Context()
	put(t, s, k, aerostore.Bins{"a": 1})
	_, err := s.Remove(ctx, k, aerostore.GenerationEqual(9))
	wantError(t, err, aerostore.ErrGeneration)
	if existed, err := s.Remove(ctx, key(set, "missing"), aerostore.GenerationEqual(9)); existed || err != nil {
		t.Errorf("a missing record: %t, %v", existed, err)
	}
	if existed, err := s.Remove(ctx, k, aerostore.GenerationEqual(1)); !existed || err != nil {
		t.Errorf("the right generation: %t, %v", existed, err)
	}
}
