package aerostore

// A ReadTouch makes reads extend the life of a record, as in a cache that drops what was
// read least recently. It is a part of the TTL that the last write gave, in percent from 1
// to 100. A read touches the record if no more than this part of the TTL is left. The
// record then has its whole TTL again; its generation stays.
//
// With ReadTouch(80) and a TTL of 10 hours, a read touches the record from 2 hours after
// the write on. A record that never expires is not touched.
//
// It has a meaning for Get, Select, Exists and BatchRead, and for Operate and BatchOperate
// if they only read. A read that a [Filter] excludes touches the record too; a query does
// not. The record is touched after the read was answered, so the TTL that the read returns
// is the one before. A server may skip the touch when it is busy.
type ReadTouch int8

const (
	// ReadTouchDefault leaves the part to the default-read-touch-ttl-pct of the set or
	// namespace, unless the backend's policy has one.
	ReadTouchDefault ReadTouch = 0
	// ReadTouchNever does not touch the record.
	ReadTouchNever ReadTouch = -1
)

func (t ReadTouch) applyRead(o Options) Options {
	o.ReadTouch = t
	return o
}

func (t ReadTouch) applyWrite(o Options) Options { return t.applyRead(o) }
