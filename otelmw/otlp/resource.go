package otlp

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// newResource describes the process. What the environment says comes last and
// wins.
func newResource(ctx context.Context, c config) *resource.Resource {
	r, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName(c.serviceName)),
		resource.WithFromEnv(),
	)
	if err != nil { // not for what the environment says, which is corrected before
		c.log.Warn("otlp: the process is described in part", slog.Any("error", err))
	}
	return r
}
