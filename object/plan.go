package object

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aerostore/aerostore"
)

// A plan is how a struct type is read and written.
type plan struct {
	fields []field
	names  []string // of the bins, in the order of the fields
	places map[string]int
	rest   []int // the index of the field for other bins, nil for none
	strict bool
	gen    []int
	ttl    []int
}

// A field is one that is a bin, or a key of a nested map.
type field struct {
	name      string
	label     string // the Go name
	index     []int  // as in reflect.StructField, from the struct itself
	codec     *codec
	omitEmpty bool
}

// all reports whether a plan needs all bins of a record.
func (p *plan) all() bool { return p.rest != nil || p.strict }

var (
	plans  sync.Map   // of reflect.Type to *plan
	codecs sync.Map   // of codecKey to *codec
	making sync.Mutex // held while plans and codecs are made
)

// A maker makes the plans and codecs that a type needs. They refer to each other, since a
// type may contain itself, so all are published when all are made.
type maker struct {
	plans  map[reflect.Type]*plan
	codecs map[codecKey]*codec
}

// planOf returns the plan of a struct type.
func planOf(t reflect.Type) (*plan, error) {
	if p, ok := plans.Load(t); ok {
		return p.(*plan), nil //nolint:forcetypeassert // of plans
	}
	return made(func(m *maker) (*plan, error) { return m.plan(t) })
}

// codecOf returns the codec of a type, or an error that says why it has none.
func codecOf(key codecKey) (*codec, error) {
	if c, ok := codecs.Load(key); ok {
		return c.(*codec), nil //nolint:forcetypeassert // of codecs
	}
	return made(func(m *maker) (*codec, error) { return m.codec(key) })
}

func made[T any](what func(*maker) (T, error)) (T, error) {
	making.Lock()
	defer making.Unlock()
	m := &maker{plans: map[reflect.Type]*plan{}, codecs: map[codecKey]*codec{}}
	got, err := what(m)
	if err != nil {
		return got, err
	}
	for t, p := range m.plans {
		plans.Store(t, p)
	}
	for key, c := range m.codecs {
		codecs.Store(key, c)
	}
	return got, nil
}

// plan returns the plan of a struct type. It is complete when the maker has ended.
func (m *maker) plan(t reflect.Type) (*plan, error) {
	if p, ok := plans.Load(t); ok {
		return p.(*plan), nil //nolint:forcetypeassert // of plans
	}
	if p, ok := m.plans[t]; ok {
		return p, nil
	}
	p := &plan{places: map[string]int{}}
	m.plans[t] = p
	b := planner{maker: m, plan: p, top: t}
	b.add(t, nil, nil)
	if len(p.fields) == 0 && p.rest == nil {
		b.fail("", "", "the struct has no field for a bin")
	}
	if b.err != nil {
		return nil, b.err
	}
	return p, nil
}

// A planner makes the plan of one type.
type planner struct {
	*maker
	plan *plan
	top  reflect.Type
	err  error // the first
}

func (b *planner) fail(label, name, format string, args ...any) {
	if b.err == nil {
		b.err = &FieldError{Type: b.top, Field: label, Bin: name, reason: fmt.Sprintf(format, args...), kind: aerostore.ErrInvalid}
	}
}

// add adds the fields of a struct type at an index. Outer are the embedded types around it.
func (b *planner) add(t reflect.Type, at []int, outer []reflect.Type) {
	if slices.Contains(outer, t) {
		b.fail(t.Name(), "", "the struct embeds itself")
		return
	}
	outer = append(slices.Clip(outer), t)
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clip(at), i)
		name, options := parseTag(f.Tag.Get("as"))
		switch {
		case f.Name == "_":
			b.mark(&f, name, options)
		case f.Tag.Get("asm") != "":
			b.addMeta(&f, index)
		case name == "-" && len(options) == 0:
		case f.Anonymous && name == "" && structIn(f.Type) != nil:
			if !f.IsExported() && f.Type.Kind() == reflect.Pointer {
				b.fail(f.Name, "", "an embedded pointer to a struct that is not exported cannot be set")
				return
			}
			b.add(structIn(f.Type), index, outer)
		case f.IsExported():
			b.addField(&f, index, name, options)
		case f.Tag.Get("as") != "":
			b.fail(f.Name, name, "the field has a tag and is not exported")
		}
	}
}

