package aerostore

import (
	"cmp"
	"math"
	"time"
)

// A ReadOption asks for something other than the default of an operation that
// reads: a [Timeout], a [SocketTimeout] or [Options]. Where two say different
// things the last one counts.
type ReadOption interface {
	applyRead(Options) Options
}

// A WriteOption asks for something other than the default of an operation that
// writes: a [TTL], [GenerationEqual], [GenerationGreater], a [RecordExists], a
// [WriteFlag], a [Timeout], a [SocketTimeout] or [Options]. Where two say
// different things the last one counts.
type WriteOption interface {
	applyWrite(Options) Options
}

// Options are the options of one call put together, as a middleware or a
// backend sees them in [Call]. A zero field is not set: the backend's default
// applies.
//
// Given as an option, Options merge: each field that is set replaces what stood
// before, each zero field leaves it. Generation and GenerationCheck are set
// together, by a GenerationCheck that is not zero. To go back to a default that
// is zero, give it as an option of its own after the others: [Update],
// Timeout(0), SocketTimeout(0), [NamespaceTTL]. A generation check and a flag
// cannot be taken back. A read takes the timeouts and ignores the rest.
//
// A chain hands options on to a store with methods of its own, such as a mock,
// one by one and in the order of these fields, whatever way they were given:
// Put(…, CreateOnly, TTL(t)) arrives as Put(…, TTL(t), CreateOnly).
type Options struct {
	// Timeout bounds the whole call with all of its attempts, SocketTimeout
	// each wait for the network. Zero leaves the backend's default; a deadline
	// of the context that comes earlier always counts.
	Timeout       time.Duration
	SocketTimeout time.Duration

	// TTL is the time that a write gives the record to live. A field cannot
	// tell a TTL of zero from none: give a TTL that the program computes as the
	// option TTL(d), which fails when d is over.
	TTL TTL

	// Generation and GenerationCheck let a write happen only over a record of
	// a known generation.
	Generation      uint32
	GenerationCheck GenerationCheck

	// Exists says what a write does depending on whether the record exists.
	Exists RecordExists

	// SendKey stores the id beside the record, so that queries return it.
	SendKey bool

	// DurableDelete leaves a tombstone when the record is removed, so that it
	// does not come back after a restart (Enterprise Edition).
	DurableDelete bool
}

func (o Options) applyRead(before Options) Options {
	before.Timeout = cmp.Or(o.Timeout, before.Timeout)
	before.SocketTimeout = cmp.Or(o.SocketTimeout, before.SocketTimeout)
	return before
}

func (o Options) applyWrite(before Options) Options {
	before = o.applyRead(before)
	before.TTL = cmp.Or(o.TTL, before.TTL)
	if o.GenerationCheck != GenerationIgnored {
		before.Generation, before.GenerationCheck = o.Generation, o.GenerationCheck
	}
	before.Exists = cmp.Or(o.Exists, before.Exists)
	before.SendKey = o.SendKey || before.SendKey
	before.DurableDelete = o.DurableDelete || before.DurableDelete
	return before
}

// forRead returns the options that add up to what a read takes of o, in the
// order of the fields; nil if there are none.
func (o Options) forRead() []ReadOption {
	var opts []ReadOption
	if o.Timeout != 0 {
		opts = append(opts, Timeout(o.Timeout))
	}
	if o.SocketTimeout != 0 {
		opts = append(opts, SocketTimeout(o.SocketTimeout))
	}
	return opts
}

