package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/aerostore/aerostore"
)

func TestUsersAreStoredUntilDeleted(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		method, body string
		status       int
		want         string
	}{
		{http.MethodGet, "", http.StatusNotFound, "Not Found\n"},
		{http.MethodPut, `{"email":"grace@example.com"}`, http.StatusNoContent, ""},
		{http.MethodGet, "", http.StatusOK, `{"email":"grace@example.com"}` + "\n"},
		{http.MethodPut, "grace@example.com", http.StatusBadRequest, "the body is not a user\n"},
		{http.MethodPost, "", http.StatusMethodNotAllowed, "Method Not Allowed\n"},
		{http.MethodDelete, "", http.StatusNoContent, ""},
		{http.MethodDelete, "", http.StatusNotFound, "Not Found\n"},
	} {
		if status, body := do(t, http.DefaultClient, r.request(t, c.method, "/users/grace", c.body)); status != c.status || body != c.want {
			t.Errorf("%s %s: %d %q", c.method, c.body, status, body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop(t)
	for _, record := range r.records(t) {
		for name, value := range record {
			if text, _ := value.(string); strings.Contains(text, "grace") {
				t.Errorf("the log holds a key or value: %s=%s", name, text)
			}
		}
	}
}

func TestStoreErrorsMapToStatusCodes(t *testing.T) {
	var err error
	r := start(t, func(aerostore.Handler) aerostore.Handler {
		return func(context.Context, aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, err
		}
	})
	for _, c := range []struct {
		err    error
		status int
	}{
		{aerostore.CodeDeviceOverload, http.StatusServiceUnavailable},
		{aerostore.ErrTimeout, http.StatusGatewayTimeout},
		{aerostore.ErrInvalid, http.StatusBadRequest},
	} {
		err = c.err
		for _, method := range []string{http.MethodPut, http.MethodGet, http.MethodDelete} {
			if status, _ := do(t, http.DefaultClient, r.request(t, method, "/users/ada", "{}")); status != c.status {
				t.Errorf("%s with %v: status %d, want %d", method, c.err, status, c.status)
			}
		}
	}
	if got, err := check(t, r.grpc, ""); err != nil || got != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
		t.Errorf("health %v, %v", got, err)
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop(t)
}

func TestUnknownServicesHaveNoHealth(t *testing.T) {
	r := start(t)
	if got, err := check(t, r.grpc, "users"); err != nil || got != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("users: %v, %v", got, err)
	}
	if _, err := check(t, r.grpc, "other"); status.Code(err) != codes.NotFound {
		t.Errorf("other: %v", err)
	}
	r.stop(t)
}

func check(t *testing.T, address, name string) (grpc_health_v1.HealthCheckResponse_ServingStatus, error) {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answer, err := grpc_health_v1.NewHealthClient(conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: name})
	return answer.GetStatus(), err
}

func TestShutdownAnswersRequestsUnderWay(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	r := start(t, func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			close(entered)
			<-release
			return next(ctx, call)
		}
	})
	answered := make(chan int, 1)
	request := r.request(t, http.MethodPut, "/users/ada", "{}")
	go func() {
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		response.Body.Close()
		answered <- response.StatusCode
	}()
	<-entered
	r.cancel()
	for { // until the port is closed
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		if err != nil {
			break
		}
		conn.Close()
	}
	close(release)
	if got := <-answered; got != http.StatusNoContent {
		t.Errorf("status %d", got)
	}
	r.stop(t)
}

func TestShutdownCancelsRequestsAfterTheLimit(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	gaveUp := make(chan error, 1)
	s := service{namespace: "test", metrics: http.NotFoundHandler(), store: aerostore.Handler(func(request context.Context, call aerostore.Call) (aerostore.Result, error) {
		cancel()
		<-request.Done()
		gaveUp <- request.Err()
		return aerostore.Result{}, call.NewContextError(request.Err())
	})}
	web, rpc := listen(t), listen(t)
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx, web, rpc, time.Millisecond) }()
	if response, err := http.Get("http://" + web.Addr().String() + "/users/ada"); err == nil {
		response.Body.Close()
		t.Errorf("it was answered: %s", response.Status)
	}
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("serve returned %v", err)
	}
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the operation ended with %v", err)
	}
}

func TestServiceRunsUntilItsContextEnds(t *testing.T) { serveOnce(t) }

// serveOnce has the whole program answer a request.
func serveOnce(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-http", "127.0.0.1:0", "-grpc", "127.0.0.1:0"}, out)
		out.Close()
	}()

	lines := json.NewDecoder(log)
	var listening struct{ HTTP, GRPC string }
	if err := lines.Decode(&listening); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, log)
	response, err := http.Get("http://" + listening.HTTP + "/users/nobody")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", response.StatusCode)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// counting is a backend that counts while it is open.
type counting struct {
	backend
	closed atomic.Bool
}

func (c *counting) Stats() (aerostore.Stats, bool) {
	return aerostore.Stats{Nodes: []aerostore.NodeStats{{Node: aerostore.Node{Address: "10.0.0.1", Port: 3000}}}}, !c.closed.Load()
}

func (c *counting) Close() error {
	c.closed.Store(true)
	return c.backend.Close()
}

func TestLastExportHasTheCountsOfTheBackend(t *testing.T) {
	before := open
	defer func() { open = before }()
	open = func(ctx context.Context, hosts, namespace string) (backend, error) {
		b, err := before(ctx, hosts, namespace)
		return &counting{backend: b}, err
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = file
	t.Setenv("OTEL_METRICS_EXPORTER", "console")

	serveOnce(t)
	printed, err := os.ReadFile(file.Name())
	if err != nil || !strings.Contains(string(printed), "db.client.connection.count") {
		t.Errorf("%v, printed %s", err, printed)
	}
}

func TestRefusesInvalidArguments(t *testing.T) {
	taken := listen(t)
	defer taken.Close()
	for args, want := range map[string]string{
		"extra":                          `"extra"`,
		"-namespace":                     "flag needs an argument",
		"-namespace=":                    "the namespace is empty",
		"-log loud":                      "loud",
		"-hosts a:b":                     "hosts",
		"-http " + taken.Addr().String(): "address already in use",
		"-http 127.0.0.1:0 -grpc " + taken.Addr().String(): "address already in use",
	} {
		err := run(t.Context(), strings.Fields(args), io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %v, want an error that says %s", args, err, want)
		}
	}
}

func TestHelpListsFlags(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	for _, name := range []string{"-http", "-grpc", "-hosts", "-namespace", "-log"} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("-h does not explain %s", name)
		}
	}
}
