package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// clientKey returns the client's form of a key that the call's validation has
// let through.
func clientKey(k aerostore.Key) (*as.Key, as.Error) {
	if id := k.ID(); id != nil {
		return as.NewKey(k.Namespace(), k.Set(), id)
	}
	digest := k.Digest()
	return as.NewKeyWithDigest(k.Namespace(), k.Set(), nil, digest[:])
}

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
