package memory

import "github.com/aerostore/aerostore"

// find copies the record of the key to r, with the bins that lend lends, unless it
// expired or the filter of the options excludes it. It returns the time that it has left.
func (n *namespace) find(
	key *aerostore.Key, o *aerostore.Options, r *record, lend func(met *record),
) (ttl aerostore.TTL, code aerostore.ResultCode) {
	set := n.set(key.Set())
	if set == nil {
		return 0, aerostore.CodeNotFound
	}
	filtered := aerostore.CodeOK
	found := set.view(key, func(met *record) {
		lend(met)
		*r = *met
		if (o.Filter != (aerostore.Filter{}) || o.ReadTouch > 0) && n.alive(met) != nil {
			filtered = n.filtered(o.Filter, key, met)
			n.extend(met, o.ReadTouch)
		}
	})
	if !found {
		return 0, aerostore.CodeNotFound
	}
	ttl, alive := n.left(r.expires)
	if !alive {
		return 0, aerostore.CodeNotFound
	}
	return ttl, filtered
}

// read reads all bins if names is nil, else those named.
func (n *namespace) read(key *aerostore.Key, names []string, o *aerostore.Options) (*aerostore.Record, aerostore.ResultCode) {
	var r record
	ttl, code := n.find(key, o, &r, func(met *record) { met.lendOnly(names) })
	if code != aerostore.CodeOK {
		return nil, code
	}
	return &aerostore.Record{
		Key: *key, Bins: r.some(names), Generation: uint32(r.generation), TTL: ttl,
	}, aerostore.CodeOK
}

func (n *namespace) exists(key *aerostore.Key, o *aerostore.Options) (bool, aerostore.ResultCode) {
	var r record
	switch _, code := n.find(key, o, &r, func(*record) {}); code {
	case aerostore.CodeOK:
		return true, aerostore.CodeOK
	case aerostore.CodeNotFound:
		return false, aerostore.CodeOK
	default:
		return false, code
	}
}

// notNil returns the names of a Select, where nil reads no bins, for read, where nil
// reads all.
func notNil(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}
