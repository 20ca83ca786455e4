package memory

import (
	"cmp"
	"encoding/binary"
	"strings"
	"unsafe"

	"github.com/aerostore/aerostore"
)

// An id tells a record from the others of its set: what a table needs of a key,
// in half the space. Snapshots use it for the keys of maps, too.
type id struct {
	text string // the string, the bytes or the digest
	num  int64
	kind idKind
}

type idKind uint8

const (
	idInt idKind = iota + 1
	idString
	idBytes
	idDigest
)

func idOf(key *aerostore.Key) id {
	var room [idRoom]byte
	x := viewOf(key, room[:0])
	return id{kind: x.kind, num: x.num, text: strings.Clone(x.text)}
}

// idRoom is what most ids fit in.
const idRoom = 64

// viewOf is idOf without an allocation. The text is in room, if it fits: the id is
// for looking a record up and must not be kept.
func viewOf(key *aerostore.Key, room []byte) id {
	b, kind := key.AppendID(room)
	if kind == aerostore.IDInt {
		return id{kind: idInt, num: int64(binary.BigEndian.Uint64(b))} //nolint:gosec // G115: the bits are what is wanted
	}
	return id{kind: idKinds[kind], text: unsafe.String(unsafe.SliceData(b), len(b))} //nolint:gosec // G103: b does not change
}

var idKinds = [...]idKind{
	aerostore.IDInt: idInt, aerostore.IDString: idString, aerostore.IDBytes: idBytes, aerostore.IDDigest: idDigest,
}

// digestOf returns the id by which a table that goes by digests knows the
// record.
func digestOf(key *aerostore.Key) id {
	digest := key.Digest()
	return id{kind: idDigest, text: string(digest[:])}
}

// idOfValue returns the id that a value of a bin would be, or the key of a map.
func idOfValue(value any) (x id, ok bool) {
	switch v := value.(type) {
	case int:
		return id{kind: idInt, num: int64(v)}, true
	case string:
		return id{kind: idString, text: v}, true
	case []byte:
		return id{kind: idBytes, text: string(v)}, true
	default:
		return id{}, false
	}
}

// compare puts integers before strings, strings before bytes and digests last.
func (x id) compare(y id) int {
	return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.num, y.num), strings.Compare(x.text, y.text))
}

// key returns the key of the record of that id.
func (x *id) key(namespace, set string) aerostore.Key {
	switch x.kind {
	case idInt:
		return aerostore.NewKey(namespace, set, x.num)
	case idString:
		return aerostore.NewKey(namespace, set, x.text)
	case idBytes:
		return aerostore.NewKey(namespace, set, []byte(x.text))
	default:
		return aerostore.DigestKey(namespace, set, [20]byte([]byte(x.text)))
	}
}

// digestKey returns the key of the record by its digest.
func digestKey(key aerostore.Key) aerostore.Key {
	return aerostore.DigestKey(key.Namespace(), key.Set(), key.Digest())
}
