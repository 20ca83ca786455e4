package aerostore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"golang.org/x/crypto/ripemd160" //nolint:staticcheck,gosec // SA1019, G507: Aerospike's wire protocol identifies records by RIPEMD-160
)

// A Key names one record: a namespace, a set and an id. Keys are small values
// that share nothing with their makers: compare them with ==, use them as map
// keys, hand them to many goroutines.
//
// A set may be empty (records outside any set). Ids of different kinds are
// different records: the integer 1, the string "1" and the bytes {'1'} never
// meet.
//
// A Key never prints its id, so that no log or error shows who the record
// belongs to. String and fmt's verbs give namespace and set. In an unexported
// field of another struct, where fmt calls no methods, the id is printed under a
// mask that differs from process to process. [Key.ID] returns the id.
type Key struct {
	namespace, set string

	// The fields of the RecordID. A nested struct would be slower to compare.
	text string
	num  int64
	kind keyKind
}

// KeyID lists the types that can identify a record.
type KeyID interface {
	~string | ~[]byte |
		~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// NewKey returns the key of a record. Bytes are copied. A string or bytes cost
// an allocation, an integer none.
//
// It checks nothing, so that a key can be written where it is used: an
// operation refuses a key with an empty namespace, with a set name over 63
// bytes or with an unsigned id above math.MaxInt64, before anything is sent.
// Use [KeyOf] for an id whose type is known only at run time.
func NewKey[ID KeyID](namespace, set string, id ID) Key {
	var plain plainID
	if !plain.set(any(id)) {
		plain.setNamed(any(id))
	}
	return plain.hide().Key(namespace, set)
}

// KeyOf is [NewKey] for an id of dynamic type: a string, a []byte or any
// integer type. Another type, a namespace that is empty or a set name over 63
// bytes is refused with an error matching [ErrInvalid].
func KeyOf(namespace, set string, id any) (Key, error) {
	var plain plainID
	if !plain.set(id) && !plain.setNamed(id) {
		return Key{}, &Error{
			Namespace: namespace, Set: set, Code: CodeParameter,
			Err: invalidf("an id of type %T cannot be a key: use a string, an integer or a []byte", id),
		}
	}
	k := plain.hide().Key(namespace, set)
	if err := k.check(); err != nil {
		return Key{}, &Error{Namespace: namespace, Set: set, Code: err.code, Err: err}
	}
	return k, nil
}

// DigestKey returns the key of a record of which only the digest is known, as
// a query returns for records that were written without [SendKey]. It names
// the same record as the key the digest was computed from, though the two are
// not equal under ==.
func DigestKey(namespace, set string, digest [20]byte) Key {
	return newRecordID(hideBytes(digest[:]), keyDigest).Key(namespace, set)
}

func (k *Key) opaque() opaque { return opaque{k.text, k.num} }

// Namespace returns the key's namespace.
func (k Key) Namespace() string { return k.namespace }

// Set returns the key's set, "" for a record outside any set.
func (k Key) Set() string { return k.set }

// ID returns what the key was made of: an int64, a string or a []byte of the
// caller's own; nil where only the digest is known.
func (k Key) ID() any {
	switch k.kind {
	case keyInt:
		return k.opaque().revealInt()
	case keyString:
		return k.opaque().revealText()
	case keyBytes:
		return k.opaque().appendText([]byte{})
	default:
		return nil
	}
}

// IsDigest reports whether the digest is all that is known of the key, as of
// those that [DigestKey] makes.
func (k Key) IsDigest() bool { return k.kind == keyDigest }

// Digest returns the 20 bytes by which Aerospike itself identifies the record
// within its namespace: RIPEMD-160 over set, type of id and id. It is computed
// on each call. A key that operations refuse has the zero digest.
func (k Key) Digest() [20]byte {
	var digest [20]byte
	// The particle types of Aerospike's wire protocol.
	const (
		particleInteger = 1
		particleString  = 3
		particleBlob    = 4
	)
	var room [128]byte // most sets and ids fit
	b := append(room[:0], k.set...)
	switch k.kind {
	case keyDigest:
		copy(digest[:], k.opaque().appendText(room[:0]))
		return digest
	case keyInt:
		b = append(b, particleInteger)
		b = binary.BigEndian.AppendUint64(b, uint64(k.opaque().revealInt())) //nolint:gosec // G115: the bits are what is wanted
	case keyString:
		b = k.opaque().appendText(append(b, particleString))
	case keyBytes:
		b = k.opaque().appendText(append(b, particleBlob))
	default:
		return digest
	}
	h := ripemd160.New() //nolint:gosec // G406: not for security
	h.Write(b)
	h.Sum(digest[:0])
	return digest
}

// String returns "namespace.set", or the namespace alone where there is no
// set. It never holds the id.
func (k Key) String() string { return target(k.namespace, k.set) }

// GoString keeps %#v from printing the id.
func (k Key) GoString() string {
	return fmt.Sprintf("aerostore.NewKey(%q, %q, …)", k.namespace, k.set)
}

// plainID is an id before it is hidden.
type plainID struct {
	kind  keyKind
	text  string
	bytes []byte // the caller's
	num   int64
}

// hide returns the id hidden.
func (k *plainID) hide() RecordID {
	switch k.kind {
	case keyInt:
		return newRecordID(hideInt(k.num), keyInt)
	case keyString:
		return newRecordID(hideText(k.text), keyString)
	case keyBytes:
		return newRecordID(hideBytes(k.bytes), keyBytes)
	default:
		return RecordID{kind: k.kind}
	}
}

// set takes an id of a predeclared type.
func (k *plainID) set(id any) bool {
	switch v := id.(type) {
	case string:
		k.kind, k.text = keyString, v
	case int:
		k.kind, k.num = keyInt, int64(v)
	case int64:
		k.kind, k.num = keyInt, v
	case []byte:
		k.kind, k.bytes = keyBytes, v
	case int32:
		k.kind, k.num = keyInt, int64(v)
	case uint32:
		k.kind, k.num = keyInt, int64(v)
	case int16:
		k.kind, k.num = keyInt, int64(v)
	case int8:
		k.kind, k.num = keyInt, int64(v)
	case uint16:
		k.kind, k.num = keyInt, int64(v)
	case uint8:
		k.kind, k.num = keyInt, int64(v)
	case uint:
		k.setUint(uint64(v))
	case uint64:
		k.setUint(v)
	default:
		return false
	}
	return true
}

// setNamed takes an id of a type such as type UserID string, by its kind. It
// stands apart from set because reflection makes its argument escape.
func (k *plainID) setNamed(id any) bool {
	v := reflect.ValueOf(id)
	switch {
	case !v.IsValid():
		return false
	case v.Kind() == reflect.String:
		k.kind, k.text = keyString, v.String()
	case v.CanInt():
		k.kind, k.num = keyInt, v.Int()
	case v.CanUint() && v.Kind() != reflect.Uintptr:
		k.setUint(v.Uint())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		k.kind, k.bytes = keyBytes, v.Bytes()
	default:
		return false
	}
	return true
}

func (k *plainID) setUint(v uint64) {
	if v > math.MaxInt64 {
		k.kind = keyTooLarge
		return
	}
	k.kind, k.num = keyInt, int64(v)
}

// maxSetName is the longest set name that a server accepts, in bytes.
const maxSetName = 63

// check says why no operation could work with the key, nil if none.
func (k *Key) check() *invalidError {
	switch {
	case k.kind == keyNone:
		return invalidf("the key is empty: make it with NewKey")
	case k.kind == keyTooLarge:
		return invalidf("an unsigned id above %d cannot be a key: Aerospike's integers are signed", int64(math.MaxInt64))
	case k.namespace == "":
		return errNoNamespace
	default:
		return checkSet(k.set)
	}
}

var errNoNamespace = &invalidError{code: CodeInvalidNamespace, err: errors.New("the namespace is empty")}

func checkSet(set string) *invalidError {
	if len(set) > maxSetName {
		return invalidf("set name %q has %d bytes, %d at most", shorten(set), len(set), maxSetName)
	}
	if strings.IndexByte(set, 0) >= 0 {
		return invalidf("set name %q has a NUL byte", set)
	}
	return nil
}

// target renders where an operation goes, as errors and spans show it.
func target(namespace, set string) string {
	if set == "" {
		return namespace
	}
	return namespace + "." + set
}
