package memory_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// modelRecord is a record of the model.
type modelRecord struct {
	bins       bins
	generation uint32
	expires    time.Duration // 0: never
}

// model is a simple store with the same results.
type model struct {
	now     time.Duration
	records map[aerostore.Key]modelRecord
}

func (m *model) get(k aerostore.Key) (modelRecord, bool) {
	r, ok := m.records[k]
	return r, ok && (r.expires == 0 || m.now < r.expires)
}

func (m *model) put(k aerostore.Key, b bins, ttl aerostore.TTL, action aerostore.RecordExists) aerostore.ResultCode {
	old, ok := m.get(k)
	switch {
	case ok && action == aerostore.CreateOnly:
		return aerostore.CodeExists
	case !ok && (action == aerostore.UpdateOnly || action == aerostore.ReplaceOnly):
		return aerostore.CodeNotFound
	}
	r := modelRecord{bins: bins{}, generation: 1}
	if ok {
		r.generation = old.generation + 1
		if action == aerostore.CreateOrUpdate || action == aerostore.UpdateOnly {
			for name, value := range old.bins {
				r.bins[name] = value
			}
		}
	}
	for name, value := range b {
		r.bins[name] = value
	}
	if ttl > 0 {
		r.expires = m.now + time.Duration(ttl)
	}
	m.records[k] = r
	return aerostore.CodeOK
}

func TestTheStoreAgreesWithAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := memory.New()
		m := &model{records: map[aerostore.Key]modelRecord{}}
		ids := rapid.IntRange(0, 5)
		names := rapid.SampledFrom([]string{"a", "b", "c", ""})
		values := rapid.OneOf(
			rapid.Int().AsAny(), rapid.String().AsAny(), rapid.Bool().AsAny(), rapid.Just[any]([]any{1, "x"}),
		)
		ctx := t.Context()
		draw := func(t *rapid.T) (k, used aerostore.Key) {
			k = aerostore.NewKey("test", "users", ids.Draw(t, "id"))
			if rapid.IntRange(0, 9).Draw(t, "how") == 0 {
				return k, aerostore.DigestKey("test", "users", k.Digest())
			}
			return k, k
		}
		check := func(t *rapid.T, what string, err error, want aerostore.ResultCode) {
			t.Helper()
			if aerostore.CodeOf(err) != want {
				t.Fatalf("%s: %v, want %d", what, err, want)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				k, used := draw(t)
				b := bins(rapid.MapOfN(names, values, 1, 4).Draw(t, "bins"))
				ttl := rapid.SampledFrom([]aerostore.TTL{aerostore.NamespaceTTL, second, 30 * second}).Draw(t, "ttl")
				action := rapid.SampledFrom([]aerostore.RecordExists{
					aerostore.CreateOrUpdate, aerostore.CreateOnly, aerostore.UpdateOnly, aerostore.Replace, aerostore.ReplaceOnly,
				}).Draw(t, "exists")
				check(t, "Put", s.Put(ctx, used, b, ttl, action), m.put(k, b, ttl, action))
			},
			"remove": func(t *rapid.T) {
				k, used := draw(t)
				_, want := m.get(k)
				existed, err := s.Remove(ctx, used)
				// An expired record may still be there to be removed.
				if _, kept := m.records[k]; err != nil || existed != want && !kept {
					t.Fatalf("Remove: %v, %v", existed, err)
				}
				delete(m.records, k)
			},
			"wait": func(t *rapid.T) {
				d := time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second
				m.now += d
				s.Advance(d)
			},
			"": func(t *rapid.T) {
				n := 0
				for id := range 6 {
					k := aerostore.NewKey("test", "users", id)
					want, ok := m.get(k)
					r, err := s.Get(ctx, k)
					if !ok {
						check(t, "Get", err, aerostore.CodeNotFound)
						continue
					}
					n++
					check(t, "Get", err, aerostore.CodeOK)
					if !reflect.DeepEqual(r.Bins, want.bins) || r.Generation != want.generation {
						t.Fatalf("record %d is %+v, want %+v", id, *r, want)
					}
				}
				for _, err := range s.Query(ctx, aerostore.Query{Namespace: "test", Set: "users"}) {
					check(t, "Query", err, aerostore.CodeOK)
					n--
				}
				if n != 0 {
					t.Fatalf("a query returned %d records too few", n)
				}
			},
		})
	})
}
