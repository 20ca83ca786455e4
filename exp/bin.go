package exp

import "github.com/aerostore/aerostore/internal/expr"

func bin[E Type[E]](t expr.Type, name string) E {
	return of[E](&expr.Node{Op: expr.Bin, Type: t, Name: name})
}

// IntBin returns the expression of the integer in a bin.
func IntBin(name string) Int { return bin[Int](expr.IntType, name) }

// FloatBin returns the expression of the float in a bin.
func FloatBin(name string) Float { return bin[Float](expr.FloatType, name) }

// StringBin returns the expression of the string in a bin.
func StringBin(name string) String { return bin[String](expr.StringType, name) }

// BytesBin returns the expression of the []byte in a bin.
func BytesBin(name string) Bytes { return bin[Bytes](expr.BytesType, name) }

// BoolBin returns the expression of the boolean in a bin.
func BoolBin(name string) Bool { return bin[Bool](expr.BoolType, name) }

// GeoBin returns the expression of the GeoJSON in a bin.
func GeoBin(name string) Geo { return bin[Geo](expr.GeoType, name) }

// ListBin returns the expression of the list in a bin.
func ListBin(name string) List { return bin[List](expr.ListType, name) }

// MapBin returns the expression of the map in a bin.
func MapBin(name string) Map { return bin[Map](expr.MapType, name) }

// HLLBin returns the expression of the HyperLogLog in a bin.
func HLLBin(name string) HLL { return bin[HLL](expr.HLLType, name) }

// BinExists returns whether a record has a bin of any type.
func BinExists(name string) Bool {
	n := &pair{args: [2]*expr.Node{{Op: expr.BinType, Name: name}, literalInt(NoBin)}}
	n.Op, n.Args = expr.NotEqual, n.args[:]
	return of[Bool](&n.Node)
}

// BinType returns the number of the type of a bin, such as [ListType]. It is [NoBin] for a
// missing one.
func BinType(name string) Int { return of[Int](&expr.Node{Op: expr.BinType, Name: name}) }

// What BinType returns.
const (
	NoBin      = 0
	IntType    = 1
	FloatType  = 2
	StringType = 3
	BytesType  = 4
	BoolType   = 17
	HLLType    = 18
	MapType    = 19
	ListType   = 20
	GeoType    = 23
)

// IntKey returns the id of the record's key, if it was stored with it and is an integer.
func IntKey() Int { return key[Int](expr.IntType) }

// StringKey returns the id of the record's key, if it was stored with it and is a string.
func StringKey() String { return key[String](expr.StringType) }

// BytesKey returns the id of the record's key, if it was stored with it and is a []byte.
func BytesKey() Bytes { return key[Bytes](expr.BytesType) }

func key[E Type[E]](t expr.Type) E { return of[E](&expr.Node{Op: expr.Key, Type: t}) }

func metadata[E Type[E]](op expr.Op) E { return of[E](&expr.Node{Op: op}) }

// KeyExists returns whether the id of the key was stored with the record.
func KeyExists() Bool { return metadata[Bool](expr.KeyExists) }

// SetName returns the name of the record's set, "" if it has none.
func SetName() String { return metadata[String](expr.SetName) }

// RecordSize returns the size of the record in bytes. Servers before 7.0 do not know it.
func RecordSize() Int { return metadata[Int](expr.RecordSize) }

// DeviceSize returns the size of the record on disk in bytes. Use [RecordSize] from server
// 7.0 on.
func DeviceSize() Int { return metadata[Int](expr.DeviceSize) }

// MemorySize returns the size of the record in memory in bytes. Use [RecordSize] from
// server 7.0 on.
func MemorySize() Int { return metadata[Int](expr.MemorySize) }

// LastUpdate returns when the record was written last, in nanoseconds since 1970.
func LastUpdate() Int { return metadata[Int](expr.LastUpdate) }

// SinceUpdate returns how long ago the record was written last, in milliseconds.
func SinceUpdate() Int { return metadata[Int](expr.SinceUpdate) }

// VoidTime returns when the record expires, in nanoseconds since 1970, or -1 for never.
func VoidTime() Int { return metadata[Int](expr.VoidTime) }

// TTL returns in how many seconds the record expires, or -1 for never.
func TTL() Int { return metadata[Int](expr.TTL) }

// IsTombstone returns whether the record was deleted durably. Only a filter of a
// replication meets such records.
func IsTombstone() Bool { return metadata[Bool](expr.IsTombstone) }

// DigestModulo returns the last four bytes of the record's digest modulo m, which selects
// a share of the records at random. It takes the lowest 32 bits of m, which are not 0.
func DigestModulo(m int) Int {
	return of[Int](&expr.Node{Op: expr.DigestModulo, Flags: m})
}
