package aerostore_test

import (
	"encoding/json"
	"math"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	value "github.com/aerostore/aerostore/internal/value"
)

type colour string

// loop is a list that contains itself twice.
func loop() []any {
	l := []any{nil, nil}
	l[0], l[1] = l, l
	return l
}

// storables are values that can be stored, and what is read back.
func storables() map[string]struct{ value, read any } {
	geo := value.GeoJSON(`{"type":"Point","coordinates":[0,0]}`)
	return map[string]struct{ value, read any }{
		"nil":     {nil, nil},
		"bool":    {true, true},
		"int":     {1, 1},
		"int8":    {int8(-1), -1},
		"int16":   {int16(-2), -2},
		"int32":   {int32(-3), -3},
		"int64":   {int64(math.MinInt64), math.MinInt64},
		"uint":    {uint(1), 1},
		"uint8":   {uint8(255), 255},
		"uint16":  {uint16(2), 2},
		"uint32":  {uint32(3), 3},
		"uint64":  {uint64(math.MaxInt64), math.MaxInt64},
		"float32": {float32(0.1), float64(float32(0.1))},
		"float64": {0.1, 0.1},
		"string":  {"a", "a"},
		"blob":    {[]byte{1}, []byte{1}},
		"array":   {[2]byte{1, 2}, []byte{1, 2}},
		"geo":     {geo, geo},
		"hll":     {value.HLL{1}, value.HLL{1}},

		"an integer in JSON":  {json.Number("-9223372036854775808"), math.MinInt64},
		"a fraction in JSON":  {json.Number("1.0"), 1.0},
		"an exponent in JSON": {json.Number("1e3"), 1000.0},

		"no blob":  {[]byte(nil), []byte{}},
		"no HLL":   {value.HLL(nil), value.HLL{}},
		"no list":  {[]any(nil), []any{}},
		"no map":   {map[any]any(nil), map[any]any{}},
		"no pairs": {[]value.MapPair(nil), []value.MapPair{}},
		"no words": {[]string(nil), []any{}},
		"no words by word": {
			map[string][]string(nil), map[any]any{},
		},

		"[]any":            {[]any{nil, int8(1), geo, value.HLL{1}, []string{"a"}}, []any{nil, 1, geo, []byte{1}, []any{"a"}}},
		"[]string":         {[]string{"a"}, []any{"a"}},
		"[]int":            {[]int{1}, []any{1}},
		"[]int64":          {[]int64{1}, []any{1}},
		"[]uint16":         {[]uint16{1}, []any{1}},
		"[]uint64":         {[]uint64{1}, []any{1}},
		"[]float64":        {[]float64{1}, []any{1.0}},
		"[]float32":        {[]float32{0.5}, []any{0.5}},
		"[]bool":           {[]bool{true}, []any{true}},
		"[][]byte":         {[][]byte{{1}, nil}, []any{[]byte{1}, []byte{}}},
		"[][16]byte":       {[][16]byte{{1}}, []any{append([]byte{1}, make([]byte, 15)...)}},
		"[][][]int":        {[][][]int{{{1}, {2}}, nil}, []any{[]any{[]any{1}, []any{2}}, []any{}}},
		"[]GeoJSON":        {[]value.GeoJSON{geo}, []any{geo}},
		"[]HLL":            {[]value.HLL{{1}}, []any{[]byte{1}}},
		"[]json.Number":    {[]json.Number{"1", "1.5"}, []any{1, 1.5}},
		"[]map[string]any": {[]map[string]any{{"a": 1.5}, nil}, []any{map[any]any{"a": 1.5}, map[any]any{}}},
		"[][]MapPair":      {[][]value.MapPair{{{Key: 1, Value: 2}}}, []any{[]value.MapPair{{Key: 1, Value: 2}}}},

		"map[any]any": {
			map[any]any{int8(1): []int{1}, "a": value.HLL{1}, [2]byte{1, 2}: geo},
			map[any]any{1: []any{1}, "a": []byte{1}, [2]byte{1, 2}: geo},
		},
		"map[string]any":      {map[string]any{"a": []any{map[string]any{"b": 1.5}}}, map[any]any{"a": []any{map[any]any{"b": 1.5}}}},
		"map[string]string":   {map[string]string{"a": "b"}, map[any]any{"a": "b"}},
		"map[string]int":      {map[string]int{"a": 1}, map[any]any{"a": 1}},
		"map[string]int64":    {map[string]int64{"a": 1}, map[any]any{"a": 1}},
		"map[string]float64":  {map[string]float64{"a": 1}, map[any]any{"a": 1.0}},
		"map[string]bool":     {map[string]bool{"a": true}, map[any]any{"a": true}},
		"map[int]string":      {map[int]string{1: "a"}, map[any]any{1: "a"}},
		"map[uint8]any":       {map[uint8]any{1: nil}, map[any]any{1: nil}},
		"map[[2]byte]int":     {map[[2]byte]int{{1, 2}: 1}, map[any]any{[2]byte{1, 2}: 1}},
		"map[string][]string": {map[string][]string{"a": {"b"}, "c": nil}, map[any]any{"a": []any{"b"}, "c": []any{}}},
		"map[string]map[int]bool": {
			map[string]map[int]bool{"a": {1: true}}, map[any]any{"a": map[any]any{1: true}},
		},

		"[]MapPair": {
			[]value.MapPair{{Key: []byte{1}, Value: []string{"a"}}, {Key: "b", Value: nil}, {Key: "a", Value: value.HLL{1}}, {Key: int8(2), Value: 1}},
			[]value.MapPair{{Key: 2, Value: 1}, {Key: "a", Value: []byte{1}}, {Key: "b", Value: nil}, {Key: []byte{1}, Value: []any{"a"}}},
		},
		"[]MapPair with an array": {[]value.MapPair{{Key: [1]byte{1}, Value: 1}}, []value.MapPair{{Key: []byte{1}, Value: 1}}},
		"[]MapPair in a map": {
			map[string][]value.MapPair{"a": {{Key: 1, Value: []value.MapPair{{Key: "b", Value: 2}}}}},
			map[any]any{"a": []value.MapPair{{Key: 1, Value: []value.MapPair{{Key: "b", Value: 2}}}}},
		},
	}
}

