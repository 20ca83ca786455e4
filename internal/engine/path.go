package engine

import (
	"slices"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// applyNested carries out an operation on the list or map at a path.
func applyNested(bin any, op *cdt.Op, j *value.Journal) (after, result any, refused *Error) {
	if len(op.Path) == 0 {
		return applyTo(bin, bin != nil, op, j)
	}
	if bin == nil && !op.Kind.Writes() {
		return bin, nil, nil
	}
	var few [2]placeStep // so that a short path takes one allocation
	p := place{target: bin, mayCreate: op.Kind.Creates(), steps: few[:0]}
	if goesOn, refused := p.walk(op); !goesOn {
		return bin, nil, refused
	}
	found := p.found()
	p.target, result, refused = applyTo(p.target, found, op, j)
	switch {
	case refused != nil:
		return bin, nil, refused
	case !found && p.idle(op):
		return bin, result, nil // the server creates a path only for what it writes
	case op.Kind.Writes():
		bin = p.attach(j)
	}
	return bin, result, nil
}

// applyTo carries out an operation on a list or map, or creates it.
func applyTo(target any, found bool, op *cdt.Op, j *value.Journal) (after, result any, refused *Error) {
	if !found {
		switch {
		case !op.Kind.Writes():
			return target, nil, nil // a missing bin; the path would have refused
		case op.Kind == cdt.ListSort:
			return target, nil, errNothingToSort
		case !op.Kind.Creates():
			return target, nil, nil
		}
		target = created(op)
	}
	switch t := target.(type) {
	case *value.List:
		if op.Kind.Family() == cdt.OfLists {
			result, refused = onList(t, op, j)
			return t, result, refused
		}
	case *value.Map:
		if op.Kind.Family() == cdt.OfMaps {
			if !found && op.Kind == cdt.MapReplaceAll { // whatever the entries are
				return target, nil, fail(NoElement, "there is no map whose entries could be replaced")
			}
			result, refused = onMap(t, op, j)
			return t, result, refused
		}
	}
	if op.Kind.Family() == cdt.OfLists {
		return target, nil, fail(BinType, "there is no list")
	}
	return target, nil, fail(BinType, "there is no map")
}

// created returns the list or map that an operation creates.
func created(op *cdt.Op) any {
	switch {
	case op.Kind.Family() == cdt.OfMaps:
		// A server keeps no index with an unordered map that a put creates.
		indexed := stored(op) && (op.Order != value.Unordered || op.Kind == cdt.MapSetOrder)
		return &value.Map{Order: op.Order, Indexed: indexed}
	case op.Kind == cdt.ListAppend || op.Kind == cdt.ListIncrement:
		return &value.List{Order: listOrder(op.Order)}
	default:
		return &value.List{}
	}
}

// stored reports whether an index is stored. A server stores one only with the
// list or map in a bin, not with one at a path.
func stored(op *cdt.Op) bool { return op.Stored && len(op.Path) == 0 }

var errNothingToSort = fail(BinType, "there is no list to sort")

// listOrder returns the order of a new list. The server takes an order that it
// does not know for none.
func listOrder(order value.Order) value.Order {
	if order != value.Ordered {
		return value.Unordered
	}
	return order
}

// A place is where a path leads.
type place struct {
	target   any  // what is there, nil if it is missing
	creating bool // a step creates its element

	mayCreate bool // the operation creates what it finds missing
	steps     []placeStep
}

// idle reports whether an operation was denied what it was to put into the list
// or map that was created for it.
func (p *place) idle(op *cdt.Op) bool {
	switch t := p.target.(type) {
	case *value.List:
		return len(t.Items) == 0 && op.Kind != cdt.ListSetOrder && !insertsNothing(op)
	case *value.Map:
		return len(t.Pairs) == 0 && op.Kind != cdt.MapSetOrder && !putsNothing(op)
	}
	return false
}

// insertsNothing reports whether an operation inserts no elements.
func insertsNothing(op *cdt.Op) bool {
	values, several := valuesOf(op)
	return several && len(values) == 0 && (op.Kind == cdt.ListAppend || op.Kind == cdt.ListInsert)
}

// putsNothing reports whether an operation puts no entries.
func putsNothing(op *cdt.Op) bool {
	switch op.Kind {
	case cdt.MapPutAll, cdt.MapAddAll, cdt.MapReplaceAll:
		in, refused := imported(op.Values)
		m, ok := in.(*value.Map)
		return refused == nil && ok && len(m.Pairs) == 0
	}
	return false
}

// found reports whether there is an element at the end of the path. It may be
// nil.
func (p *place) found() bool { return len(p.steps) > 0 && p.steps[len(p.steps)-1].found }

// A placeStep is one list or map that a path goes through.
type placeStep struct {
	list  *value.List
	m     *value.Map
	at    int // of the element
	found bool
	key   any
}

// walk follows the path of an operation. It changes nothing: what has to be
// created is attached when the operation has succeeded. It returns false where
// an operation fails or has nothing to do.
func (p *place) walk(op *cdt.Op) (goesOn bool, refused *Error) {
	missing := p.target == nil
	for _, step := range op.Path {
		if refused := p.enter(step); refused != nil {
			return false, refused
		}
	}
	switch {
	case !p.creating:
		return true, nil
	case !op.Kind.Writes():
		return false, fail(NotApplicable, "there is nothing at the end of the path")
	case op.Kind == cdt.ListSort && missing:
		return false, errNothingToSort
	default:
		return op.Kind.Creates(), nil
	}
}

func (p *place) enter(step cdt.Step) *Error {
	if step == nil || step.Selector() == nil {
		return fail(Parameter, "a step of the path selects nothing")
	}
	s, in := step.Selector(), step.Creation()
	var at placeStep
	switch t := p.target.(type) {
	case nil:
		switch {
		case p.found():
			return fail(NotApplicable, "a step of the path enters a value that is no list or map")
		case in == 0 && !p.creating:
			return fail(NotApplicable, "there is no list or map at a step of the path")
		case step.OfMap():
			at = placeStep{m: &value.Map{Order: in.Order()}}
		default:
			at = placeStep{list: &value.List{Order: in.Order()}}
		}
	case *value.List:
		if step.OfMap() {
			return fail(NotApplicable, "a step of the path enters a map where there is a list")
		}
		at.list = t
	case *value.Map:
		if !step.OfMap() {
			return fail(NotApplicable, "a step of the path enters a list where there is a map")
		}
		at.m = t
	default:
		if len(p.steps) == 0 {
			return fail(Parameter, "the bin is no list or map for a path to enter")
		}
		return fail(NotApplicable, "a step of the path enters a value that is no list or map")
	}
	// Once a step has created an element, those after it create too.
	creates := in != 0 || p.creating
	var refused *Error
	if at.list != nil {
		refused = at.inList(s, creates, in.Pads())
	} else {
		refused = at.inMap(s, creates, p.mayCreate)
	}
	if refused != nil {
		return refused
	}
	p.steps = append(p.steps, at)
	p.target = nil
	switch {
	case !at.found:
		p.creating = true
	case at.list != nil:
		p.target = at.list.Items[at.at]
	default:
		p.target = at.m.Pairs[at.at].Value
	}
	return nil
}

func (at *placeStep) inList(s *cdt.Selector, creates, pads bool) *Error {
	items := at.list.Items
	switch s.Kind() {
	case cdt.ByIndex:
		if at.at, at.found = indexIn(s.At(), len(items)); at.found {
			return nil
		}
		if creates && len(items) == 0 && s.At() == -1 { // the last of an empty list
			at.at = 0
			return nil
		}
		// An ordered list takes a new element whatever its index.
		if !creates || at.at < 0 || at.at > len(items) && !pads && at.list.Order != value.Ordered {
			return fail(NotApplicable, "the list has no index %d", s.At())
		}
		if at.list.Order != value.Ordered {
			return checkPadding(at.at, len(items))
		}
		return nil
	case cdt.ByRank, cdt.ByValue:
		c := chooser{total: len(items), list: at.list}
		if refused := c.choose(s); refused != nil {
			return refused
		}
		found := c.indexes()
		if len(found) == 0 {
			return fail(NotApplicable, "the list does not hold the value")
		}
		at.at, at.found = found[0], true
		return nil
	default:
		return fail(NotApplicable, "a key leads into a list")
	}
}

func (at *placeStep) inMap(s *cdt.Selector, creates, mayCreate bool) *Error {
	switch s.Kind() {
	case cdt.ByKey:
		key, refused := imported(s.Value())
		if refused != nil {
			return refused
		}
		at.key = key
		if at.at, at.found = at.m.Find(key); at.found {
			return nil
		}
		if !creates {
			return fail(NotApplicable, "the map has no such key")
		}
		if mayCreate && !value.IsKey(key) {
			return fail(Parameter, "the key of a map is a string, an integer or bytes")
		}
		return nil
	case cdt.ByIndex, cdt.ByRank, cdt.ByValue:
		return at.inMapBy(s)
	default:
		return fail(Parameter, "a step of the path selects several elements")
	}
}

// attach puts what was created at the end of the path in its place. Each list
// and map on the way learns that an element changed.
func (p *place) attach(j *value.Journal) any {
	v := p.target
	for i := len(p.steps) - 1; i >= 0; i-- {
		at := &p.steps[i]
		if at.list != nil {
			at.attachList(v, j)
			v = at.list
		} else {
			at.m.Put(j, at.at, at.found, at.key, v)
			v = at.m
		}
	}
	return v
}

func (at *placeStep) attachList(v any, j *value.Journal) {
	l := at.list
	switch {
	case at.found && l.Order == value.Ordered:
		l.Splice(j, at.at, 1, nil)
		l.Insert(j, l.Search(v), v) // before those that equal it
	case at.found:
		l.Set(j, at.at, v)
	case l.Order == value.Ordered:
		l.Add(j, v)
	default:
		n := len(l.Items)
		items, _ := padded(at.at, n, v) // checked on the way
		l.Splice(j, n, 0, items)
	}
}

// inMapBy finds the entry that a step enters by index, rank or value.
func (at *placeStep) inMapBy(s *cdt.Selector) *Error {
	c := mapChooser{m: at.m, total: len(at.m.Pairs)}
	if refused := c.choose(s); refused != nil {
		return refused
	}
	found := c.indexes()
	if len(found) == 0 {
		return fail(NotApplicable, "the map does not hold the value")
	}
	at.at, at.found = slices.Min(found), true
	at.key = at.m.Pairs[at.at].Key
	return nil
}

// At returns what lies at a path in a bin, false if the path leads nowhere. It changes
// nothing. Steps that create find nothing where they would.
func At(bin any, path []cdt.Step) (v any, found bool) {
	var few [2]placeStep
	p := place{target: bin, steps: few[:0]}
	for _, step := range path {
		if refused := p.enter(step); refused != nil || p.creating {
			return nil, false
		}
	}
	return p.target, true
}