// structIn returns the struct type that t is or points to, nil if it is written as a
// whole.
func structIn(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == timeType || isText(t) {
		return nil
	}
	return t
}

// mark reads the tag of a blank field.
func (b *planner) mark(f *reflect.StructField, name string, options []string) {
	switch {
	case f.Tag.Get("as") == "":
	case name == "" && slices.Equal(options, []string{"strict"}):
		b.plan.strict = true
	default:
		b.fail(f.Name, "", `the tag of a blank field can only be ",strict"`)
	}
}

func (b *planner) addMeta(f *reflect.StructField, index []int) {
	integer := reflect.Int <= f.Type.Kind() && f.Type.Kind() <= reflect.Uint64
	meta := strings.TrimSpace(f.Tag.Get("asm"))
	switch {
	case f.Tag.Get("as") != "":
		b.fail(f.Name, "", "the field has a tag as and a tag asm")
	case !f.IsExported() || !integer:
		b.fail(f.Name, "", "a field with a tag asm must be an exported integer")
	case meta == "gen" && b.plan.gen == nil:
		b.plan.gen = index
	case meta == "ttl" && b.plan.ttl == nil:
		b.plan.ttl = index
	case meta == "gen", meta == "ttl":
		b.fail(f.Name, "", "two fields have the tag asm:%q", meta)
	default:
		b.fail(f.Name, "", "the tag asm:%q is unknown: use gen or ttl", meta)
	}
}

func (b *planner) addField(f *reflect.StructField, index []int, name string, options []string) {
	to := field{name: name, label: f.Name, index: index}
	var form timeForm
	for _, o := range options {
		switch unit, isTime := timeForms[o]; {
		case o == "omitempty":
			to.omitEmpty = true
		case o == "rest":
			b.addRest(f, index, name, options)
			return
		case isTime && form != 0:
			b.fail(f.Name, name, "the tag says twice how the time is written")
		case isTime && !holdsTime(f.Type, 0):
			b.fail(f.Name, name, "the option %q is for times, and the field is a %s", o, f.Type)
		case isTime:
			form = unit
		default:
			b.fail(f.Name, name, "the option %q of the tag is unknown", o)
		}
	}
	if to.name == "" {
		to.name = f.Name
	}
	if _, ok := b.plan.places[to.name]; ok {
		b.fail(f.Name, to.name, "another field has the same name")
	}
	codec, err := b.codec(codecKey{f.Type, form})
	if err != nil {
		b.failIn(f, to.name, err)
	}
	to.codec = codec
	b.plan.places[to.name] = len(b.plan.fields)
	b.plan.fields = append(b.plan.fields, to)
	b.plan.names = append(b.plan.names, to.name)
}

// failIn fails because of the type of a field, which may be that of a nested struct.
func (b *planner) failIn(f *reflect.StructField, name string, err error) {
	if nested, ok := err.(*FieldError); ok && b.err == nil { //nolint:errorlint // never wrapped
		b.err = nested
		return
	}
	b.fail(f.Name, name, "%v", err)
}

func (b *planner) addRest(f *reflect.StructField, index []int, name string, options []string) {
	switch {
	case name != "" || len(options) > 1:
		b.fail(f.Name, name, `the option "rest" takes no name and no other option`)
	case f.Type != binsType:
		b.fail(f.Name, "", `the option "rest" is for an aerostore.Bins`)
	case b.plan.rest != nil:
		b.fail(f.Name, "", `two fields have the option "rest"`)
	default:
		b.plan.rest = index
	}
}

// parseTag returns the name and the options of a tag.
func parseTag(tag string) (name string, options []string) {
	if tag == "" {
		return "", nil
	}
	parts := strings.Split(tag, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts[0], parts[1:]
}

var (
	timeType = reflect.TypeFor[time.Time]()
	binsType = reflect.TypeFor[aerostore.Bins]()
	ttlType  = reflect.TypeFor[aerostore.TTL]()
)
