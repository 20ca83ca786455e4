package aerostore

import (
	"cmp"
	"math"
	"time"
)

// A ReadOption is an option of an operation that reads: a [Timeout], a
// [SocketTimeout] or [Options]. A later option overrides an earlier one. Nil options
// are ignored.
type ReadOption interface {
	applyRead(Options) Options
}

// A WriteOption is an option of an operation that writes: a [TTL], a
// [GenerationEqual], a [GenerationGreater], a [RecordExists], a [WriteFlag], a
// [Timeout], a [SocketTimeout] or [Options]. A later option overrides an earlier one.
// Nil options are ignored.
type WriteOption interface {
	applyWrite(Options) Options
}

// Options are all options of a call, as layers and backends see them in [Call]. A field
// that is zero is not set, and the backend's default applies.
//
// Options are also an option themselves. Each field that is set overrides earlier
// options; Generation and GenerationCheck are set together, if GenerationCheck is not
// zero. A read uses the timeouts and ignores the other fields. To restore a default,
// add [Update], Timeout(0), SocketTimeout(0) or [NamespaceTTL] after the Options. A
// generation check and a flag cannot be unset.
//
// A chain passes options to the methods of a Store that is not a [Backend], such as a
// mock, one by one and in the order of the fields of Options. For example,
// Put(…, CreateOnly, TTL(t)) becomes Put(…, TTL(t), CreateOnly).
type Options struct {
	// Timeout limits the whole call with all of its attempts. An earlier deadline of
	// the context still applies.
	Timeout time.Duration

	// SocketTimeout limits each wait for the network.
	SocketTimeout time.Duration

	// TTL is how long the record lives after a write. To set a TTL that is computed,
	// use the option TTL(d), which fails if d is zero; a zero field is not set.
	TTL TTL

	// Generation is the generation that GenerationCheck compares the record with.
	Generation      uint32
	GenerationCheck GenerationCheck

	// Exists says whether a write requires that the record exists, or that it does
	// not.
	Exists RecordExists

	// SendKey is the option [SendKey].
	SendKey bool

	// DurableDelete is the option [DurableDelete].
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

// forRead returns the options of o that a read uses, in the order of the fields.
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

// forWrite returns the options of o, in the order of the fields.
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
	default: // the store refuses it with an error
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

// A Timeout limits one call with all of its attempts. Zero stands for the backend's
// default. An earlier deadline of the context still applies.
type Timeout time.Duration

func (t Timeout) applyRead(o Options) Options {
	o.Timeout = time.Duration(t)
	return o
}

func (t Timeout) applyWrite(o Options) Options {
	o.Timeout = time.Duration(t)
	return o
}

// A SocketTimeout limits each wait for the network within a call. Zero stands for the
// backend's default.
type SocketTimeout time.Duration

func (t SocketTimeout) applyRead(o Options) Options {
	o.SocketTimeout = time.Duration(t)
	return o
}

func (t SocketTimeout) applyWrite(o Options) Options {
	o.SocketTimeout = time.Duration(t)
	return o
}

// A TTL is how long a record lives after a write: a duration of up to ten years, such
// as TTL(24*time.Hour), or one of the constants below. Servers count in seconds, so a
// TTL is rounded up to a whole second. The TTL of a [Record] is the time that was left
// when the record was read.
//
// A write with a duration of zero or less fails with [ErrInvalid]. The constants
// are negative, but no result of time.Until or time.Time.Sub equals one of them, so
// TTL(time.Until(t)) is safe for any t.
//
// A server refuses a TTL with [CodeForbidden] if its namespace does not expire records
// (nsup-period 0, the server's default).
type TTL time.Duration

// The TTLs that are not durations.
//
// Functions of package time saturate at math.MinInt64, which is none of them.
const (
	// NeverExpire makes a record live until it is removed.
	NeverExpire TTL = math.MinInt64 + 1 + iota
	// KeepTTL leaves the record's expiry as it is.
	KeepTTL
	// NamespaceTTL gives the record the default-ttl of its namespace. It is the
	// default unless the backend is configured otherwise.
	NamespaceTTL

	// ttlOver stands for TTL(0) in Options, where zero means not set.
	ttlOver
)

// maxTTL is the longest TTL that a server accepts.
const maxTTL = TTL(10 * 365 * 24 * time.Hour)

func (t TTL) applyWrite(o Options) Options {
	o.TTL = cmp.Or(t, ttlOver)
	return o
}

// String returns the duration, such as "24h0m0s", or the meaning of a constant, such as
// "never".
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

// A GenerationCheck says how a write compares the record's generation with
// Options.Generation.
type GenerationCheck uint8

// The generation checks.
const (
	GenerationIgnored    GenerationCheck = iota // the write ignores the generation
	GenerationMustEqual                         // see [GenerationEqual]
	GenerationMustBeLess                        // see [GenerationGreater]
)

// A GenerationEqual is the generation that the record must have for a write to succeed.
// Otherwise the write fails with [ErrGeneration]. With the generation of a record that
// was read, the write is a compare-and-set. A record that does not exist has generation
// 0.
type GenerationEqual uint32

func (g GenerationEqual) applyWrite(o Options) Options {
	o.Generation, o.GenerationCheck = uint32(g), GenerationMustEqual
	return o
}

// A GenerationGreater must be greater than the record's generation for a write to
// succeed, for example when a backup is restored. Otherwise the write fails with
// [ErrGeneration].
type GenerationGreater uint32

func (g GenerationGreater) applyWrite(o Options) Options {
	o.Generation, o.GenerationCheck = uint32(g), GenerationMustBeLess
	return o
}

// A RecordExists says what a write does if the record exists and if it does not.
type RecordExists uint8

// The actions of a write.
const (
	// Update creates the record or updates its bins. It is the default.
	Update RecordExists = iota
	// CreateOnly fails with [ErrExists] if the record exists.
	CreateOnly
	// UpdateOnly fails with [ErrNotFound] if the record does not exist.
	UpdateOnly
	// Replace creates the record or replaces it with all of its bins.
	Replace
	// ReplaceOnly replaces the record and fails with [ErrNotFound] if it does not
	// exist.
	ReplaceOnly
)

func (e RecordExists) applyWrite(o Options) Options {
	o.Exists = e
	return o
}

// A WriteFlag enables something that is off by default.
type WriteFlag uint8

// The flags.
const (
	// SendKey stores the id of the key with the record, so that queries return it.
	SendKey WriteFlag = iota + 1
	// DurableDelete leaves a tombstone when the record is removed, so that it does not
	// reappear after a restart. It requires the Enterprise Edition.
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

// check returns why the options are not valid, or nil.
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
		return invalidf("a TTL of %v is not positive: "+
			"use a positive one, NeverExpire, or none for the namespace's default", t)
	case t > maxTTL:
		return invalidf("a TTL of %v is out of range: %d seconds (ten years) at most",
			t, uint64(time.Duration(maxTTL).Seconds()))
	default:
		return nil
	}
}

// Seconds returns the TTL as Aerospike's wire protocol and clients represent it: in
// seconds, rounded up, or the number that stands for a constant. The zero TTL is
// represented like NamespaceTTL.
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

// TTLFromSeconds returns the TTL that [TTL.Seconds] represents as seconds.
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
