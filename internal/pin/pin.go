//go:build pin

// Package pin is never built. It keeps a requirement in go.mod.
//
// The module google.golang.org/genproto was split. An old version of it in the graph of a
// program has the packages of the new modules too, and go mod tidy fails with "ambiguous
// import". A version after the split, which this import requires, has them no more.
package pin

import _ "google.golang.org/genproto/protobuf/field_mask"
