// Package mocks has a typed gomock mock of [aerostore.Store], for tests that expect
// certain calls. For a test of behaviour, package memory needs less code.
//
// An expected method without a Return returns zero values, and Query returns an empty
// iterator. Under a chain, Get, Select and Operate need a Return, because the chain
// fails for a nil record without an error.
//
// A chain passes options on one by one, in the order of the fields of
// [aerostore.Options]. Expect them in that order.
//
// Expect operations as a slice. The message of a mismatch shows them with their values,
// which their String does not: see [Operations]. A filter, among options, in a query or in
// an item of a batch, is the same if it is the same expression: see [Filter].
//
// mockgen generates the mock and internal/edit edits it. To generate it again,
// run go generate ./...
package mocks

//go:generate go tool -modfile=../tools/go.mod mockgen -source=../store.go -destination=store.go -package=mocks -typed -write_package_comment=false
//go:generate go run ./internal/edit
