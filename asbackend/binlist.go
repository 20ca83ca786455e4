package asbackend

import (
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A binList has the bins of a write with their values converted. The client converts a
// value of its BinMap twice, for the size of the command and for its text, and allocates
// both times. It does not convert a Bin.
type binList struct {
	bins   []as.Bin
	refs   []*as.Bin // to each of bins
	values []room    // of each of bins
}

// A room has the value of a bin that the client otherwise allocates, one of these. The
// client calls the methods of a value, which a pointer has too.
type room struct {
	text as.StringValue
	blob as.BytesValue
	num  as.IntegerValue
}

func (r *room) value(v any) as.Value {
	switch v := v.(type) {
	case string:
		r.text = as.StringValue(v)
		return &r.text
	case []byte:
		r.blob = v
		return &r.blob
	case int:
		r.num = as.IntegerValue(v)
		return &r.num
	default:
		return as.NewValue(clientValue(v))
	}
}

// A binPool has lists for reuse by other writes.
type binPool struct {
	unused sync.Pool // of *binList
}

// largestBinList is the number of bins up to which a list is kept for reuse.
const largestBinList = 256

// get returns the bins in the client's types. Put the list back when the command is over.
func (p *binPool) get(bins aerostore.Bins) *binList {
	l, ok := p.unused.Get().(*binList)
	if !ok || cap(l.bins) < len(bins) {
		l = newBinList(max(len(bins), 16))
	}
	l.bins = l.bins[:0]
	for name, v := range bins {
		l.bins = append(l.bins, as.Bin{Name: name, Value: l.values[len(l.bins)].value(v)})
	}
	return l
}

func newBinList(n int) *binList {
	l := &binList{bins: make([]as.Bin, n), refs: make([]*as.Bin, n), values: make([]room, n)}
	for i := range l.bins {
		l.refs[i] = &l.bins[i]
	}
	return l
}

// list returns the bins as arguments of the client.
func (l *binList) list() []*as.Bin { return l.refs[:len(l.bins)] }

// put adds a list to the pool. Nothing may refer to it afterwards.
func (p *binPool) put(l *binList) {
	if cap(l.bins) <= largestBinList {
		clear(l.values[:len(l.bins)]) // holds no values of the application
		clear(l.bins)
		p.unused.Put(l)
	}
}
