package vectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/geo"
	"github.com/aerostore/aerostore/internal/vectorop"
)

func (s *step) parseQuery(data []byte) error {
	var args struct {
		common
		NS, Set   *string
		Bins      []string
		Where     *predicate
		IndexName *string `json:"index_name"`
		Policy    queryPolicy
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	if args.NS == nil || args.Set == nil {
		return errors.New("a query needs ns and set")
	}
	q := aerostore.Query{Namespace: *args.NS, Set: *args.Set}
	if len(args.Bins) > 0 {
		q.Bins = args.Bins
	}
	if args.Policy.Filter != (aerostore.Filter{}) {
		q.Options = []aerostore.ReadOption{args.Policy.Filter}
	}
	if args.Policy.withoutBins {
		q.Bins = []string{}
	}
	if args.Where != nil {
		q.Where = args.Where.Predicate
	}
	if args.IndexName != nil {
		q.Where, s.namesIndex = q.Where.UsingIndex(*args.IndexName), true
	}
	s.query = &q
	s.do = func(ctx context.Context, store aerostore.Store) (a answer) {
		for r, err := range store.Query(ctx, q) {
			if err != nil {
				a.err = err
				break
			}
			a.rows = append(a.rows, r)
		}
		return a
	}
	return nil
}

// A predicate is the condition of a query.
type predicate struct{ aerostore.Predicate }

func (p *predicate) UnmarshalJSON(data []byte) error {
	var raw struct {
		Type             string
		Bin              string
		Value            *argument
		Begin, End       *int64
		Region, Point    *string
		Lng, Lat, Radius *float64
		Collection       *string
		Ctx              [][]json.RawMessage
	}
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("where: %w", err)
	}
	var err error
	switch {
	case (raw.Type == "range" || raw.Type == "contains_range") && raw.Begin != nil && raw.End != nil:
		p.Predicate = aerostore.Range(raw.Bin, *raw.Begin, *raw.End)
	case (raw.Type == "equal" || raw.Type == "contains") && raw.Value != nil:
		err = p.equal(raw.Bin, raw.Value.value)
	case raw.Type == "geo_within_region" && raw.Region != nil:
		p.geo(raw.Bin, *raw.Region, aerostore.PredicateWithin)
	case raw.Type == "geo_contains_point" && raw.Point != nil:
		p.geo(raw.Bin, *raw.Point, aerostore.PredicateContaining)
	case raw.Type == "geo_within_radius" && raw.Lng != nil && raw.Lat != nil && raw.Radius != nil:
		p.Predicate = aerostore.WithinRadius(raw.Bin, *raw.Lng, *raw.Lat, *raw.Radius)
	default:
		err = fmt.Errorf("where of type %q is unknown or incomplete", raw.Type)
	}
	if err != nil {
		return err
	}
	in, path, err := placeOf(raw.Collection, raw.Ctx)
	if err != nil {
		return err
	}
	switch in {
	case aerostore.IndexList:
		p.Predicate = p.InList()
	case aerostore.IndexMapKeys:
		p.Predicate = p.InMapKeys()
	case aerostore.IndexMapValues:
		p.Predicate = p.InMapValues()
	}
	if path != nil {
		p.Predicate = p.At(path...)
	}
	return nil
}

func (p *predicate) equal(bin string, value any) error {
	switch v := value.(type) {
	case int:
		p.Predicate = aerostore.Equal(bin, v)
	case string:
		p.Predicate = aerostore.Equal(bin, v)
	case []byte:
		p.Predicate = aerostore.Equal(bin, v)
	case aerostore.GeoJSON:
		p.Predicate = aerostore.Equal(bin, v)
	case aerostore.HLL:
		p.Predicate = aerostore.Equal(bin, v)
	default:
		return compileError{fmt.Errorf("a query for a value of type %T", v)}
	}
	return nil
}

// geo makes a predicate of the kind. The client sends both kinds alike, and a server
// finds out by the text. So a valid text decides here.
func (p *predicate) geo(bin, text string, kind aerostore.PredicateKind) {
	if shape, err := geo.Parse(text); err == nil {
		kind = aerostore.PredicateWithin
		if shape.IsPoint() {
			kind = aerostore.PredicateContaining
		}
	}
	if kind == aerostore.PredicateContaining {
		p.Predicate = aerostore.Containing(bin, aerostore.GeoJSON(text))
	} else {
		p.Predicate = aerostore.Within(bin, aerostore.GeoJSON(text))
	}
}

// placeOf returns what of a bin an index or a predicate is over.
func placeOf(collection *string, ctx [][]json.RawMessage) (in aerostore.IndexCollection, path []cdt.Step, err error) {
	if collection != nil {
		in, err = oneOf("collection", *collection, map[string]aerostore.IndexCollection{
			"list": aerostore.IndexList, "mapkeys": aerostore.IndexMapKeys, "mapvalues": aerostore.IndexMapValues,
		})
		if err != nil {
			return 0, nil, err
		}
	}
	path, err = vectorop.Path(ctx, func(data json.RawMessage) (any, error) { return typed(data, false) })
	return in, path, err
}

// indexArgs are the arguments of a step about an index.
type indexArgs struct {
	common
	NS, Set, Name *string
}

func (a *indexArgs) index() (aerostore.Index, error) {
	if a.NS == nil || a.Set == nil || a.Name == nil {
		return aerostore.Index{}, errors.New("an index needs ns, set and name")
	}
	return aerostore.Index{Namespace: *a.NS, Set: *a.Set, Name: *a.Name}, nil
}

func (s *step) parseCreateIndex(data []byte) error {
	var args struct {
		indexArgs
		Bin, Type  string
		Collection *string
		Ctx        [][]json.RawMessage
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	index, err := args.index()
	if err != nil {
		return err
	}
	if args.Type == "" {
		return errors.New("the index has no type")
	}
	index.Bin = args.Bin
	index.Type, err = oneOf("type", args.Type, map[string]aerostore.IndexType{
		"numeric": aerostore.IndexInt,
		"string":  aerostore.IndexString,
		"blob":    aerostore.IndexBlob,

		"geo2dsphere": aerostore.IndexGeo,
	})
	if err != nil {
		return err
	}
	if index.Collection, index.Path, err = placeOf(args.Collection, args.Ctx); err != nil {
		return err
	}
	s.administer(index, aerostore.Indexer.CreateIndex)
	s.refusal = index.CheckCreate(context.Background())
	return nil
}

func (s *step) parseDropIndex(data []byte) error {
	var args indexArgs
	if err := decode(data, &args); err != nil {
		return err
	}
	index, err := args.index()
	if err != nil {
		return err
	}
	s.administer(index, aerostore.Indexer.DropIndex)
	return nil
}

func (s *step) parseTruncate(data []byte) error {
	var args struct {
		common
		NS, Set *string
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	if args.NS == nil || args.Set == nil {
		return errors.New("a truncation needs ns and set")
	}
	s.truncates, s.elsewhere = true, *args.NS != "test" && *args.NS != "bar"
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		return answer{err: aerostore.Truncate(ctx, store, *args.NS, *args.Set, time.Time{})}
	}
	return nil
}

func (s *step) administer(index aerostore.Index, do func(aerostore.Indexer, context.Context, aerostore.Index) error) {
	s.index = &index
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		indexer, _ := aerostore.As[aerostore.Indexer](store) // Run checked that there is one
		return answer{err: do(indexer, ctx, index)}
	}
}
