package aerostore

import (
	"cmp"
	"time"

	value "github.com/aerostore/aerostore/internal/value"
)

// A ReadOption is an option of an operation that reads: a [Filter], a [Timeout], a
// [SocketTimeout], a [Replica], a [ReadMode], a [ReadTouch], a [Flag] or [Options]. A
// later option overrides an earlier one. Nil options are ignored.
type ReadOption interface {
	applyRead(Options) Options
}

// A WriteOption is an option of an operation that writes, or that does so for some of its
// arguments, such as Operate. It is a [TTL], a [GenerationEqual], a [GenerationGreater], a
// [RecordExists], a [WriteFlag], a [CommitLevel] or one that is a [ReadOption] too. A later
// option overrides an earlier one. Nil options are ignored.
type WriteOption interface {
	applyWrite(Options) Options
}

// Options are all options of a call, as layers and backends see them in [Call]. A field
// that is zero is not set, and the backend's default applies.
//
// Options can be passed as an option. Each field that is set overrides earlier
// options; Generation and GenerationCheck are set together, if GenerationCheck is not
// zero. A read ignores the fields that have no meaning for it. To restore a default,
// add [CreateOrUpdate], Timeout(0), SocketTimeout(0), [NamespaceTTL], [ReplicaDefault],
// [ReadModeDefault], [CommitDefault] or [ReadTouchDefault] after the Options. A generation
// check and a flag cannot be unset.
//
// A Store that is not a [Backend], such as a mock, receives the options of a chain one by
// one, in the order of the fields of Options. For example, Put(…, CreateOnly, TTL(t))
// becomes Put(…, TTL(t), CreateOnly).
type Options struct {
	// Timeout limits the whole call with all of its attempts. An earlier deadline of
	// the context still applies.
	Timeout time.Duration

	// SocketTimeout limits each wait for the network.
	SocketTimeout time.Duration

	// TTL is how long the record lives after a write. A zero field is not set. For a
	// computed TTL use the option TTL(d): the write fails if d is zero. It has no
	// meaning for a removal.
	TTL TTL

	// Generation is the generation that GenerationCheck compares the record with.
	Generation      uint32
	GenerationCheck GenerationCheck

	// Exists says whether a write requires that the record exists, or that it does
	// not. It has no meaning for a removal.
	Exists RecordExists

	// SendKey is the option [SendKey]. It has no meaning for a removal.
	SendKey bool

	// DurableDelete is the option [DurableDelete]. It has a meaning only for an
	// operation that removes the record.
	DurableDelete bool

	// Compress is the option [Compress].
	Compress bool

	// Replica says which node is sent the call. It has a meaning for reads above all.
	Replica Replica

	// ReadMode says how much of the cluster a read considers. It has no meaning for a
	// write and for a query.
	ReadMode ReadMode

	// CommitLevel says when a write is answered.
	CommitLevel CommitLevel

	// ReadTouch makes a read extend the life of the record. It has no meaning for a
	// write and for a query.
	ReadTouch ReadTouch

	// Filter says which records the call reads or changes. A zero field is no filter.
	// The option Filter{} is refused.
	Filter Filter
}

