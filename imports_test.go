package aerostore_test

import (
	"os/exec"
	"strings"
	"testing"
)

// A program must not compile the dependencies of packages that it does not import.
func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	const (
		client = "github.com/aerospike/aerospike-client-go"
		otel   = "go.opentelemetry.io/"
		sdk    = "go.opentelemetry.io/otel/sdk"
		grpc   = "google.golang.org/grpc"
	)
	for _, tc := range []struct {
		pkg    string
		forbid []string
	}{
		{".", []string{client, otel, grpc}},
		{"./fault", []string{client, otel, grpc}},
		{"./memory", []string{client, otel, grpc}},
		{"./middleware", []string{client, otel, grpc}},
		{"./object", []string{client, otel, grpc}},
		{"./emulator", []string{client, otel, grpc}},
		{"./cmd/aeroemu", []string{client, otel, grpc}},
		{"./exp", []string{client, otel, grpc}},
		{"./storetest", []string{client, otel, grpc}},
		{"./storetest/vectors", []string{client, otel, grpc}},
		{"./otelmw", []string{client, sdk, grpc}},
		{"./otelmw/otlp", []string{client}},
		{"./asbackend", []string{otel, client + "/v8"}},
		{"./asbackendv8", []string{otel, client + "/v7"}},
	} {
		t.Run(tc.pkg, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", tc.pkg).CombinedOutput()
			if err != nil {
				t.Fatalf("go list: %v\n%s", err, out)
			}
			for _, dep := range strings.Fields(string(out)) {
				for _, forbidden := range tc.forbid {
					if strings.HasPrefix(dep, forbidden) {
						t.Errorf("%s depends on %s", tc.pkg, dep)
					}
				}
			}
		})
	}
}
