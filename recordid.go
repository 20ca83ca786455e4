package aerostore

// A RecordID identifies a record within its set: it is a [Key] without its
// namespace and set. A map of the records of one set can have it as its key, in
// half the space of a Key.
//
// RecordIDs are comparable. Two keys have equal RecordIDs if they differ only
// in namespace and set. Like a Key, a RecordID never prints the id. The zero
// RecordID belongs to the zero Key, which operations refuse.
type RecordID struct {
	// The two fields of an opaque: a nested struct would be slower to hash.
	text string // of a string, bytes and a digest
	num  int64
	kind keyKind
}

type keyKind uint8

const (
	keyNone keyKind = iota
	keyInt
	keyString
	keyBytes
	keyDigest
	keyTooLarge // an unsigned integer that Aerospike's 64-bit signed integers cannot hold
)

func newRecordID(id opaque, kind keyKind) RecordID { return RecordID{id.text, id.num, kind} }

// RecordID returns the key without namespace and set. It does not allocate.
func (k Key) RecordID() RecordID { return RecordID{k.text, k.num, k.kind} }

// Key returns the key of the record in a namespace and set. It does not allocate,
// and does not check its arguments; see [NewKey].
func (id RecordID) Key(namespace, set string) Key {
	return Key{namespace, set, id.text, id.num, id.kind}
}

// IsDigest reports whether the id is a digest; see [Key.IsDigest].
func (id RecordID) IsDigest() bool { return id.kind == keyDigest }

// Hash returns a hash of the id, for dividing records among tables. It differs
// from process to process. It is stored in the RecordID, so Hash computes
// nothing.
func (id RecordID) Hash() uint64 { return uint64(id.num) } //nolint:gosec // G115: the bits are what is wanted

// String returns a text that does not depend on the id.
func (id RecordID) String() string { return "RecordID(…)" }

// GoString returns a text that does not depend on the id, so that %#v does not print it.
func (id RecordID) GoString() string { return "aerostore.RecordID{…}" }
