// Package astype finds an error of a type among those that an error wraps. It is
// errors.AsType of Go 1.26, for the Go before it.
package astype
