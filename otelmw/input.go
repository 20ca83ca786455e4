package otelmw

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"

	"github.com/aerostore/aerostore"
)

// handle tells OpenTelemetry's error handler, which is the only place that a
// middleware has for what is wrong with its options.
func handle(err error) { otel.Handle(fmt.Errorf("aerostore/otelmw: %w", err)) }

// once returns a handle that passes on its first error alone. A handler may call the
// store, so that nobody waits for it.
func once() func(error) {
	var told atomic.Bool
	return func(err error) {
		if told.CompareAndSwap(false, true) {
			handle(err)
		}
	}
}

// complaints are errors for the error handler, which may call the store: they are
// kept for when no lock is held.
type complaints []error

// add returns true if there is nothing to add.
func (c *complaints) add(err error) bool {
	if err != nil {
		*c = append(*c, err)
	}
	return err == nil
}

func (c *complaints) handle() {
	for _, err := range *c {
		handle(err)
	}
}

// isNil reports whether a provider is none: nil, or a nil pointer.
func isNil(provider any) bool {
	v := reflect.ValueOf(provider)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// valid returns the attributes without those that no backend could take.
func valid(attributes []attribute.KeyValue, report func(error)) []attribute.KeyValue {
	if !slices.ContainsFunc(attributes, invalid) {
		return attributes
	}
	report(errors.New("an attribute has no name and is left out"))
	return slices.DeleteFunc(slices.Clone(attributes), invalid)
}

func invalid(a attribute.KeyValue) bool { return !a.Valid() }

// validated returns the function without the attributes that are not valid.
func validated(attributes attributesFunc) attributesFunc {
	report := once()
	return func(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue {
		return valid(attributes(ctx, call, result, err), report)
	}
}

// attributesOf returns those of the application's function.
func (c *config) attributesOf(ctx context.Context, call aerostore.Call, result aerostore.Result, err error) []attribute.KeyValue {
	if c.attributesFunc == nil {
		return nil
	}
	return c.attributesFunc(ctx, call, result, err)
}

// named returns the formatter with the default name where it has none.
func named(format func(operation, namespace, set string) string) func(operation, namespace, set string) string {
	report := once()
	return func(operation, namespace, set string) string {
		if name := format(operation, namespace, set); name != "" {
			return name
		}
		name := spanName(operation, namespace, set)
		report(fmt.Errorf("the span name formatter returned an empty name: the default is used, as in %q", name))
		return name
	}
}

func checkBoundaries(boundaries []float64) error {
	for i, b := range boundaries {
		if math.IsNaN(b) || i > 0 && b <= boundaries[i-1] {
			return fmt.Errorf("the boundaries %v do not increase: the default ones are used", boundaries)
		}
	}
	return nil
}
