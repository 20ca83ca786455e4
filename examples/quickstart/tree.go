package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// recorder keeps the spans that have ended, to print them as a tree. It is safe for
// concurrent use.
type recorder struct {
	mu    sync.Mutex
	spans []sdktrace.ReadOnlySpan
}

func (r *recorder) OnEnd(s sdktrace.ReadOnlySpan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spans = append(r.spans, s)
}

func (*recorder) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (*recorder) Shutdown(context.Context) error                  { return nil }
func (*recorder) ForceFlush(context.Context) error                { return nil }

// Widths in columns, so that a line stays within a hundred.
const (
	nameWidth = 46
	barWidth  = 36
)

// printTree prints each span beneath its parent, with a bar for its time, its
// attributes and its error.
func (r *recorder) printTree(out io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := printer{children: map[trace.SpanID][]sdktrace.ReadOnlySpan{}}
	known := map[trace.SpanID]bool{}
	for _, s := range r.spans {
		known[s.SpanContext().SpanID()] = true
	}
	var roots []sdktrace.ReadOnlySpan
	for _, s := range r.spans {
		if parent := s.Parent().SpanID(); known[parent] {
			p.children[parent] = append(p.children[parent], s)
		} else {
			roots = append(roots, s)
		}
	}
	p.common = commonAttributes(r.spans)
	for _, root := range roots {
		p.begin, p.length = root.StartTime(), root.EndTime().Sub(root.StartTime())
		fmt.Fprintf(&p.text, "trace %s\n", root.SpanContext().TraceID())
		if len(p.common) > 0 {
			fmt.Fprintf(&p.text, "every operation: %s\n", attributes(p.common))
		}
		p.text.WriteString("\n")
		p.print(root, "", "", "")
	}
	_, err := io.WriteString(out, p.text.String())
	return err
}

type printer struct {
	children map[trace.SpanID][]sdktrace.ReadOnlySpan
	common   []attribute.KeyValue
	begin    time.Time
	length   time.Duration
	text     strings.Builder
}

// print writes the span with branch before its name, and its children with
// stem before theirs.
func (p *printer) print(s sdktrace.ReadOnlySpan, branch, stem, last string) {
	took := s.EndTime().Sub(s.StartTime())
	mark := " "
	if s.Status().Code == codes.Error {
		mark = "✗"
	}
	fmt.Fprintf(&p.text, "%s %s %s %9s\n", mark, pad(branch+s.Name(), nameWidth), p.bar(s), short(took))

	children := p.children[s.SpanContext().SpanID()]
	slices.SortFunc(children, func(a, b sdktrace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	below := stem + last
	beneath := "  " + below + "   "
	if len(children) > 0 {
		beneath = "  " + below + "│  "
	}
	var own []attribute.KeyValue
	for _, kv := range s.Attributes() {
		if !slices.Contains(p.common, kv) {
			own = append(own, kv)
		}
	}
	if len(own) > 0 {
		fmt.Fprintf(&p.text, "%s%s\n", beneath, attributes(own))
	}
	if s.Status().Code == codes.Error {
		fmt.Fprintf(&p.text, "%serror: %s\n", beneath, s.Status().Description)
	}
	for i, child := range children {
		if i == len(children)-1 {
			p.print(child, below+"└─ ", below, "   ")
		} else {
			p.print(child, below+"├─ ", below, "│  ")
		}
	}
}

// bar shows when within the trace the span ran.
func (p *printer) bar(s sdktrace.ReadOnlySpan) string {
	column := func(t time.Time) int {
		if p.length <= 0 {
			return 0
		}
		return min(int(t.Sub(p.begin)*barWidth/p.length), barWidth-1)
	}
	from, to := column(s.StartTime()), column(s.EndTime())
	return strings.Repeat("·", from) + strings.Repeat("█", to-from+1) + strings.Repeat("·", barWidth-1-to)
}

// commonAttributes returns the attributes that all operations share.
func commonAttributes(spans []sdktrace.ReadOnlySpan) []attribute.KeyValue {
	count, operations := map[attribute.KeyValue]int{}, 0
	for _, s := range spans {
		if s.SpanKind() != trace.SpanKindClient {
			continue
		}
		operations++
		for _, kv := range s.Attributes() {
			count[kv]++
		}
	}
	var common []attribute.KeyValue
	for kv, n := range count {
		if n == operations {
			common = append(common, kv)
		}
	}
	slices.SortFunc(common, func(a, b attribute.KeyValue) int { return cmp.Compare(a.Key, b.Key) })
	return common
}

func attributes(kvs []attribute.KeyValue) string {
	texts := make([]string, len(kvs))
	for i, kv := range kvs {
		texts[i] = fmt.Sprintf("%s=%s", kv.Key, kv.Value.String())
	}
	return strings.Join(texts, " ")
}

func pad(s string, width int) string {
	if n := len([]rune(s)); n < width {
		return s + strings.Repeat(" ", width-n)
	}
	return s
}

func short(d time.Duration) string {
	switch {
	case d < 100*time.Microsecond:
		return d.Round(100 * time.Nanosecond).String()
	case d < 100*time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	default:
		return d.Round(time.Millisecond).String()
	}
}
