package memory

import (
	"cmp"
	"strings"

	"github.com/aerostore/aerostore"
)

// An id is that of a record, or the key of a map, as Snapshot and Dump write it.
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

func idOf(of aerostore.RecordID) id {
	key := of.Key("", "")
	switch v := key.ID().(type) {
	case int64:
		return id{kind: idInt, num: v}
	case string:
		return id{kind: idString, text: v}
	case []byte:
		return id{kind: idBytes, text: string(v)}
	default:
		digest := key.Digest()
		return id{kind: idDigest, text: string(digest[:])}
	}
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
