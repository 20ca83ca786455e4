package vectors

import (
	"fmt"
	"slices"

	"github.com/aerostore/aerostore"
)

// parseBatch parses a batch of several kinds, which is one BatchWrite.
func (s *step) parseBatch(data []byte) error {
	var args struct {
		common
		Records []rawItem
		Policy  batchPolicy
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	keys := make([]aerostore.Key, 0, len(args.Records))
	for _, raw := range args.Records {
		if raw.Key == nil {
			return errNoKey
		}
		item, err := raw.item(s.operations(raw.Ops))
		if err != nil {
			return err
		}
		if s.leavesOut(raw.Policy.refused) {
			continue
		}
		s.writes = s.writes || item.Remove
		keys = append(keys, raw.Key.Key)
		s.items = append(s.items, item)
	}
	s.batch(&args.Policy, keys, writeItems(s.items, &args.Policy))
	return nil
}

// A rawItem is what a batch of several kinds does to one record.
type rawItem struct {
	Kind   string
	Key    *key
	Bins   []string
	Header bool
	Ops    []operation
	Policy itemOptions
}

func (r rawItem) item(ops []aerostore.Operation) (aerostore.BatchItem, error) {
	item := aerostore.BatchItem{Key: r.Key.Key, Operations: ops, Options: []aerostore.WriteOption{r.Policy.Options}}
	writes := slices.ContainsFunc(ops, aerostore.Operation.Writes)
	switch {
	case r.Kind == "remove":
		item.Remove = true
	case r.Kind == "read" && writes:
		return item, errReadThatWrites
	case r.Kind == "read" && ops == nil:
		item.Operations = r.reads()
	case r.Kind == "write" && !writes:
		return item, unsupported("writes of nothing")
	case r.Kind != "read" && r.Kind != "write":
		return item, fmt.Errorf("kind %q is unknown", r.Kind)
	}
	return item, nil
}

// reads returns the operations that read what a read of bins does.
func (r rawItem) reads() []aerostore.Operation {
	switch {
	case r.Header:
		return []aerostore.Operation{aerostore.ReadHeader()}
	case len(r.Bins) == 0:
		return []aerostore.Operation{aerostore.ReadAll()}
	}
	var ops []aerostore.Operation
	for _, bin := range r.Bins {
		ops = append(ops, aerostore.ReadBin(bin))
	}
	return ops
}