// forWrite returns the options that add up to o, in the order of the fields;
// nil if there are none.
func (o Options) forWrite() []WriteOption {
	if o == (Options{}) {
		return nil
	}
	opts := make([]WriteOption, 0, 7)
	if o.Timeout != 0 {
		opts = append(opts, Timeout(o.Timeout))
	}
	if o.SocketTimeout != 0 {
		opts = append(opts, SocketTimeout(o.SocketTimeout))
	}
	switch o.TTL {
	case 0:
	case ttlOver:
		opts = append(opts, TTL(0))
	default:
		opts = append(opts, o.TTL)
	}
	switch o.GenerationCheck {
	case GenerationIgnored:
	case GenerationMustEqual:
		opts = append(opts, GenerationEqual(o.Generation))
	case GenerationMustBeLess:
		opts = append(opts, GenerationGreater(o.Generation))
	default: // refused by the store, which can say why
		opts = append(opts, Options{Generation: o.Generation, GenerationCheck: o.GenerationCheck})
	}
	if o.Exists != Update {
		opts = append(opts, o.Exists)
	}
	if o.SendKey {
		opts = append(opts, SendKey)
	}
	if o.DurableDelete {
		opts = append(opts, DurableDelete)
	}
	return opts
}

// Timeout bounds one call with all of its attempts.
type Timeout time.Duration

func (t Timeout) applyRead(o Options) Options {
	o.Timeout = time.Duration(t)
	return o
}

func (t Timeout) applyWrite(o Options) Options {
	o.Timeout = time.Duration(t)
	return o
}

// SocketTimeout bounds each wait for the network within a call.
type SocketTimeout time.Duration

func (t SocketTimeout) applyRead(o Options) Options {
	o.SocketTimeout = time.Duration(t)
	return o
}

func (t SocketTimeout) applyWrite(o Options) Options {
	o.SocketTimeout = time.Duration(t)
	return o
}

// TTL is how long a record lives after a write: up to ten years, as in
// TTL(24*time.Hour), or one of the constants. Servers count in seconds; a part
// of a second counts as a whole one, so that a record never expires early. In a
// [Record] it is the time that was left when the record was read.
//
// A write with a TTL of zero or less fails with [ErrInvalid], unless it is one
// of the constants: TTL(time.Until(t)) is safe for any t.
//
// A server whose namespace never looks for expired records (nsup-period 0,
// which is the server's default) refuses a TTL with [CodeForbidden].
type TTL time.Duration

// The constants are no duration that a program computes: time.Until and
// time.Sub saturate at math.MinInt64 and do not come near it otherwise.
const (
	// NeverExpire makes a record live until it is removed.
	NeverExpire TTL = math.MinInt64 + 1 + iota
	// KeepTTL leaves the record's expiry as it is.
	KeepTTL
	// NamespaceTTL gives the record the default-ttl of its namespace. A write
	// without a TTL does so, too, unless the backend was set up otherwise.
	NamespaceTTL

	// ttlOver is the option TTL(0) in Options, where zero is no TTL.
	ttlOver
)

// maxTTL is the longest TTL that a server accepts.
const maxTTL = TTL(10 * 365 * 24 * time.Hour)

func (t TTL) applyWrite(o Options) Options {
	o.TTL = cmp.Or(t, ttlOver)
	return o
}

// String returns the duration, or the constant's meaning in words.
func (t TTL) String() string {
	switch t {
	case NeverExpire:
		return "never"
	case KeepTTL:
		return "keep"
	case NamespaceTTL:
		return "namespace default"
	case ttlOver:
		return "0s"
	default:
		return time.Duration(t).String()
	}
}

// GenerationCheck says how a write compares the record's generation.
type GenerationCheck uint8

// The ways to compare.
const (
	GenerationIgnored GenerationCheck = iota
	GenerationMustEqual
	GenerationMustBeLess // the record's generation must be less than Options.Generation
)

// GenerationEqual lets a write happen only if the record still has this
// generation, as read before: compare and set. Otherwise the write fails with
// [ErrGeneration]. A record that does not exist has generation 0.
type GenerationEqual uint32

func (g GenerationEqual) applyWrite(o Options) Options {
	o.Generation, o.GenerationCheck = uint32(g), GenerationMustEqual
	return o
}

