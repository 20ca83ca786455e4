package memory

import "github.com/aerostore/aerostore"

// find returns the record that lives under the key and the time that it has
// left.
func (n *namespace) find(key *aerostore.Key) (r record, ttl aerostore.TTL, found bool) {
	set := n.set(key.Set())
	if set == nil {
		return r, 0, false
	}
	if r, found = set.find(key); found {
		ttl, found = n.left(r.expires)
	}
	return r, ttl, found
}

// read reads all bins if names is nil, else those named.
func (n *namespace) read(key *aerostore.Key, names []string) (*aerostore.Record, aerostore.ResultCode) {
	r, ttl, found := n.find(key)
	if !found {
		return nil, aerostore.CodeNotFound
	}
	return &aerostore.Record{
		Key: *key, Bins: r.some(names), Generation: uint32(r.generation), TTL: ttl,
	}, aerostore.CodeOK
}

func (n *namespace) exists(key *aerostore.Key) bool {
	_, _, found := n.find(key)
	return found
}

// notNil returns the names of a Select, for which nil reads no bins, as those
// of a read, for which nil reads all.
func notNil(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}
