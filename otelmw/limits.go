package otelmw

import (
	"strings"
	"sync"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// seriesLimit is for each store. The SDK takes 2000 series for an instrument, of
// which three times as many and a hundred more are its most.
const seriesLimit = 600

// typesLimit is how many error types are told apart that are not of a small
// vocabulary, at the most.
const typesLimit = 100

const (
	// other stands for what there is no room for.
	other = "other"
	// otherType is that of an error, as the conventions spell it.
	otherType = "_OTHER"
)

func (c *config) limitOr(byDefault int) int {
	if c.limit > 0 {
		return c.limit
	}
	return byDefault
}

// names keeps those that came first, as many as there is room for.
type names[K comparable] struct{ *table[K, struct{}] }

func newNames[K comparable](limit int) names[K] {
	return names[K]{newTable(newRoom(limit), func(K) struct{} { return struct{}{} })}
}

// has reports whether the name is one of them, always the same for the same name.
func (n names[K]) has(name K) bool {
	_, ok := n.keep(name)
	return ok
}

// operations are the names of those that the application does not name.
var operations = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{aerostore.Op(0).String(): true}
	for op := range aerostore.Ops() {
		if op != aerostore.OpCustom {
			all[op.String()] = true
		}
	}
	return all
})

// other returns the subject of what there is no room for: there are but few.
func (s subject) other() subject {
	if !operations()[s.operation] {
		s.operation = other
	}
	if s.namespace != "" {
		s.namespace = other
	}
	if s.set != "" {
		s.set = other
	}
	return s
}

// other returns the ending of what there is no room for.
func (e ending) other() ending {
	if e.errorType == "" {
		return ending{}
	}
	return ending{errorType: otherType}
}

// vocabulary are the error types that no application makes up.
var vocabulary = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{judgement.Panic: true, "timeout": true, "canceled": true, "closed": true}
	for code := -1000; code <= 1000; code++ {
		if name := aerostore.ResultCode(code).String(); !strings.HasPrefix(name, "RESULT_CODE_") {
			all[name] = true
		}
	}
	return all
})

// word returns what tells the ending from others: its type, or the name of its code
// where it is an answer.
func (e ending) word() string {
	if e.errorType == "" {
		return e.status.String()
	}
	return e.errorType
}
