// Package object reads and writes records as Go structs.
//
//	type User struct {
//		Name    string            `as:"name"`
//		Visits  int               `as:"visits,omitempty"`
//		Seen    time.Time         `as:"seen,unix"`
//		Address Address           `as:"address"` // a map
//		Labels  map[string]string `as:"labels"`
//		Loaded  uint32            `asm:"gen"` // the record's generation
//	}
//
//	err := object.Put(ctx, store, key, user)
//	user, err := object.Get[User](ctx, store, key)
//
// Each exported field is a bin of the name in its tag, or of its own name. The tags are
// those of the official client, so that its structs can be taken over.
//
// # Tags
//
//	as:"name"              the name of the bin, 15 bytes at most; of a key in a nested struct
//	as:"-"                 no bin
//	as:",omitempty"        not written if it is false, 0, nil, empty or the zero time
//	as:",unix"             of a time: the seconds since 1970; also unixmilli, unixmicro,
//	                       rfc3339 (a string), and unixnano, which is the default
//	as:",rest"             an aerostore.Bins for the bins that no other field has
//	_ struct{} `as:",strict"`  a bin that no field has is an error
//	asm:"gen"              set to the record's generation, and not written
//	asm:"ttl"              set to the seconds until the record expires, 0 for never; or, in an
//	                       aerostore.TTL, to the record's TTL; and not written
//
// The fields of an embedded struct without a name in its tag are those of the struct
// around it.
//
// # Values
//
//	bool                     a bool; an integer 0 or 1 is read, too, as the client writes it
//	integers, floats         an int or a float64; what does not fit is an error
//	string                   a string
//	[]byte, [n]byte          a []byte
//	slices, arrays           a list
//	maps                     a map, with strings and integers as keys
//	structs                  a map by the names of its fields
//	time.Time                as its tag says; the zero time is nil
//	pointers                 what they point to, or nil
//	any                      what the value in it is
//	GeoJSON, HLL, []MapPair  as they are
//	an encoding.TextMarshaler that is an encoding.TextUnmarshaler   a string
//
// The same holds for named types. A nil value is not stored: it deletes the bin.
package object
