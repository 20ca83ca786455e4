package vectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/jsonline"
)

// A vector is a script with the answers of a server, translated by the rules.
type vector struct {
	name        string
	unsupported string // the ability that it needs and Store lacks, "" if none
	steps       []*step

	translated counts // answers, by rule
	severedBy  string // the rule or the missing ability after which steps are left out, "" if none are
}

// parse parses a line.
func parse(line []byte) (*vector, error) {
	var raw struct {
		Name  string
		Tags  []string
		Steps []json.RawMessage
	}
	if !json.Valid(line) {
		return nil, json.Unmarshal(line, &raw)
	}
	if err := decode(ownNames(line), &raw); err != nil {
		return nil, err
	}
	if raw.Name == "" || len(raw.Steps) == 0 {
		return nil, errors.New("a vector needs a name and steps")
	}
	v := &vector{name: raw.Name, unsupported: untranslatable(raw.Tags), translated: make(counts)}
	for i, data := range raw.Steps {
		s, err := parseStep(data)
		var missing unsupported
		var refused compileError
		switch {
		case errors.As(err, &refused) && changedNothing(data):
			v.translated[doesNotCompile]++
		case errors.As(err, &refused):
			v.cutAt(unsupported(refused.Error()))
		case errors.As(err, &missing):
			v.cutAt(missing)
		case err != nil:
			return nil, fmt.Errorf("%s: step %d: %w", v.name, i+1, err)
		case v.severedBy == "":
			s.number, s.waited = i+1, v.waits()
			v.steps = append(v.steps, s)
			v.severedBy = s.translate(v.translated)
		}
	}
	return v, nil
}

// changedNothing reports whether a step failed, or is one that reads.
func changedNothing(data []byte) bool {
	var raw struct {
		Op   string
		Want struct{ Code aerostore.ResultCode }
	}
	if err := jsonline.DecodeSome(data, &raw); err != nil {
		return false
	}
	return raw.Want.Code != aerostore.CodeOK ||
		slices.Contains([]string{"get", "get_header", "select", "exists", "query", "scan", "batch_read", "batch_header", "batch_exists"}, raw.Op)
}

// cutAt leaves out the steps from one on that needs an ability that Store lacks. If no
// step before it has operations, it skips the vector.
func (v *vector) cutAt(missing unsupported) {
	switch {
	case v.severedBy != "" || v.unsupported != "":
	case slices.ContainsFunc(v.steps, func(s *step) bool { return len(s.ops) > 0 }):
		v.severedBy = string(missing)
	default:
		v.unsupported = string(missing)
	}
}

// untranslatable returns why no Store can be compared with a vector that has these
// tags, "" if one can.
func untranslatable(tags []string) string {
	switch {
	case slices.Contains(tags, "nan_order"):
		return "the order of NaN, which no store should copy"
	case slices.Contains(tags, "map_storage_order"):
		return "the order of a map's pairs on the wire, which Go maps do not have"
	default:
		return ""
	}
}

// waits reports whether a step waits.
func (v *vector) waits() bool {
	return slices.ContainsFunc(v.steps, func(s *step) bool { return s.pause > 0 })
}

// indexes reports whether a step creates or drops an index.
func (v *vector) indexes() bool {
	return slices.ContainsFunc(v.steps, func(s *step) bool { return s.index != nil })
}

// cut divides the batches that write to a key that they have twice. It returns false if the
// answers to one of them would differ.
func (v *vector) cut() bool {
	return !slices.ContainsFunc(v.steps, func(s *step) bool { return !s.cut() })
}

// join undoes cut.
func (v *vector) join() {
	for _, s := range v.steps {
		s.cuts = nil
	}
}

// truncates reports whether a step truncates a set.
func (v *vector) truncates() bool {
	return slices.ContainsFunc(v.steps, func(s *step) bool { return s.truncates })
}

// keys returns the keys of all steps, each once.
func (v *vector) keys() []aerostore.Key {
	var keys []aerostore.Key
	for _, s := range v.steps {
		for _, k := range s.keys {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}
