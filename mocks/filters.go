package mocks

import (
	"fmt"
	"reflect"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
)

// Filter returns a matcher of an [aerostore.Filter] that is the same expression. Its
// message has the literals of the expression, which the String of a filter does not.
//
// Expected calls of a MockStore use such matchers for filters among options, in a query
// and in the items of a batch. Call Filter for a mock of another interface.
func Filter(want aerostore.Filter) gomock.Matcher { return matching(want).(gomock.Matcher) }

// A filterText is a filter as text, which can be compared and printed.
type filterText string

// A plain is an argument with the filters taken out, as texts in their order.
type plain struct {
	Value   any
	Filters []filterText
}

// plainOf returns an argument with the filters taken out.
func plainOf(x any) plain {
	p := plain{}
	switch x := x.(type) {
	case aerostore.Filter:
		p.Value = p.option(x)
	case aerostore.Options:
		p.Value = p.option(x)
	case aerostore.Query:
		x.Options = optionsOf(&p, x.Options)
		p.Value = x
	case []aerostore.BatchItem:
		items := make([]aerostore.BatchItem, len(x))
		for i, item := range x {
			item.Options = optionsOf(&p, item.Options)
			items[i] = item
		}
		p.Value = items
	case []any: // the options of a call, of which gomock shows all
		p.Value = optionsOf(&p, x)
	default:
		p.Value = x
	}
	return p
}

// option returns an option without its filter.
func (p *plain) option(opt any) any {
	switch o := opt.(type) {
	case aerostore.Filter:
		p.Filters = append(p.Filters, filterText(o.Source()))
		return aerostore.Filter{}
	case aerostore.Options:
		if o.Filter != (aerostore.Filter{}) {
			p.Filters = append(p.Filters, filterText(o.Filter.Source()))
			o.Filter = aerostore.Filter{}
		}
		return o
	}
	return opt
}

func optionsOf[O any](p *plain, opts []O) []O {
	if opts == nil {
		return nil
	}
	kept := make([]O, len(opts))
	for i, opt := range opts {
		kept[i], _ = p.option(opt).(O)
	}
	return kept
}

// filtered is a matcher of an argument that has filters.
type filtered struct{ want plain }

// Matches implements [gomock.Matcher].
func (f filtered) Matches(x any) bool { return reflect.DeepEqual(f.want, plainOf(x)) }

// String implements [gomock.Matcher].
func (f filtered) String() string { return f.want.text() }

// Got implements [gomock.GotFormatter].
func (filtered) Got(x any) string { return plainOf(x).text() }

func (p plain) text() string {
	if p.Value == any(aerostore.Filter{}) {
		return fmt.Sprintf("the filter %s (%T)", p.Filters[0], p.Value)
	}
	return fmt.Sprintf("%+v with the filters %s (%T)", p.Value, p.Filters, p.Value)
}

// matchingAll returns matchers of the arguments that have operations or filters, and the
// others unchanged.
func matchingAll(args []any) []any {
	all := make([]any, len(args))
	for i, arg := range args {
		all[i] = matching(arg)
	}
	return all
}

// matching returns a matcher of operations, or of what has filters, and another argument
// unchanged.
func matching(arg any) any {
	if want, ok := arg.([]aerostore.Operation); ok {
		return Operations(want...)
	}
	if p := plainOf(arg); len(p.Filters) > 0 {
		return filtered{p}
	}
	return arg
}