// refusals are values that cannot be stored, and a part of the reason.
func refusals() map[string]struct {
	value any
	says  string
} {
	deep := any(1)
	for range 257 {
		deep = []any{deep}
	}
	return map[string]struct {
		value any
		says  string
	}{
		"an unsigned integer":       {uint64(math.MaxInt64 + 1), "an unsigned integer above 9223372036854775807"},
		"an unsigned integer in []": {[]uint64{math.MaxUint64}, "an unsigned integer above"},
		"an unsigned integer in {}": {map[string]uint{"a": math.MaxUint}, "an unsigned integer above"},
		"an unsigned key":           {map[any]any{uint64(math.MaxUint64): 1}, "an unsigned integer above"},
		"an unsigned key of type":   {map[uint64]int{math.MaxUint64: 1}, "an unsigned integer above"},
		"a large json.Number":       {json.Number("9223372036854775808"), "json.Number"},
		"a huge json.Number":        {json.Number("1e400"), "json.Number"},
		"a text json.Number":        {json.Number("12ab"), "json.Number"},
		"an empty json.Number":      {[]json.Number{""}, "json.Number"},
		"a hexadecimal json.Number": {json.Number("0x1.8p0"), "json.Number"},

		"a value that contains itself": {loop(), "values nest deeper than 256 levels"},
		"a deep value":                 {deep, "values nest deeper than 256 levels"},

		"infinity": {value.Infinity, "cdt.Infinity"},
		"wildcard": {[]any{1, value.Wildcard}, "cdt.Wildcard"},

		"results":         {value.OpResults{1}, "of type aerostore.OpResults cannot be stored: it holds the results"},
		"unreadable":      {[]any{value.Unreadable{}}, "would overwrite it"},
		"a pair":          {value.MapPair{}, "use a []MapPair"},
		"a string type":   {colour("red"), "convert it to string"},
		"a list of those": {[]colour{}, "convert its elements"},
		"a duration":      {time.Second, "use int64(d)"},
		"a time":          {time.Time{}, "t.UnixNano()"},
		"no times":        {[]time.Time{}, "of type []time.Time"},
		"raw JSON":        {json.RawMessage("1"), "string(m)"},
		"an IP":           {net.IP{}, "convert it to []uint8"},
		"a header":        {map[string]any{"a": map[string][]colour{}}, "of type map[string][]aerostore_test.colour"},
		"a struct":        {struct{}{}, "a map of its fields"},
		"a pointer":       {new(int), "the value that it points to"},
		"no pointer":      {(*int)(nil), "the value that it points to"},
		"a complex":       {1i, "its two parts"},
		"a channel":       {make(chan int), "no meaning outside the program"},
		"a function":      {func() {}, "no meaning outside the program"},
		"an array":        {[1]int{1}, "use a slice"},
		"errors":          {[]error{}, "of type []error"},

		"a float as a key":         {map[any]any{1.5: 1}, "a map key of type float64 cannot be stored"},
		"a bool as a key":          {map[any]any{true: 1}, "a map key of type bool"},
		"bools as keys":            {map[bool]int{}, "of type map[bool]int"},
		"nil as a key":             {map[any]any{nil: 1}, "a map key of type <nil>"},
		"a named key":              {map[any]any{colour("red"): 1}, "a map key of type aerostore_test.colour"},
		"named keys":               {map[colour]int{}, "of type map[aerostore_test.colour]int"},
		"an array as a key":        {map[any]any{[1]int{}: 1}, "a map key of type [1]int"},
		"a list as a pair's key":   {[]value.MapPair{{Key: []any{}}}, "a map key of type []interface {}"},
		"an int beside an int64":   {map[any]any{1: 1, int64(1): 1}, "the same integer key"},
		"an int8 beside an uint16": {map[any]any{int8(1): 1, uint16(1): 1}, "the same integer key"},
		"a pair twice":             {[]value.MapPair{{Key: "a"}, {Key: 1}, {Key: "a"}}, "the same key twice"},
		"an integer pair twice":    {[]value.MapPair{{Key: int8(1)}, {Key: "a"}, {Key: 1}}, "the same key twice"},
		"a blob pair twice":        {[]value.MapPair{{Key: []byte{1}}, {Key: [1]byte{1}}}, "the same key twice"},
	}
}

