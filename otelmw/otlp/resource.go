package otlp

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// newResource describes the process. The environment takes precedence.
func newResource(ctx context.Context, c config) *resource.Resource {
	r, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName(c.serviceName)),
		resource.WithFromEnv(),
	)
	if err != nil { // the environment is not the cause: it has been corrected
		c.log.Warn("otlp: the resource is incomplete", slog.Any("error", err))
	}
	return r
}
