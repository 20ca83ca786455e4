package memory_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// point is GeoJSON that a server stores.
const point = aerostore.GeoJSON(`{"type":"Point","coordinates":[14.4,50.1]}`)

type bins = aerostore.Bins

// A write is one operation that changes a record.
type write struct {
	op   aerostore.Op
	bins bins
	opts []aerostore.WriteOption
}

func put(b bins, opts ...aerostore.WriteOption) write {
	return write{aerostore.OpPut, b, opts}
}

func appendTo(b bins, opts ...aerostore.WriteOption) write {
	return write{aerostore.OpAppend, b, opts}
}

func prependTo(b bins, opts ...aerostore.WriteOption) write {
	return write{aerostore.OpPrepend, b, opts}
}

func increment(b bins, opts ...aerostore.WriteOption) write {
	return write{aerostore.OpIncrement, b, opts}
}

func touch(opts ...aerostore.WriteOption) write { return write{aerostore.OpTouch, nil, opts} }

func remove(opts ...aerostore.WriteOption) write { return write{aerostore.OpRemove, nil, opts} }

func (w write) do(t *testing.T, s aerostore.Store, k aerostore.Key) (err error) {
	t.Helper()
	ctx := t.Context()
	switch w.op {
	case aerostore.OpPut:
		return s.Put(ctx, k, w.bins, w.opts...)
	case aerostore.OpAppend:
		return s.Append(ctx, k, w.bins, w.opts...)
	case aerostore.OpPrepend:
		return s.Prepend(ctx, k, w.bins, w.opts...)
	case aerostore.OpIncrement:
		return s.Increment(ctx, k, w.bins, w.opts...)
	case aerostore.OpTouch:
		return s.Touch(ctx, k, w.opts...)
	default:
		_, err = s.Remove(ctx, k, w.opts...)
		return err
	}
}

