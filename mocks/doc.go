// Package mocks holds a typed mock of [aerostore.Store], for tests that say
// which calls they expect. Tests of behaviour are shorter on package memory.
//
// A method that is expected without a Return returns zero values, and Query an
// empty iterator. Beneath a chain, Get, Select and Operate need a Return: the
// chain reports a nil record without an error as a mistake.
//
// Options arrive beneath a chain one by one, in the order of the fields of
// [aerostore.Options]: expect them in that order.
//
// The mock is made by mockgen and edited by internal/emptyquery; go generate
// ./... makes it again.
package mocks

//go:generate go tool -modfile=../tools/go.mod mockgen -source=../store.go -destination=store.go -package=mocks -typed -write_package_comment=false
//go:generate go run ./internal/emptyquery
