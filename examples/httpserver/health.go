package main

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/aerostore/aerostore"
)

// health answers gRPC health checks. The service is healthy if its store answers.
type health struct {
	grpc_health_v1.UnimplementedHealthServer
	service *service
}

// Check implements grpc_health_v1.HealthServer.
func (h *health) Check(ctx context.Context, req *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	if name := req.GetService(); name != "" && name != usersSet {
		return nil, status.Error(codes.NotFound, "there is no such service")
	}
	answer := grpc_health_v1.HealthCheckResponse_SERVING
	if _, err := h.service.store.Exists(ctx, aerostore.NewKey(h.service.namespace, usersSet, "health")); err != nil {
		answer = grpc_health_v1.HealthCheckResponse_NOT_SERVING
	}
	return &grpc_health_v1.HealthCheckResponse{Status: answer}, nil
}
