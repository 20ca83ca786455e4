package geo

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestPointsAreSnappedByMillimetres(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := onSphere(degreesOf(180).Draw(t, "longitude"), degreesOf(90).Draw(t, "latitude"))
		s := p.snapped()
		if away := p.angle(s) * earthRadius; !(away < 0.02) {
			t.Fatalf("%v m away", away)
		}
		if again := s.snapped(); again.angle(s) > 1e-15 {
			t.Fatalf("snapped again, it is %v away", again.angle(s))
		}
		if length := s.dot(s); math.Abs(length-1) > 1e-12 {
			t.Fatalf("its length is %v", length)
		}
	})
}

// A server finds a corner in the region to the north-east of it, and in no other of four
// (q_geo_regions_point in query2.jsonl).
func TestACornerIsInOneRegion(t *testing.T) {
	point, err := Parse(`{"type":"Point","coordinates":[0,0]}`)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`[[[0,0],[5,0],[5,5],[0,5],[0,0]]]`:     true,
		`[[[0,0],[0,5],[-5,5],[-5,0],[0,0]]]`:   false,
		`[[[0,0],[-5,0],[-5,-5],[0,-5],[0,0]]]`: false,
		`[[[0,0],[0,-5],[5,-5],[5,0],[0,0]]]`:   false,
	} {
		region, err := Parse(`{"type":"Polygon","coordinates":` + text + `}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := Within(point, region); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}
