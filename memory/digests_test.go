package memory_test

import (
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestARecordWrittenByDigestIsTheOneOfItsKey(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	for _, first := range []string{"by digest", "by key"} {
		k := key(first)
		digest := aerostore.DigestKey("test", "users", k.Digest())
		a, b := digest, k
		if first == "by key" {
			a, b = k, digest
		}
		mustPut(t, s, a, bins{"a": 1}, aerostore.SendKey)
		mustPut(t, s, b, bins{"b": 2}, aerostore.SendKey)
		for _, k := range []aerostore.Key{a, b} {
			if r := mustGet(t, s, k); len(r.Bins) != 2 || r.Generation != 2 || r.Key != k {
				t.Errorf("%s: %+v", first, *r)
			}
		}
		if existed, err := s.Remove(ctx, a); !existed || err != nil {
			t.Errorf("%s: Remove: %v, %v", first, existed, err)
		}
		if exists, err := s.Exists(ctx, b); exists || err != nil {
			t.Errorf("%s: Exists: %v, %v", first, exists, err)
		}
	}
}

func TestAReadByDigestChangesNoResult(t *testing.T) {
	s := memory.NewT(t)
	furnish(t, s)
	before := snapshot(t, s)
	for _, k := range []aerostore.Key{key("ada"), key("missing"), aerostore.NewKey("test", "users", 42)} {
		digest := aerostore.DigestKey("test", "users", k.Digest())
		_, known := s.Get(t.Context(), k)
		if _, err := s.Get(t.Context(), digest); aerostore.CodeOf(err) != aerostore.CodeOf(known) {
			t.Errorf("by digest: %v, by key: %v", err, known)
		}
		if exists, err := s.Exists(t.Context(), digest); err != nil || exists != (known == nil) {
			t.Errorf("Exists: %v, %v", exists, err)
		}
	}
	if after := snapshot(t, s); after != before {
		t.Errorf("the store became\n%s", after)
	}
	mustPut(t, s, aerostore.DigestKey("test", "users", key("ada").Digest()), bins{"age": 38})
	if after := snapshot(t, s); !strings.Contains(after, `{"key": "ada", "bins": {"age": 38,`) {
		t.Errorf("a write by digest changed the key:\n%s", after)
	}
}

func TestOnlyOneOfManyCreatesARecordByKeyAndByDigest(t *testing.T) {
	s := memory.NewT(t)
	for turn := range turns {
		k := aerostore.NewKey("test", "users", turn)
		ks := []aerostore.Key{k, aerostore.DigestKey("test", "users", k.Digest())}
		onlyOneCreates(t, s, ks...)
		for i, k := range []aerostore.Key{ks[turn%2], ks[1-turn%2]} {
			if existed, err := s.Remove(t.Context(), k); existed != (i == 0) || err != nil {
				t.Fatalf("removal %d: %v, %v", i+1, existed, err)
			}
		}
	}
}
