package otelmw_test

import (
	"context"
	"fmt"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/otelmw"
)

func ExampleTracing() {
	// An application would use otlp.InitTracing, or a provider of its own.
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))

	backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.NewError(aerostore.CodeGeneration, nil)
	})
	store := aerostore.Chain(backend, otelmw.Tracing(otelmw.WithTracerProvider(provider)))

	_ = store.Put(context.Background(), aerostore.NewKey("test", "users", "u1"), aerostore.Bins{"name": "Ada"})

	span := exporter.GetSpans()[0]
	fmt.Println(span.Name, span.Status.Code)
	for _, a := range span.Attributes {
		fmt.Println(a.Key, a.Value.String())
	}
	// Output:
	// PUT test.users Error
	// db.system.name aerospike
	// db.operation.name PUT
	// db.namespace test
	// db.collection.name users
	// db.response.status_code 3
	// error.type GENERATION_ERROR
}

func ExampleWithQuerySummary() {
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	store := aerostore.Chain(memory.New(), otelmw.Tracing(otelmw.WithTracerProvider(provider), otelmw.WithQuerySummary()))

	scores, profile := aerostore.ListBin("scores"), aerostore.MapBin("profile")
	_, _ = store.Operate(context.Background(), aerostore.NewKey("test", "users", "u1"), []aerostore.Operation{
		scores.Append(42), scores.Append(43), profile.Put("seen", "today"),
	})

	span := exporter.GetSpans()[0]
	fmt.Println(span.Name)
	for _, a := range span.Attributes {
		if a.Key == "db.query.summary" {
			fmt.Println(a.Value.AsString())
		}
	}
	// Output:
	// OPERATE test.users LIST_APPEND MAP_PUT
	// OPERATE test.users LIST_APPEND MAP_PUT
}

func ExampleMetrics() {
	// An application would use otlp.InitMetrics, or a provider of its own.
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))

	backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.NewError(aerostore.CodeGeneration, nil)
	})
	store := aerostore.Chain(backend, otelmw.Metrics(otelmw.WithMeterProvider(provider)))

	_ = store.Put(context.Background(), aerostore.NewKey("test", "users", "u1"), aerostore.Bins{"name": "Ada"})

	var all metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &all); err != nil {
		fmt.Println(err)
		return
	}
	duration := all.ScopeMetrics[0].Metrics[0]
	point := duration.Data.(metricdata.Histogram[float64]).DataPoints[0]
	fmt.Println(duration.Name, duration.Unit, point.Count)
	for _, a := range point.Attributes.ToSlice() {
		fmt.Println(a.Key, a.Value.String())
	}
	// Output:
	// db.client.operation.duration s 1
	// db.collection.name users
	// db.namespace test
	// db.operation.name PUT
	// db.response.status_code 3
	// db.system.name aerospike
	// error.type GENERATION_ERROR
}
