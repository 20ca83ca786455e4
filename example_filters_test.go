package aerostore_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

var errNotOwner = errors.New("another worker has the job")

// A write that a worker cannot make when another one has its job.
func Example_fencingToken() {
	ctx, store := context.Background(), memory.New()

	// save writes the state of a job, unless a worker with a higher token did.
	save := func(job aerostore.Key, token int, state string) error {
		mine := exp.Or(exp.Not(exp.BinExists("token")), exp.IntBin("token").AtMost(token))
		err := store.Put(ctx, job, aerostore.Bins{"token": token, "state": state}, aerostore.Filter(mine))
		if errors.Is(err, aerostore.ErrFilteredOut) {
			return errNotOwner
		}
		return err
	}

	job := aerostore.NewKey("test", "jobs", "invoices")
	fmt.Println(save(job, 1, "half done"))
	fmt.Println(save(job, 2, "begun again"))
	fmt.Println(save(job, 1, "done")) // was paused, and has lost the lock
	fmt.Println(save(job, 2, "done"))
	// Output:
	// <nil>
	// <nil>
	// another worker has the job
	// <nil>
}

// A report that is always counted, and kept if it is the newest.
func Example_newest() {
	ctx, store := context.Background(), memory.New()

	// report counts a report, and keeps its place if no later one has come before.
	report := func(parcel aerostore.Key, at int, place string) error {
		newer := exp.Or(exp.Not(exp.BinExists("at")), exp.IntBin("at").Less(at))
		_, err := store.Operate(ctx, parcel, []aerostore.Operation{
			aerostore.AddBin("reports", 1),
			aerostore.WriteExp("place", exp.If(newer, exp.StringVal(place)).ElseUnknown(), exp.EvalNoFail),
			aerostore.WriteExp("at", exp.If(newer, exp.IntVal(at)).ElseUnknown(), exp.EvalNoFail),
		})
		return err
	}

	parcel := aerostore.NewKey("test", "parcels", "p1")
	fmt.Println(report(parcel, 1000, "Rotterdam"), report(parcel, 3000, "Cologne"), report(parcel, 2000, "Venlo"))
	record, err := store.Get(ctx, parcel)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(record.Bins["place"], record.Bins["at"], record.Bins["reports"])
	// Output:
	// <nil> <nil> <nil>
	// Cologne 3000 3
}

