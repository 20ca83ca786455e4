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

// A Key identifies one record by namespace, set and id. Keys are small immutable
// values. They can be compared with ==, used as map keys and shared among goroutines.
// Operations refuse the zero Key.
//
// The set may be empty: the record is then outside any set. Ids of different kinds
// identify different records: the integer 1, the string "1" and the bytes {'1'} are
// three.
//
// A Key never prints its id, so that logs and errors do not reveal it. String and
// the verbs of fmt print namespace and set. On an unexported field of another
// struct fmt calls no methods and prints a masked id. The mask differs from
// process to process. [Key.ID] returns the id.
type Key struct {
	namespace, set string

	// The fields of the RecordID. A nested struct would be slower to compare.
	text string
	num  int64
	kind keyKind
}

// A KeyID is a type that can identify a record.
type KeyID interface {
	~string | ~[]byte |
		~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// NewKey returns the key of a record. It copies a []byte id. It allocates once for a
// string or a []byte, and not for an integer.
//
// NewKey checks nothing and returns no error, so that it can be called in the
// arguments of an operation. The operation fails, before anything is sent,
//   - if the namespace is empty,
//   - if the name of the set is longer than 63 bytes or has a NUL byte,
//   - if an unsigned id is above math.MaxInt64.
//
// Use [KeyOf] for an id whose type is known only at run time.
func NewKey[ID KeyID](namespace, set string, id ID) Key {
	var plain plainID
	if !plain.set(any(id)) {
		plain.setNamed(any(id))
	}
	return plain.hide().Key(namespace, set)
}

// KeyOf is like [NewKey] for an id whose type is known only at run time. The type
// must be one of those of [KeyID]. KeyOf returns an error that matches [ErrInvalid]
// for any other type, and for a key that operations refuse.
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

// DigestKey returns the key of a record whose id is not known, but whose digest is.
// A query returns such keys for records that were written without [SendKey]. The
// key identifies the same record as the key from which the digest was computed, but
// the two are not equal under ==.
func DigestKey(namespace, set string, digest [20]byte) Key {
	return newRecordID(hideBytes(digest[:]), keyDigest).Key(namespace, set)
}

func (k *Key) opaque() opaque { return opaque{k.text, k.num} }

// Namespace returns the key's namespace.
func (k Key) Namespace() string { return k.namespace }

// Set returns the key's set, "" for a record outside any set.
func (k Key) Set() string { return k.set }

// ID returns the id: an int64, a string, or a []byte that the caller may modify. It
// returns nil if only the digest is known, and for a key that operations refuse.
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

// IsDigest reports whether only the digest is known; see [DigestKey].
func (k Key) IsDigest() bool { return k.kind == keyDigest }

// Digest returns the 20 bytes by which Aerospike identifies the record within its
// namespace: RIPEMD-160 over set, type of id and id. Each call computes it. The digest
// of a key whose id operations refuse is zero.
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

// String returns "namespace.set", or the namespace alone if the set is empty. It does
// not contain the id.
func (k Key) String() string { return target(k.namespace, k.set) }

// GoString returns the namespace and the set, so that %#v does not print the id.
func (k Key) GoString() string {
	return fmt.Sprintf("aerostore.NewKey(%q, %q, …)", k.namespace, k.set)
}

// A plainID is an id in clear.
type plainID struct {
	kind  keyKind
	text  string
	bytes []byte // the caller's
	num   int64
}

// hide returns the id under its mask.
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

// set sets the id, if it is of a predeclared type.
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

// setNamed sets the id, if it is of a type such as type UserID string. It is not part
// of set because reflection makes its argument escape.
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

// check returns the error with which operations refuse the key.
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

// target returns the namespace and set of an operation for errors and spans.
func target(namespace, set string) string {
	if set == "" {
		return namespace
	}
	return namespace + "." + set
}
