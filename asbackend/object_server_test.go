package asbackend_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/object"
)

type stored struct {
	Name    string            `as:"name"`
	Visits  int               `as:"visits"`
	Score   float64           `as:"score"`
	Tags    []string          `as:"tags"`
	Labels  map[string]string `as:"labels"`
	Address struct {
		Street string `as:"street"`
		Number int    `as:"number"`
	} `as:"address"`
	Gen uint32 `asm:"gen"`
}

func newStored() stored {
	v := stored{
		Name: "Ada", Visits: 1000, Score: 1.5, Tags: []string{"a", "b", "c"},
		Labels: map[string]string{"x": "1", "y": "2"},
	}
	v.Address.Street, v.Address.Number = "Main", 12
	return v
}

// TestObjectReadsWhatTheClientWrote moves a struct from the client to package object, and
// back.
func TestObjectReadsWhatTheClientWrote(t *testing.T) {
	s, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	key := aerostore.NewKey(namespace, fmt.Sprintf("obj_%x", time.Now().UnixNano()), "o")
	clientKey, _ := as.NewKey(key.Namespace(), key.Set(), "o")
	want := newStored()
	if err := s.Client().PutObject(nil, clientKey, &want); err != nil {
		t.Fatal(err)
	}
	want.Gen = 1
	got, err := object.Get[stored](t.Context(), s, key)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	if err := object.Put(t.Context(), s, key, want); err != nil {
		t.Fatal(err)
	}
	want.Gen = 2
	var back stored
	if err := s.Client().GetObject(nil, clientKey, &back); err != nil || !reflect.DeepEqual(back, want) {
		t.Errorf("the client got %+v, %v\nwant %+v", back, err, want)
	}
	if _, err := s.Remove(t.Context(), key); err != nil {
		t.Error(err)
	}
}

// BenchmarkObject compares package object with the client's PutObject and GetObject.
func BenchmarkObject(b *testing.B) {
	s, err := asbackend.Dial(b.Context(), hosts(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	set := fmt.Sprintf("obj_%x", time.Now().UnixNano())
	b.Cleanup(func() { empty(b, s, set) })
	key := aerostore.NewKey(namespace, set, "o")
	clientKey, _ := as.NewKey(namespace, set, "o")
	v, client := newStored(), s.Client()
	for _, bb := range []struct {
		name string
		run  func() error
	}{
		{"put/object", func() error { return object.Put(b.Context(), s, key, &v) }},
		{"put/client", func() error { return client.PutObject(nil, clientKey, &v) }},
		{"get/object", func() error {
			_, err := object.Get[stored](b.Context(), s, key)
			return err
		}},
		{"get/client", func() error {
			var v stored
			return client.GetObject(nil, clientKey, &v)
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bb.run(); err != nil && !reflect.ValueOf(err).IsNil() {
					b.Fatal(err)
				}
			}
		})
	}
}