// Places that are near, open and good, the nearest first.
func Example_placesNearby() {
	ctx, store := context.Background(), memory.New()
	index := aerostore.Index{Namespace: "test", Set: "places", Name: "places_at", Bin: "at", Type: aerostore.IndexGeo}
	if err := store.CreateIndex(ctx, index); err != nil {
		fmt.Println(err)
	}

	type place struct {
		Name   string
		Metres float64
	}

	// point returns a place on Earth as a bin value. Longitude comes first.
	point := func(longitude, latitude float64) aerostore.GeoJSON {
		return aerostore.GeoJSON(fmt.Sprintf(`{"type":"Point","coordinates":[%v,%v]}`, longitude, latitude))
	}

	// metres returns the distance of a bin value from a place.
	metres := func(at aerostore.GeoJSON, longitude, latitude float64) (float64, error) {
		var point struct{ Coordinates [2]float64 }
		if err := json.Unmarshal([]byte(at), &point); err != nil {
			return 0, err
		}
		const earth, degree = 6371e3, math.Pi / 180
		square := func(x float64) float64 { return x * x }
		there, here := point.Coordinates[1]*degree, latitude*degree
		return 2 * earth * math.Asin(math.Sqrt(square(math.Sin((there-here)/2))+
			math.Cos(there)*math.Cos(here)*square(math.Sin((point.Coordinates[0]-longitude)*degree/2)))), nil
	}

	// nearby returns the places of at least a rating that are open at an hour.
	nearby := func(longitude, latitude, radius, rating float64, hour int) (found []place, err error) {
		open := exp.And(
			exp.FloatBin("rating").AtLeast(rating),
			exp.IntBin("opens").AtMost(hour),
			exp.IntBin("closes").Greater(hour),
		)
		places := aerostore.Query{
			Namespace: "test", Set: "places", Bins: []string{"name", "at"},
			Where:   aerostore.WithinRadius("at", longitude, latitude, radius),
			Options: []aerostore.ReadOption{aerostore.Filter(open)},
		}
		for record, err := range store.Query(ctx, places) {
			if err != nil {
				return nil, err
			}
			name, err := record.Str("name")
			if err != nil {
				return nil, err
			}
			at, err := record.GeoJSON("at")
			if err != nil {
				return nil, err
			}
			distance, err := metres(at, longitude, latitude)
			if err != nil {
				return nil, err
			}
			found = append(found, place{name, distance})
		}
		slices.SortFunc(found, func(a, b place) int { return cmp.Compare(a.Metres, b.Metres) })
		return found, nil
	}

	for i, p := range []aerostore.Bins{
		{"name": "Pergamon", "at": point(13.3969, 52.5212), "opens": 10, "closes": 18, "rating": 4.5},
		{"name": "Cathedral", "at": point(13.4010, 52.5192), "opens": 9, "closes": 20, "rating": 4.6},
		{"name": "Night bar", "at": point(13.4000, 52.5200), "opens": 20, "closes": 24, "rating": 4.9},
		{"name": "Snack bar", "at": point(13.4005, 52.5195), "opens": 9, "closes": 24, "rating": 2.1},
		{"name": "Palace", "at": point(13.2957, 52.5209), "opens": 10, "closes": 18, "rating": 4.7},
	} {
		if err := store.Put(ctx, aerostore.NewKey("test", "places", i), p); err != nil {
			fmt.Println(err)
		}
	}
	places, err := nearby(13.4020, 52.5190, 1000, 4, 12)
	for _, p := range places {
		fmt.Printf("%s, %.0f m\n", p.Name, p.Metres)
	}
	fmt.Println(err)
	// Output:
	// Cathedral, 71 m
	// Pergamon, 423 m
	// <nil>
}

// What a line of an order costs, computed where the line is.
func Example_price() {
	ctx, store := context.Background(), memory.New()

	// In cents. From ten pieces on, a tenth less.
	amount := exp.IntBin("amount")
	full := exp.Multiply(exp.IntBin("price"), amount)
	due := exp.If(amount.AtLeast(10), exp.Subtract(full, exp.Divide(full, exp.IntVal(10)))).Else(full)

	// add adds pieces to a line, and keeps what it then costs.
	add := func(line aerostore.Key, pieces int) (cents int, err error) {
		record, err := store.Operate(ctx, line, []aerostore.Operation{
			aerostore.AddBin("amount", pieces),
			aerostore.WriteExp("due", due),
			aerostore.ReadBin("due"),
		})
		if err != nil {
			return 0, err
		}
		return record.Step(2).Int()
	}

	// sum returns what lines cost together. It reads one number of each.
	sum := func(lines ...aerostore.Key) (cents int, err error) {
		results, err := store.BatchOperate(ctx, lines, []aerostore.Operation{aerostore.ReadExp("due", due)})
		if err == nil {
			err = aerostore.BatchErrors(results)
		}
		if err != nil {
			return 0, err
		}
		for _, result := range results {
			line, err := result.Step(0).Int()
			if err != nil {
				return 0, err
			}
			cents += line
		}
		return cents, nil
	}

	pens, pads := aerostore.NewKey("test", "lines", "pens"), aerostore.NewKey("test", "lines", "pads")
	for line, price := range map[aerostore.Key]int{pens: 120, pads: 300} {
		if err := store.Put(ctx, line, aerostore.Bins{"price": price, "amount": 1}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(add(pens, 8))
	fmt.Println(add(pens, 1))
	fmt.Println(sum(pens, pads))
	// Output:
	// 1080 <nil>
	// 1080 <nil>
	// 1380 <nil>
}
