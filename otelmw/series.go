package otelmw

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/aerostore/aerostore"
)

// series is what tells one set of attributes from another.
type series struct {
	subject
	ending
}

// point is what measurements of one series go with, prepared once.
type point struct {
	record  []metric.RecordOption
	add     []metric.AddOption
	observe []metric.ObserveOption
	active  atomic.Int64
	subject subject // as it is told; it comes last, since only failures need it
}

func newPoint(s subject, attributes []attribute.KeyValue) *point {
	set := metric.WithAttributeSet(attribute.NewSet(attributes...))
	return &point{
		record:  []metric.RecordOption{set},
		add:     []metric.AddOption{set},
		observe: []metric.ObserveOption{set},
		subject: s,
	}
}

// points are those of one store. Success has tables of its own, since it is
// looked up for every call and a short key is found in half the time, and room of its
// own, so that failures leave a subject its name.
type points struct {
	known  *subjects[*point]
	others *table[subject, *point] // what they may be keeps them few
	endings,
	otherEndings *table[series, *point]
	types names[string]
}

func newPoints(limit int, d describer) *points {
	prepare := func(s series) *point { return newPoint(s.subject, s.appendTo(d.describe(s.subject))) }
	prepareSuccess := func(s subject) *point { return prepare(series{subject: s}) }
	return &points{
		known:        newSubjects(newRoom(limit), prepareSuccess),
		others:       newTable(newRoom(tableLimit), prepareSuccess),
		endings:      newTable(newRoom(limit), prepare),
		otherEndings: newTable(newRoom(limit+tableLimit), prepare),
		types:        newNames[string](min(limit, typesLimit)),
	}
}

// success returns where a call goes that has no ending to tell of, and where it is
// counted while it is active.
func (p *points) success(call *aerostore.Call) *point {
	if point, ok := p.known.keepFor(call); ok {
		return point
	}
	return p.others.get(subjectOf(call).other())
}

// failed returns where a call goes that success returned a point for.
func (p *points) failed(begun *point, e ending) *point {
	s := series{begun.subject, e}
	if point, ok := p.endings.find(s); ok {
		return point
	}
	if word := e.word(); vocabulary()[word] || p.types.has(word) {
		if point, ok := p.endings.keep(s); ok {
			return point
		}
	}
	if s.ending = e.other(); s.ending == (ending{}) {
		return begun
	}
	return p.otherEndings.get(s)
}

// observe tells how many operations are active.
func (p *points) observe(_ context.Context, counter metric.Int64ObservableUpDownCounter, o metric.Observer) {
	for _, t := range []*table[subject, *point]{p.known.table, p.others} {
		for _, point := range t.all() {
			o.ObserveInt64(counter, point.active.Load(), point.observe...)
		}
	}
}
