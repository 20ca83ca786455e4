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
// set. Keys are a fifth of what an operation on a single record allocates. Who reads a
// record and then writes it gets the same key twice, and its digest is computed once.
type keyPool struct {
	unused sync.Pool // of *pooledKey
}

// A pooledKey is a key of the client without an id, and the key from which it was made.
type pooledKey struct {
	client *as.Key
	from   aerostore.Key
}

func (p *keyPool) get(key aerostore.Key) (*pooledKey, as.Error) {
	reused, ok := p.unused.Get().(*pooledKey)
	switch {
	case !ok || reused.from.Set() != key.Set() || reused.from.Namespace() != key.Namespace():
		client, err := clientKey(key, false)
		return &pooledKey{client, key}, err
	case reused.from == key:
		return reused, nil
	}
	digest := key.Digest()
	reused.from = key
	return reused, reused.client.SetDigest(digest[:])
}

// put adds a key to the pool. Nothing may refer to it afterwards.
func (p *keyPool) put(key *pooledKey) { p.unused.Put(key) }

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
