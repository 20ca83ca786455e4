// Package mocks holds a typed mock of [aerostore.Store], for tests that say
// which calls they expect. Tests of behaviour are shorter on package memory.
//
// The mock is made by mockgen; go generate ./... makes it anew.
package mocks

//go:generate go tool -modfile=../tools/go.mod mockgen -source=../store.go -destination=store.go -package=mocks -typed -write_package_comment=false
