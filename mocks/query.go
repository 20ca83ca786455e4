package mocks

import (
	"iter"

	"github.com/aerostore/aerostore"
)

// orEmpty returns records, or an empty iterator if records is nil.
func orEmpty(records iter.Seq2[*aerostore.Record, error]) iter.Seq2[*aerostore.Record, error] {
	if records == nil {
		return func(func(*aerostore.Record, error) bool) {}
	}
	return records
}
