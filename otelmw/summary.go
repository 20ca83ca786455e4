package otelmw

import (
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

const (
	// The conventions limit a summary to 255 characters. The shortest names of steps
	// fill it before there are maxSteps of them.
	maxSummary = 255
	maxSteps   = 32
)

// A step is the name of an operation on a bin, as a number: its kind, or its cdt.Kind
// after firstCDT. That of a write of an expression is expWrite.
type step uint8

const (
	expRead       = step(aerostore.OperationExp)
	expWrite step = 31
	firstCDT step = 32
)

// A summaryKey is what a summary is made of: an operation and its steps, each once, in
// order. Zero is no step.
type summaryKey struct {
	operation
	steps [maxSteps]step
}

// summaries have what is prepared for operations with a summary. They are apart from
// other operations, because a longer key takes more time to find.
type summaries[V any] struct{ *cache[summaryKey, V] }

func newSummaries[V any](limit int, prepare func(o operation, summary string) V) *summaries[V] {
	return &summaries[V]{newCache(limit, func(k summaryKey) V { return prepare(k.operation, k.text()) })}
}

// of returns what is prepared for a call, or false if it has no steps or there is no room.
func (s *summaries[V]) of(o operation, call *aerostore.Call) (v V, ok bool) {
	var steps stepList
	if steps.addAll(call.Operations()); steps.n == 0 {
		steps.addItems(call.Items())
	}
	if steps.n == 0 {
		return v, false
	}
	return s.keep(summaryKey{o, steps.steps})
}

// A stepList is steps, each once.
type stepList struct {
	steps [maxSteps]step
	n     int
}

func (l *stepList) add(s step) {
	if s != 0 && l.n < maxSteps && !slices.Contains(l.steps[:l.n], s) {
		l.steps[l.n] = s
		l.n++
	}
}

func (l *stepList) addAll(ops []aerostore.Operation) {
	for i := range ops {
		l.add(stepOf(&ops[i]))
	}
}

// addItems adds the steps of the items of a BatchWrite: bins that are written are WRITE,
// and a removal is DELETE. It adds nothing if all items write bins, which the name says,
// or if the only item removes its record.
func (l *stepList) addItems(items []aerostore.BatchItem) {
	if !slices.ContainsFunc(items, func(i aerostore.BatchItem) bool { return i.Remove || i.Operations != nil }) ||
		len(items) == 1 && items[0].Remove {
		return
	}
	for i := range items {
		switch item := &items[i]; {
		case item.Remove:
			l.add(step(aerostore.OperationDelete))
		case item.Operations != nil:
			l.addAll(item.Operations)
		default:
			l.add(step(aerostore.OperationWrite))
		}
	}
}

func stepOf(o *aerostore.Operation) step {
	if op := o.CDT(); op != nil {
		return firstCDT + step(op.Kind)
	}
	if op := o.Exp(); op != nil && op.Writes {
		return expWrite
	}
	return step(o.Kind())
}

// String returns the name in capitals, such as LIST_APPEND.
func (s step) String() string {
	name := aerostore.OperationKind(s).String()
	switch {
	case s == expRead, s == expWrite:
		name = exp.Op{Writes: s == expWrite}.String()
	case s > firstCDT:
		name = cdt.Kind(s - firstCDT).String()
	}
	return strings.ReplaceAll(strings.ToUpper(name), " ", "_")
}

// text returns the summary: the default name of the span and the steps, as many as there
// is room for.
func (k summaryKey) text() string {
	text := spanName(k.name, k.namespace, k.set)
	if len(text) > maxSummary {
		text = k.name
	}
	for _, s := range k.steps {
		if s == 0 {
			break
		}
		name := s.String()
		if len(text)+1+len(name) > maxSummary {
			break
		}
		text += " " + name
	}
	return text
}
