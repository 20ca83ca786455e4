package asbackend

import (
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// clientKey returns the client's form of a key that the call's validation has
// let through, with its digest, which takes the client twice as long. The id is
// the key's, or nil where it need not be sent: it costs two allocations.
func clientKey(k aerostore.Key, id any) (*as.Key, as.Error) {
	digest := k.Digest()
	return as.NewKeyWithDigest(k.Namespace(), k.Set(), id, digest[:])
}

// keys lends the client's form of keys without their ids. They are a fifth of
// what an operation on a single record allocates; one that was given back serves
// the next operation in the same set.
type keys struct {
	unused sync.Pool // of *as.Key
}

func (k *keys) lend(key aerostore.Key) (*as.Key, as.Error) {
	lent, ok := k.unused.Get().(*as.Key)
	if !ok || lent.SetName() != key.Set() || lent.Namespace() != key.Namespace() {
		return clientKey(key, nil)
	}
	digest := key.Digest()
	return lent, lent.SetDigest(digest[:])
}

// giveBack takes a lent key that nothing refers to any more.
func (k *keys) giveBack(key *as.Key) { k.unused.Put(key) }

// storeKey is the way back, for the records of a query: the id is known only
// where it was stored beside the record.
func storeKey(k *as.Key) aerostore.Key {
	if v := k.Value(); v != nil {
		if key, err := aerostore.KeyOf(k.Namespace(), k.SetName(), v.GetObject()); err == nil {
			return key
		}
	}
	return aerostore.DigestKey(k.Namespace(), k.SetName(), [20]byte(k.Digest()))
}