// GenerationGreater lets a write happen only if this generation is greater
// than the record's, as when restoring a backup. Otherwise the write fails
// with [ErrGeneration].
type GenerationGreater uint32

func (g GenerationGreater) applyWrite(o Options) Options {
	o.Generation, o.GenerationCheck = uint32(g), GenerationMustBeLess
	return o
}

// RecordExists says what a write does depending on whether the record exists.
type RecordExists uint8

const (
	// Update creates the record or changes the bins given. It is the default.
	Update RecordExists = iota
	// CreateOnly fails with [ErrExists] if the record exists.
	CreateOnly
	// UpdateOnly fails with [ErrNotFound] if the record does not exist.
	UpdateOnly
	// Replace creates the record or replaces it, bins not given included.
	Replace
	// ReplaceOnly is Replace, but fails with [ErrNotFound] if the record does
	// not exist.
	ReplaceOnly
)

func (e RecordExists) applyWrite(o Options) Options {
	o.Exists = e
	return o
}

// WriteFlag switches something on that is off by default.
type WriteFlag uint8

const (
	// SendKey stores the id beside the record, so that queries return it.
	SendKey WriteFlag = iota + 1
	// DurableDelete leaves a tombstone when the record is removed, so that it
	// does not come back after a restart (Enterprise Edition).
	DurableDelete
)

func (f WriteFlag) applyWrite(o Options) Options {
	switch f {
	case SendKey:
		o.SendKey = true
	case DurableDelete:
		o.DurableDelete = true
	}
	return o
}

func readOptions(opts []ReadOption) (o Options) {
	for _, opt := range opts {
		if opt != nil {
			o = opt.applyRead(o)
		}
	}
	return o
}

func writeOptions(opts []WriteOption) (o Options) {
	for _, opt := range opts {
		if opt != nil {
			o = opt.applyWrite(o)
		}
	}
	return o
}

// check says why the options make no sense.
func (o Options) check() *invalidError {
	switch {
	case o.Timeout < 0:
		return invalidf("a timeout of %v is negative", o.Timeout)
	case o.SocketTimeout < 0:
		return invalidf("a socket timeout of %v is negative", o.SocketTimeout)
	case o.GenerationCheck > GenerationMustBeLess:
		return invalidf("generation check %d is unknown", o.GenerationCheck)
	case o.Exists > ReplaceOnly:
		return invalidf("record-exists action %d is unknown", o.Exists)
	}
	return o.TTL.check()
}

func (t TTL) check() *invalidError {
	switch {
	case t == 0, t == NeverExpire, t == KeepTTL, t == NamespaceTTL:
		return nil
	case t < 0:
		return invalidf("a TTL of %v is over before the record is written: "+
			"give one above zero, NeverExpire, or none for the namespace's default", t)
	case t > maxTTL:
		return invalidf("a TTL of %v is out of range: %d seconds (ten years) at most",
			t, uint64(time.Duration(maxTTL).Seconds()))
	default:
		return nil
	}
}

// Seconds returns the TTL as Aerospike's wire protocol and clients carry it: a
// number of seconds, rounded up, or the numbers that stand for the constants.
// The zero TTL is the namespace's default.
func (t TTL) Seconds() uint32 {
	switch {
	case t == NeverExpire:
		return math.MaxUint32
	case t == KeepTTL:
		return math.MaxUint32 - 1
	case t <= 0:
		return 0
	default:
		return uint32((time.Duration(t)-1)/time.Second + 1) //nolint:gosec // G115: check keeps it under ten years
	}
}

// TTLFromSeconds is the way back from [TTL.Seconds].
func TTLFromSeconds(seconds uint32) TTL {
	switch seconds {
	case math.MaxUint32:
		return NeverExpire
	case math.MaxUint32 - 1:
		return KeepTTL
	case 0:
		return NamespaceTTL
	default:
		return TTL(time.Duration(seconds) * time.Second)
	}
}