func TestAWriteChangesARecordAsOnAServer(t *testing.T) {
	const (
		ok        = aerostore.CodeOK
		notFound  = aerostore.CodeNotFound
		conflict  = aerostore.CodeGeneration
		parameter = aerostore.CodeParameter
		exists    = aerostore.CodeExists
		binType   = aerostore.CodeBinType
	)
	for name, tt := range map[string]struct {
		before     bins // nil: no record
		write      write
		code       aerostore.ResultCode
		after      bins // nil: no record
		generation uint32
	}{
		"put creates":                         {nil, put(bins{"a": 1}), ok, bins{"a": 1}, 1},
		"put keeps other bins":                {bins{"a": 1}, put(bins{"b": 2}), ok, bins{"a": 1, "b": 2}, 2},
		"put changes a type":                  {bins{"a": 1}, put(bins{"a": "x"}), ok, bins{"a": "x"}, 2},
		"put of nil deletes the bin":          {bins{"a": 1, "b": 2}, put(bins{"a": nil}), ok, bins{"b": 2}, 2},
		"put of nil on the last bin":          {bins{"a": 1}, put(bins{"a": nil}), ok, nil, 0},
		"put of nil on a missing bin":         {bins{"a": 1}, put(bins{"b": nil}), ok, bins{"a": 1}, 2},
		"put of nil on no record":             {nil, put(bins{"a": nil}), notFound, nil, 0},
		"put of nil and a value":              {nil, put(bins{"a": nil, "b": 1}), ok, bins{"b": 1}, 1},
		"an empty bin name":                   {nil, put(bins{"": 1}), ok, bins{"": 1}, 1},
		"invalid GeoJSON":                     {nil, put(bins{"a": aerostore.GeoJSON("not geo")}), aerostore.CodeInvalidGeoJSON, nil, 0},
		"append of invalid GeoJSON":           {nil, appendTo(bins{"a": aerostore.GeoJSON("x")}), aerostore.CodeInvalidGeoJSON, nil, 0},
		"append of invalid GeoJSON to a text": {bins{"a": "x"}, appendTo(bins{"a": aerostore.GeoJSON("x")}), binType, bins{"a": "x"}, 1},
		"append of invalid GeoJSON, another generation": {
			bins{"a": "x"}, appendTo(bins{"a": aerostore.GeoJSON("x")}, aerostore.GenerationEqual(7)), conflict, bins{"a": "x"}, 1,
		},
		"invalid GeoJSON in a list":          {nil, put(bins{"a": []any{aerostore.GeoJSON("x")}}), ok, bins{"a": []any{aerostore.GeoJSON("x")}}, 1},
		"create only, none there":            {nil, put(bins{"a": 1}, aerostore.CreateOnly), ok, bins{"a": 1}, 1},
		"create only, one there":             {bins{"a": 1}, put(bins{"a": 2}, aerostore.CreateOnly), exists, bins{"a": 1}, 1},
		"update only, none there":            {nil, put(bins{"a": 1}, aerostore.UpdateOnly), notFound, nil, 0},
		"update only, one there":             {bins{"a": 1}, put(bins{"b": 2}, aerostore.UpdateOnly), ok, bins{"a": 1, "b": 2}, 2},
		"replace, none there":                {nil, put(bins{"a": 1}, aerostore.Replace), ok, bins{"a": 1}, 1},
		"replace, one there":                 {bins{"a": 1}, put(bins{"b": 2}, aerostore.Replace), ok, bins{"b": 2}, 2},
		"replace with nil":                   {bins{"a": 1}, put(bins{"a": nil, "b": 2}, aerostore.Replace), parameter, bins{"a": 1}, 1},
		"replace only, none there":           {nil, put(bins{"a": 1}, aerostore.ReplaceOnly), notFound, nil, 0},
		"replace only, one there":            {bins{"a": 1}, put(bins{"b": 2}, aerostore.ReplaceOnly), ok, bins{"b": 2}, 2},
		"generation equal":                   {bins{"a": 1}, put(bins{"a": 2}, aerostore.GenerationEqual(1)), ok, bins{"a": 2}, 2},
		"generation not equal":               {bins{"a": 1}, put(bins{"a": 2}, aerostore.GenerationEqual(2)), conflict, bins{"a": 1}, 1},
		"generation 0 on no record":          {nil, put(bins{"a": 1}, aerostore.GenerationEqual(0)), ok, bins{"a": 1}, 1},
		"generation 9 on no record":          {nil, put(bins{"a": 1}, aerostore.GenerationEqual(9)), conflict, nil, 0},
		"generation 65537 is not 1":          {bins{"a": 1}, put(bins{"a": 2}, aerostore.GenerationEqual(65537)), conflict, bins{"a": 1}, 1},
		"generation greater":                 {bins{"a": 1}, put(bins{"a": 2}, aerostore.GenerationGreater(2)), ok, bins{"a": 2}, 2},
		"generation not greater":             {bins{"a": 1}, put(bins{"a": 2}, aerostore.GenerationGreater(1)), conflict, bins{"a": 1}, 1},
		"generation greater on no record":    {nil, put(bins{"a": 1}, aerostore.GenerationGreater(1)), ok, bins{"a": 1}, 1},
		"existence before generation":        {bins{"a": 1}, put(bins{"a": 2}, aerostore.CreateOnly, aerostore.GenerationEqual(9)), exists, bins{"a": 1}, 1},
		"generation before the value":        {bins{"a": 1}, put(bins{"a": aerostore.GeoJSON("x")}, aerostore.GenerationEqual(9)), conflict, bins{"a": 1}, 1},
		"durable delete of the last bin":     {bins{"a": 1}, put(bins{"a": nil}, aerostore.DurableDelete), aerostore.CodeEnterpriseOnly, bins{"a": 1}, 1},
		"durable delete with nothing to do":  {bins{"a": 1}, put(bins{"a": 2}, aerostore.DurableDelete), ok, bins{"a": 2}, 2},
		"append":                             {bins{"a": "x"}, appendTo(bins{"a": "y"}), ok, bins{"a": "xy"}, 2},
		"append bytes":                       {bins{"a": []byte{1}}, appendTo(bins{"a": []byte{2}}), ok, bins{"a": []byte{1, 2}}, 2},
		"append to no record":                {nil, appendTo(bins{"a": "y"}), ok, bins{"a": "y"}, 1},
		"append a list to a missing bin":     {bins{"a": 1}, appendTo(bins{"b": []any{1}}), ok, bins{"a": 1, "b": []any{1}}, 2},
		"append bytes to a string":           {bins{"a": "x"}, appendTo(bins{"a": []byte{1}}), binType, bins{"a": "x"}, 1},
		"append a string to bytes":           {bins{"a": []byte{1}}, appendTo(bins{"a": "x"}), binType, bins{"a": []byte{1}}, 1},
		"append to an integer":               {bins{"a": 1}, appendTo(bins{"a": "x"}), binType, bins{"a": 1}, 1},
		"append to a list":                   {bins{"a": []any{1}}, appendTo(bins{"a": []any{2}}), binType, bins{"a": []any{1}}, 1},
		"append to GeoJSON":                  {bins{"a": point}, appendTo(bins{"a": "x"}), aerostore.CodeServer, bins{"a": point}, 1},
		"append nil":                         {bins{"a": "x"}, appendTo(bins{"a": nil}), parameter, bins{"a": "x"}, 1},
		"append nil to a missing bin":        {bins{"a": "x"}, appendTo(bins{"b": nil}), parameter, bins{"a": "x"}, 1},
		"append all or nothing":              {bins{"a": "x", "b": 1}, appendTo(bins{"a": "y", "b": "z"}), binType, bins{"a": "x", "b": 1}, 1},
		"append and replace":                 {nil, appendTo(bins{"a": "y"}, aerostore.Replace), parameter, nil, 0},
		"prepend":                            {bins{"a": "x"}, prependTo(bins{"a": "y"}), ok, bins{"a": "yx"}, 2},
		"prepend bytes":                      {bins{"a": []byte{1}}, prependTo(bins{"a": []byte{2}}), ok, bins{"a": []byte{2, 1}}, 2},
		"increment":                          {bins{"a": 1}, increment(bins{"a": int8(2)}), ok, bins{"a": 3}, 2},
		"increment a float":                  {bins{"a": 1.5}, increment(bins{"a": 0.25}), ok, bins{"a": 1.75}, 2},
		"increment wraps":                    {bins{"a": math.MaxInt}, increment(bins{"a": 1}), ok, bins{"a": math.MinInt}, 2},
		"increment no record":                {nil, increment(bins{"a": 2}), ok, bins{"a": 2}, 1},
		"increment a missing bin by text":    {bins{"a": 1}, increment(bins{"b": "x"}), ok, bins{"a": 1, "b": "x"}, 2},
		"increment an integer by a float":    {bins{"a": 1}, increment(bins{"a": 1.0}), binType, bins{"a": 1}, 1},
		"increment a float by an integer":    {bins{"a": 1.5}, increment(bins{"a": 1}), binType, bins{"a": 1.5}, 1},
		"increment a string":                 {bins{"a": "1"}, increment(bins{"a": 1}), binType, bins{"a": "1"}, 1},
		"increment and update only":          {nil, increment(bins{"a": 1}, aerostore.UpdateOnly), notFound, nil, 0},
		"touch":                              {bins{"a": 1}, touch(), ok, bins{"a": 1}, 2},
		"touch no record":                    {nil, touch(), notFound, nil, 0},
		"touch no record, generation 9":      {nil, touch(aerostore.GenerationEqual(9)), notFound, nil, 0},
		"touch and create only":              {bins{"a": 1}, touch(aerostore.CreateOnly), exists, bins{"a": 1}, 1},
		"touch and replace, no record":       {nil, touch(aerostore.Replace), parameter, nil, 0},
		"remove":                             {bins{"a": 1}, remove(), ok, nil, 0},
		"remove no record":                   {nil, remove(aerostore.GenerationEqual(9)), ok, nil, 0},
		"remove another generation":          {bins{"a": 1}, remove(aerostore.GenerationEqual(9)), conflict, bins{"a": 1}, 1},
		"remove whatever is said of records": {bins{"a": 1}, remove(aerostore.CreateOnly), ok, nil, 0},
		"remove durably":                     {bins{"a": 1}, remove(aerostore.DurableDelete), aerostore.CodeEnterpriseOnly, bins{"a": 1}, 1},
		"remove no record durably":           {nil, remove(aerostore.DurableDelete), aerostore.CodeEnterpriseOnly, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := memory.NewT(t)
			k := key("a")
			if tt.before != nil {
				mustPut(t, s, k, tt.before)
			}
			wantCode(t, tt.write.do(t, s, k), tt.code)
			if tt.after == nil {
				_, err := s.Get(t.Context(), k)
				wantCode(t, err, notFound)
				return
			}
			r := mustGet(t, s, k)
			if !reflect.DeepEqual(r.Bins, tt.after) || r.Generation != tt.generation {
				t.Errorf("bins %v, generation %d; want %v, %d", r.Bins, r.Generation, tt.after, tt.generation)
			}
		})
	}
}

