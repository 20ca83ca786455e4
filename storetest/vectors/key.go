package vectors

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
)

var errNoKey = errors.New("the key is missing")

// A key is the JSON form of a key.
type key struct{ aerostore.Key }

func (k *key) UnmarshalJSON(data []byte) error {
	var raw struct {
		NS, Set *string
		ID      *argument
		Digest  *string
	}
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if raw.NS == nil || raw.Set == nil || (raw.ID == nil) == (raw.Digest == nil) {
		return errors.New("a key needs ns, set and id")
	}
	ns, set := *raw.NS, *raw.Set
	if raw.Digest != nil {
		digest, err := hex.DecodeString(*raw.Digest)
		if err != nil || len(digest) != 20 {
			return fmt.Errorf("a digest has 20 bytes in hex, not %q", *raw.Digest)
		}
		k.Key = aerostore.DigestKey(ns, set, [20]byte(digest))
		return nil
	}
	switch id := raw.ID.value.(type) {
	case string:
		k.Key = aerostore.NewKey(ns, set, id)
	case int:
		k.Key = aerostore.NewKey(ns, set, id)
	case []byte:
		k.Key = aerostore.NewKey(ns, set, id)
	default:
		return fmt.Errorf("an id of type %T cannot be a key", id)
	}
	return nil
}

func unwrap(keys []key) []aerostore.Key {
	unwrapped := make([]aerostore.Key, len(keys))
	for i, k := range keys {
		unwrapped[i] = k.Key
	}
	return unwrapped
}