func (o Options) applyRead(before Options) Options {
	before.Timeout = cmp.Or(o.Timeout, before.Timeout)
	before.SocketTimeout = cmp.Or(o.SocketTimeout, before.SocketTimeout)
	before.Compress = o.Compress || before.Compress
	before.Replica = cmp.Or(o.Replica, before.Replica)
	before.ReadMode = cmp.Or(o.ReadMode, before.ReadMode)
	before.ReadTouch = cmp.Or(o.ReadTouch, before.ReadTouch)
	before.Filter = cmp.Or(o.Filter, before.Filter)
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
	before.CommitLevel = cmp.Or(o.CommitLevel, before.CommitLevel)
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
	if o.Compress {
		opts = append(opts, Compress)
	}
	if o.Replica != ReplicaDefault {
		opts = append(opts, o.Replica)
	}
	if o.ReadMode != ReadModeDefault {
		opts = append(opts, o.ReadMode)
	}
	if o.ReadTouch != ReadTouchDefault {
		opts = append(opts, o.ReadTouch)
	}
	if o.Filter != (Filter{}) {
		opts = append(opts, o.Filter.option())
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
	if o.Exists != CreateOrUpdate {
		opts = append(opts, o.Exists)
	}
	if o.SendKey {
		opts = append(opts, SendKey)
	}
	if o.DurableDelete {
		opts = append(opts, DurableDelete)
	}
	if o.Compress {
		opts = append(opts, Compress)
	}
	if o.Replica != ReplicaDefault {
		opts = append(opts, o.Replica)
	}
	if o.ReadMode != ReadModeDefault {
		opts = append(opts, o.ReadMode)
	}
	if o.CommitLevel != CommitDefault {
		opts = append(opts, o.CommitLevel)
	}
	if o.ReadTouch != ReadTouchDefault {
		opts = append(opts, o.ReadTouch)
	}
	if o.Filter != (Filter{}) {
		opts = append(opts, o.Filter.option())
	}
	return opts
}

// A Timeout limits one call with all of its attempts. Zero means the backend's
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

// A SocketTimeout limits each wait for the network within a call. Zero means the
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

// A GenerationCheck says how a write compares the record's generation with
// Options.Generation.
type GenerationCheck uint8

// The generation checks.
const (
	GenerationIgnored    GenerationCheck = iota // the write ignores the generation
	GenerationMustEqual                         // see [GenerationEqual]
	GenerationMustBeLess                        // see [GenerationGreater]
)

// A GenerationEqual lets a write succeed only if the record has this generation.
// Otherwise the write fails with [ErrGeneration]. With the generation of a record that
// was read, the write is a compare-and-set. A record that does not exist has
// generation 0. In a batch a generation is at most 65,535.
type GenerationEqual uint32

func (g GenerationEqual) applyWrite(o Options) Options {
	o.Generation, o.GenerationCheck = uint32(g), GenerationMustEqual
	return o
}

// A GenerationGreater lets a write succeed only if it is greater than the
// record's generation. Otherwise the write fails with [ErrGeneration]. Use it
// to restore a backup, for example.
type GenerationGreater uint32

func (g GenerationGreater) applyWrite(o Options) Options {
	o.Generation, o.GenerationCheck = uint32(g), GenerationMustBeLess
	return o
}

// A RecordExists says what a write does if the record exists and if it does not.
type RecordExists uint8

// The actions of a write.
const (
	// CreateOrUpdate creates the record or updates its bins. It is the default.
	CreateOrUpdate RecordExists = iota
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

// A Flag enables something that is off by default, for reads and writes.
type Flag uint8

// Compress compresses what is sent and what the server answers, if it is longer than 128
// bytes. It saves network and costs processor time. A query ignores it. It requires the
// Enterprise Edition: the Community Edition refuses what is sent compressed with
// [CodeEnterpriseOnly], and does not compress its answers. Package asbackendv8 ignores it,
// because its client cannot compress safely.
const Compress Flag = 1

func (f Flag) applyRead(o Options) Options {
	if f == Compress {
		o.Compress = true
	}
	return o
}

func (f Flag) applyWrite(o Options) Options { return f.applyRead(o) }

func readOptions(opts []ReadOption) (o Options) {
	for _, opt := range opts {
		if !value.IsNil(opt) {
			o = opt.applyRead(o)
		}
	}
	return o
}

func writeOptions(opts []WriteOption) (o Options) {
	for _, opt := range opts {
		if !value.IsNil(opt) {
			o = opt.applyWrite(o)
		}
	}
	return o
}

// check returns why the options are not valid, or nil if they are.
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
	case o.Replica > ReplicaPreferRack:
		return invalidf("replica %d is unknown", o.Replica)
	case o.ReadMode > ReadModeAllowUnavailable:
		return invalidf("read mode %d is unknown", o.ReadMode)
	case o.CommitLevel > CommitMaster:
		return invalidf("commit level %d is unknown", o.CommitLevel)
	case o.ReadTouch < ReadTouchNever || o.ReadTouch > 100:
		return invalidf("a read touch of %d percent: from 1 to 100, or ReadTouchNever", o.ReadTouch)
	}
	if err := o.TTL.check(); err != nil {
		return err
	}
	return o.Filter.check()
}

// Equal reports whether the options say the same. It compares filters by their
// expressions, where == compares whether they are one and the same.
func (o Options) Equal(other Options) bool {
	a, b := o.Filter, other.Filter
	o.Filter, other.Filter = Filter{}, Filter{}
	return o == other && a.Equal(b)
}

// ReadOptions returns the options of a read in one value. It returns an error that matches
// [ErrInvalid] if one of them is not valid.
func ReadOptions(opts ...ReadOption) (Options, error) { return checked(readOptions(opts)) }

// WriteOptions returns the options of a write in one value. It returns an error that
// matches [ErrInvalid] if one of them is not valid.
func WriteOptions(opts ...WriteOption) (Options, error) { return checked(writeOptions(opts)) }

func checked(o Options) (Options, error) {
	if err := o.check(); err != nil {
		return Options{}, &Error{Code: err.code, Err: err}
	}
	return o, nil
}
