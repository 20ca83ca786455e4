package storetest

import (
	"fmt"
	"slices"
)

// A Feature is an ability that some stores lack; see [Without].
type Feature string

// The features. Run expects a store to have each of them unless [Without] names it.
const (
	// DurableDelete is the removal of records with [aerostore.DurableDelete]. A
	// store without it must refuse such a removal as the Community Edition does,
	// with [aerostore.CodeEnterpriseOnly].
	DurableDelete Feature = "durable delete"

	// Expiry is the expiry of records. A server needs nsup-period for it.
	Expiry Feature = "expiry"

	// Namespaces is the refusal of a namespace that does not exist. The cases use
	// "storetest_nons".
	Namespaces Feature = "namespaces"

	// SeveralNamespaces is a second namespace: "bar", or that of
	// [WithOtherNamespace].
	SeveralNamespaces Feature = "several namespaces"

	// Indexes is an [aerostore.Indexer] that [aerostore.As] finds in the store,
	// and queries by the secondary indexes that it creates.
	Indexes Feature = "indexes"

	// IndexExpressions is a query by an index over an [aerostore.Index.Expression]. A store
	// without it must refuse such a query with [aerostore.CodeUnsupportedFeature].
	IndexExpressions Feature = "indexes over expressions"

	// Cursors is what a query does with a [aerostore.Cursor] and with
	// [aerostore.PartitionRange]. A store without it must refuse such a query with
	// [aerostore.CodeUnsupportedFeature].
	Cursors Feature = "cursors"

	// Jobs is an [aerostore.Executor] that [aerostore.As] finds in the store.
	Jobs Feature = "jobs"

	// Truncation is an [aerostore.Truncator] that [aerostore.As] finds in the store. No
	// case empties a namespace.
	Truncation Feature = "truncation"

	// Counting is an [aerostore.Counter] that [aerostore.As] finds in the store.
	Counting Feature = "counting"

	// Informing is an [aerostore.Informer] that [aerostore.As] finds in the store.
	Informing Feature = "informing"

	// Pinging is an [aerostore.Pinger] that [aerostore.As] finds in the store.
	Pinging Feature = "pinging"

	// DataTypes is what [aerostore.ListBin], [aerostore.MapBin], [aerostore.BitBin] and
	// [aerostore.HLLBin] do. A store without it must refuse these operations with
	// [aerostore.CodeUnsupportedFeature].
	DataTypes Feature = "data types"

	// Expressions is what [aerostore.ReadExp] and [aerostore.WriteExp] do. A store without
	// it must refuse these operations with [aerostore.CodeUnsupportedFeature].
	Expressions Feature = "expressions"

	// Filters are [aerostore.Filter]. A store without them must refuse a filter with
	// [aerostore.CodeUnsupportedFeature].
	Filters Feature = "filters"

	// SocketTimeouts is the end of an operation by [aerostore.SocketTimeout], which
	// a store without a network lacks. The cases use the stores of [WithStalled].
	SocketTimeouts Feature = "socket timeouts"

	// Closing is an [io.Closer] that [aerostore.As] finds in the store.
	Closing Feature = "closing"
)

var features = []Feature{
	DurableDelete, Expiry, Namespaces, SeveralNamespaces, Indexes, IndexExpressions, Cursors, Jobs, Truncation, Counting, Informing, Pinging, DataTypes,
	Expressions, Filters, SocketTimeouts, Closing,
}

// Without leaves out the cases of a feature that the stores lack. The reason is
// logged. Without panics if the feature is unknown or the reason is empty.
func Without(feature Feature, reason string) Option {
	if !slices.Contains(features, feature) {
		panic(fmt.Sprintf("storetest: Without: feature %q is unknown", feature))
	}
	if reason == "" {
		panic(fmt.Sprintf("storetest: Without(%q): the reason is empty", feature))
	}
	return func(c *config) { c.without[feature] = reason }
}
