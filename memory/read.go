package memory

import "github.com/aerostore/aerostore"

// find copies the record of the key to r, with the bins that lend lends, unless it
// expired. It returns the time that it has left.
func (n *namespace) find(key *aerostore.Key, r *record, lend func(met *record)) (ttl aerostore.TTL, found bool) {
	set := n.set(key.Set())
	if set == nil || !set.find(key, r, lend) {
		return 0, false
	}
	return n.left(r.expires)
}

// read reads all bins if names is nil, else those named.
func (n *namespace) read(key *aerostore.Key, names []string) (*aerostore.Record, aerostore.ResultCode) {
	var r record
	ttl, found := n.find(key, &r, func(met *record) { met.lendOnly(names) })
	if !found {
		return nil, aerostore.CodeNotFound
	}
	return &aerostore.Record{
		Key: *key, Bins: r.some(names), Generation: uint32(r.generation), TTL: ttl,
	}, aerostore.CodeOK
}

func (n *namespace) exists(key *aerostore.Key) bool {
	var r record
	_, found := n.find(key, &r, func(*record) {})
	return found
}

// notNil returns the names of a Select, where nil reads no bins, for read, where nil
// reads all.
func notNil(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}
