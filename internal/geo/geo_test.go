package geo

import (
	"errors"
	"testing"
)

const square = `[[-123.0,37.0],[-121.0,37.0],[-121.0,38.0],[-123.0,38.0],[-123.0,37.0]]`

func TestWithin(t *testing.T) {
	const (
		point = `{"type":"Point","coordinates":[-122.0,37.5]}`
		far   = `{"type":"Point","coordinates":[58.0,-37.5]}` // the opposite
	)
	for _, tc := range []struct {
		region string
		want   bool
	}{
		{`{"type":"Polygon","coordinates":[` + square + `]}`, true},
		{`{"type":"Polygon","coordinates":[[[-123.0,37.0],[-123.0,38.0],[-121.0,38.0],[-121.0,37.0],[-123.0,37.0]]]}`, true}, // clockwise
		{`{"type":"Polygon","coordinates":[` + square + `,[[-122.1,37.4],[-122.1,37.6],[-121.9,37.6],[-121.9,37.4],[-122.1,37.4]]]}`, false},
		{`{"type":"MultiPolygon","coordinates":[[[[10.0,37.0],[11.0,37.0],[11.0,38.0],[10.0,38.0],[10.0,37.0]]],[` + square + `]]}`, true},
		{`{"type":"Polygon","coordinates":[[[10.0,37.0],[11.0,37.0],[11.0,38.0],[10.0,38.0],[10.0,37.0]]]}`, false},
		{`{"type":"AeroCircle","coordinates":[[-122.0,37.5],1000]}`, true},
		{`{"type":"AeroCircle","coordinates":[[-122.0,37.5],0]}`, false},
		{`{"type":"AeroCircle","coordinates":[[-122.0,37.5],-5]}`, false},
		{`{"type":"AeroCircle","coordinates":[[-122.0,37.6],11000]}`, false},
		{`{"type":"AeroCircle","coordinates":[[-122.0,37.6],11200]}`, true},
		{`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[` + square + `]},"properties":{"a":1}}`, true},
		{point, false},
	} {
		region, here, there := parse(t, tc.region), parse(t, point), parse(t, far)
		if got := Within(here, region); got != tc.want {
			t.Errorf("the point in %s: %v, want %v", tc.region, got, tc.want)
		}
		if Within(here, region) != Within(region, here) {
			t.Errorf("it matters which comes first with %s", tc.region)
		}
		if Within(there, region) {
			t.Errorf("the opposite point is in %s", tc.region)
		}
		if Within(region, region) {
			t.Errorf("%s is in itself", tc.region)
		}
	}
}

func parse(t *testing.T, text string) *Shape {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

// A point is the same however it is written.
func TestPointsInOtherForms(t *testing.T) {
	want := parse(t, `{"coordinates":[-122.05,37.5],"type":"Point"}`) // which takes the parser
	for _, text := range []string{
		`{"type":"Point","coordinates":[-122.05,37.5]}`, `  { "type" : "Point" , "coordinates" : [ -122.05 , 37.50 ] } `,
		`{"type":"Point","coordinates":[-1.2205e2,37.5]}`, "{\"type\":\"Point\",\n\"coordinates\":[-122.05,37.5]}",
		`{"type":"Point","coordinates":[-122.05,37.5],"more":[]}`,
	} {
		if got := parse(t, text); got.point != want.point || !got.isPoint {
			t.Errorf("%s is %v, want %v", text, got.point, want.point)
		}
	}
}

func TestParseRefusesWhatAServerDoes(t *testing.T) {
	for _, text := range []string{
		"", "{}", "[]", "null", "x", `{"type":"Point"}`, `{"type":"Point","coordinates":[0,99]}`, `{"type":"Point","coordinates":[1,null]}`,
		`{"type":"Point","coordinates":[1]}`, `{"type":"LineString","coordinates":[[0,0],[1,1]]}`, `{"type":"MultiPoint","coordinates":[[0,0]]}`,
		`{"type":"Polygon","coordinates":[[[-123.0,37.0],[-121.0,37.0],[-121.0,38.0]]]}`, `{"type":"Polygon","coordinates":[[0,0]]}`,
		`{"type":"Point","coordinates":[01,2]}`, `{"type":"Point","coordinates":[1.,2]}`, `{"type":"Point","coordinates":[+1,2]}`, `{"type":"Point","coordinates":[1,2]}}`,
		`{"type":"Point","coordinates":[--1,2]}`, `{"type":"Point","coordinates":[,2]}`, `{"type":"Point","coordinates":[181,2]}`, `{"type":"Point","coordinates":[.5,2]}`,
		`{"type":"AeroCircle","coordinates":[[0,0],1e8]}`, `{"type":"AeroCircle","coordinates":[[0,0]]}`,
		`{"type":"Feature","geometry":null}`, `{"type":"Feature","geometry":{"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]}}}`,
		`{"type":"Point","coordinates":[0,0],"a":9223372036854775808}`, `{"type":"Point","coordinates":[0,0],"a":1e309}`,
		`{"type":"Point","coordinates":[0,0],"a":"\u0000"}`, `{"type":"Point","coordinates":[0,0],"a":"\ud800"}`, "{\"type\":\"Point\",\"coordinates\":[0,0],\"a\":\"\xff\"}",
	} {
		if _, err := Parse(text); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q is read (%v)", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"type":"Polygon","coordinates":[` + square + `]}`)
	f.Fuzz(func(_ *testing.T, text string) {
		if s, err := Parse(text); err == nil {
			Within(s, s)
		}
	})
}
