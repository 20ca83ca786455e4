package asbackend

import (
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// clientKey returns a valid key as the client's, with its digest, which the client
// would take twice as long to compute. The id is set only if it is sent: it costs two
// allocations.
func clientKey(k aerostore.Key, sendsID bool) (*as.Key, as.Error) {
	var id any
	if sendsID {
		id = k.ID()
	}
	digest := k.Digest()
	return as.NewKeyWithDigest(k.Namespace(), k.Set(), id, digest[:])
}

// A keyPool holds the client's keys without ids, for reuse by an operation in the same
// set. Keys are a fifth of what an operation on a single record allocates.
type keyPool struct {
	unused sync.Pool // of *as.Key
}

func (p *keyPool) get(key aerostore.Key) (*as.Key, as.Error) {
	reused, ok := p.unused.Get().(*as.Key)
	if !ok || reused.SetName() != key.Set() || reused.Namespace() != key.Namespace() {
		return clientKey(key, false)
	}
	digest := key.Digest()
	return reused, reused.SetDigest(digest[:])
}

// put adds a key to the pool. Nothing may refer to it afterwards.
func (p *keyPool) put(key *as.Key) { p.unused.Put(key) }

// storeKey returns the key of a record that a query read. It has an id only if the
// id was stored with the record.
func storeKey(k *as.Key) aerostore.Key {
	if v := k.Value(); v != nil {
		if key, err := aerostore.KeyOf(k.Namespace(), k.SetName(), v.GetObject()); err == nil {
			return key
		}
	}
	return aerostore.DigestKey(k.Namespace(), k.SetName(), [20]byte(k.Digest()))
}
