package vectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
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
	if args.IndexName != nil {
		return unsupported("queries that name their index")
	}
	if *args.Set == "" {
		return unsupported("queries of a whole namespace, which may have other records")
	}
	q := aerostore.Query{Namespace: *args.NS, Set: own(*args.Set)}
	if len(args.Bins) > 0 {
		q.Bins = args.Bins
	}
	if args.Policy.withoutBins {
		q.Bins = []string{}
	}
	if args.Where != nil {
		q.Where = args.Where.Predicate
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
		Type       string
		Bin        string
		Value      *argument
		Begin, End *int64
		Collection *string
		Ctx        json.RawMessage
	}
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("where: %w", err)
	}
	switch {
	case raw.Type == "contains", raw.Type == "contains_range", raw.Collection != nil, raw.Ctx != nil:
		return errCollections
	case raw.Type == "range" && raw.Begin != nil && raw.End != nil:
		p.Predicate = aerostore.Range(raw.Bin, *raw.Begin, *raw.End)
		return nil
	case raw.Type == "equal" && raw.Value != nil:
		switch v := raw.Value.value.(type) {
		case int:
			p.Predicate = aerostore.Equal(raw.Bin, v)
		case string:
			p.Predicate = aerostore.Equal(raw.Bin, v)
		default:
			return unsupported(fmt.Sprintf("queries for values of type %T", v))
		}
		return nil
	default:
		return fmt.Errorf("where of type %q is unknown or incomplete", raw.Type)
	}
}

const errCollections = unsupported("indexes over lists and maps")

// indexArgs are the arguments of a step about an index.
type indexArgs struct {
	common
	NS, Set, Name *string
}

func (a *indexArgs) index() (aerostore.Index, error) {
	if a.NS == nil || a.Set == nil || a.Name == nil {
		return aerostore.Index{}, errors.New("an index needs ns, set and name")
	}
	return aerostore.Index{Namespace: *a.NS, Set: own(*a.Set), Name: own(*a.Name)}, nil
}

func (s *step) parseCreateIndex(data []byte) error {
	var args struct {
		indexArgs
		Bin, Type  string
		Collection *string
		Ctx        json.RawMessage
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	if args.Collection != nil || args.Ctx != nil {
		return errCollections
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
	})
	if err != nil {
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

func (s *step) administer(index aerostore.Index, do func(aerostore.Indexer, context.Context, aerostore.Index) error) {
	s.index = &index
	s.do = func(ctx context.Context, store aerostore.Store) answer {
		indexer, _ := aerostore.As[aerostore.Indexer](store) // Run checked that there is one
		return answer{err: do(indexer, ctx, index)}
	}
}
