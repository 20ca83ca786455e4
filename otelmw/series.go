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
}

func newPoint(attributes []attribute.KeyValue) *point {
	set := metric.WithAttributeSet(attribute.NewSet(attributes...))
	return &point{
		record:  []metric.RecordOption{set},
		add:     []metric.AddOption{set},
		observe: []metric.ObserveOption{set},
	}
}

// points are those of one store. Success has tables of its own, since it is
// looked up for every call and a short key is found in half the time.
type points struct {
	known                     *subjects[*point]
	others                    *table[subject, *point]
	knownFailed, othersFailed *table[series, *point]
}

func newPoints(limit int, d describer) *points {
	prepare := func(s series) *point { return newPoint(s.appendTo(d.describe(s.subject))) }
	prepareSuccess := func(s subject) *point { return prepare(series{subject: s}) }
	known, others := newRoom(limit), newRoom(tableLimit)
	return &points{
		known:        newSubjects(known, prepareSuccess),
		others:       newTable(others, prepareSuccess),
		knownFailed:  newTable(known, prepare),
		othersFailed: newTable(others, prepare),
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

func (p *points) failed(s series) *point {
	if point, ok := p.knownFailed.keep(s); ok {
		return point
	}
	s.subject = s.other()
	return p.othersFailed.get(s)
}

// other returns the subject of what there is no room for.
func (s subject) other() subject {
	const other = "other"
	if s.namespace != "" {
		s.namespace = other
	}
	if s.set != "" {
		s.set = other
	}
	return s
}

// observe tells how many operations are active.
func (p *points) observe(_ context.Context, counter metric.Int64ObservableUpDownCounter, o metric.Observer) {
	for _, t := range []*table[subject, *point]{p.known.table, p.others} {
		for _, point := range t.all() {
			o.ObserveInt64(counter, point.active.Load(), point.observe...)
		}
	}
}
