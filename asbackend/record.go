package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// storeRecord returns a record that the client read. The record owns the client's bins.
func storeRecord(key aerostore.Key, record *as.Record) *aerostore.Record {
	return &aerostore.Record{
		Key:        key,
		Bins:       storeBins(record.Bins),
		Generation: record.Generation,
		TTL:        aerostore.TTLFromSeconds(record.Expiration),
	}
}