func TestWhatCanBeStoredIsReadBackInFewTypes(t *testing.T) {
	for name, c := range storables() {
		if reason := value.Check(c.value); reason != "" {
			t.Errorf("%s is refused: %s", name, reason)
			continue
		}
		in, err := value.Import(c.value)
		if err != nil {
			t.Errorf("%s is not imported: %v", name, err)
			continue
		}
		for how, got := range map[string]any{
			"Export":    value.Export(in),
			"Canonical": value.Canonical(c.value),
		} {
			if !reflect.DeepEqual(got, c.read) {
				t.Errorf("%s: %s returned %#v, want %#v", name, how, got, c.read)
			}
		}
		if got := value.Canonical(c.read); !reflect.DeepEqual(got, c.read) {
			t.Errorf("%s, read: Canonical returned %#v, want %#v", name, got, c.read)
		}
		if n := testing.AllocsPerRun(10, func() { value.Canonical(c.read) }); n != 0 {
			t.Errorf("%s, read: Canonical allocates %v times", name, n)
		}
		if reason := value.Check(c.read); reason != "" {
			t.Errorf("%s is refused when it is read: %s", name, reason)
		}
	}
}

func TestWhatCannotBeStoredIsRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	for name, c := range refusals() {
		reason := value.Check(c.value)
		if !strings.Contains(reason, c.says) {
			t.Errorf("%s: the reason is %q, which does not say %q", name, reason, c.says)
		}
		in, err := value.Import(c.value)
		if strings.HasPrefix(c.says, "cdt.") {
			if err != nil || value.CheckArgument(c.value) != "" || value.CheckArgument(in) != "" {
				t.Errorf("%s is no argument: %v", name, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s is imported as %#v", name, in)
		} else if err.Error() != reason {
			t.Errorf("%s: Import says %q, Check %q", name, err, reason)
		}
		if value.CheckArgument(c.value) == "" {
			t.Errorf("%s is an argument", name)
		}
		value.Canonical(c.value) // must end
	}
}

func TestNumbersOfAllTypesGoIntoTheDeepestList(t *testing.T) {
	t.Parallel()
	for _, number := range []any{1, 1.5, int8(1), uint32(1), uint64(1), float32(1.5), json.Number("1")} {
		deep := number
		for range 256 {
			deep = []any{deep}
		}
		if reason := value.Check(deep); reason != "" {
			t.Errorf("%T: %s", number, reason)
		}
		if _, err := value.Import(deep); err != nil {
			t.Errorf("%T: %v", number, err)
		}
	}
}