func TestGeneration1Follows65535(t *testing.T) {
	s := memory.NewT(t)
	for range 65535 {
		mustPut(t, s, key("a"), bins{"a": 1})
	}
	if g := mustGet(t, s, key("a")).Generation; g != 65535 {
		t.Fatalf("generation %d", g)
	}
	mustPut(t, s, key("a"), bins{"a": 1})
	if g := mustGet(t, s, key("a")).Generation; g != 1 {
		t.Errorf("generation %d, want 1", g)
	}
}

func TestIDsOfDifferentKindsAreDifferentRecords(t *testing.T) {
	s := memory.NewT(t)
	keys := []aerostore.Key{
		key("1"),
		aerostore.NewKey("test", "users", 1),
		aerostore.NewKey("test", "users", []byte("1")),
		aerostore.NewKey("test", "", "1"),
		aerostore.NewKey("test", "others", "1"),
		aerostore.NewKey("bar", "users", "1"),
	}
	for i, k := range keys {
		mustPut(t, s, k, bins{"i": i})
	}
	for i, k := range keys {
		if got := mustGet(t, s, k).Bins["i"]; got != i {
			t.Errorf("%v holds %v, want %d", k, got, i)
		}
	}
}

func TestTheKeyStaysWithARecordOnceItWasSent(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	k := aerostore.NewKey("test", "numbers", "k")
	sent := func() bool {
		for r, err := range s.Query(ctx, everything) {
			if err != nil {
				t.Fatal(err)
			}
			return r.Key == k
		}
		t.Fatal("no record")
		return false
	}
	for i, step := range []struct {
		write write
		want  bool
	}{
		{put(bins{"n": 1}), false},
		{touch(aerostore.SendKey), true},
		{put(bins{"n": 2}), true},
		{put(bins{"n": 3}, aerostore.Replace), true},
	} {
		wantCode(t, step.write.do(t, s, k), aerostore.CodeOK)
		if got := sent(); got != step.want {
			t.Errorf("after step %d: %v", i, got)
		}
	}
	wantCode(t, remove().do(t, s, k), aerostore.CodeOK)
	mustPut(t, s, k, bins{"n": 4})
	if sent() {
		t.Error("the key outlived its record")
	}
}
