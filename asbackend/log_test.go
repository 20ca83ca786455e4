package asbackend_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aerospike/aerospike-client-go/v7/logger"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/servertest"
)

// lateVariable is set in a process in which no LogTo came before the first client.
const lateVariable = "AEROSTORE_TEST_LOG_LATE"

// The client's logger can be set only before its first use.
func TestMain(m *testing.M) {
	if os.Getenv(lateVariable) == "" {
		if err := errors.Join(asbackend.LogTo(slog.New(&logLines{level: slog.LevelDebug})), asbackend.LogTo(nil)); err != nil {
			panic(err)
		}
	}
	os.Exit(servertest.Main(m))
}

// logLines is a handler that keeps its records.
type logLines struct {
	slog.Handler // nil

	level slog.Level // of the least

	mu      sync.Mutex
	records []slog.Record
}

func (l *logLines) Enabled(_ context.Context, level slog.Level) bool {
	return level >= l.level
}

func (l *logLines) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r)
	return nil
}

// with returns the records whose text contains the given one.
func (l *logLines) with(text string) (found []slog.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		if strings.Contains(r.Message, text) {
			found = append(found, r)
		}
	}
	return found
}

// logged sets a logger for the length of the test.
func logged(t *testing.T, level slog.Level) *logLines {
	t.Helper()
	lines := &logLines{level: level}
	if err := asbackend.LogTo(slog.New(lines)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = asbackend.LogTo(nil) })
	return lines
}

func sourceOf(r slog.Record) runtime.Frame {
	frame, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
	return frame
}

func TestWhatTheClientLogsGoesToTheLogger(t *testing.T) {
	lines := logged(t, slog.LevelDebug)
	n := newFakeNode(t)
	s := dialTo(t, n.addr())
	found := lines.with("Adding node")
	if len(found) != 1 || !strings.Contains(found[0].Message, n.addr()) || found[0].Level != slog.LevelDebug {
		t.Fatalf("%v", found)
	}
	if source := sourceOf(found[0]); !strings.HasSuffix(source.File, "/cluster.go") || !strings.Contains(source.Function, "aerospike-client-go") {
		t.Errorf("the source is %s in %s", source.Function, source.File)
	}
	n.will(hangsUp)
	_, _ = s.Get(t.Context(), key("set", "s3cr3t"))
	if len(lines.with("Node "+n.name)) == 0 {
		t.Error("nothing was logged of an attempt that failed")
	}
	if found := lines.with("s3cr3t"); found != nil {
		t.Errorf("a key was logged: %v", found)
	}
}

func TestALineHasTheLevelOfItsMethod(t *testing.T) {
	lines := logged(t, slog.LevelDebug)
	for i, log := range []func(string, ...any){
		logger.Logger.Debug, logger.Logger.Info, logger.Logger.Warn, logger.Logger.Error,
		func(format string, v ...any) { logger.Logger.LogAtLevel(logger.DEBUG, format, v...) },
		func(format string, v ...any) { logger.Logger.LogAtLevel(logger.INFO, format, v...) },
		func(format string, v ...any) { logger.Logger.LogAtLevel(logger.WARNING, format, v...) },
		func(format string, v ...any) { logger.Logger.LogAtLevel(logger.ERR, format, v...) },
	} {
		text := fmt.Sprintf("line %d: 100%% of 7", i)
		log("line %d: 100%% of %d", i, 7)
		found := lines.with(text)
		if want := []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}[i%4]; len(found) != 1 || found[0].Level != want {
			t.Errorf("%d: %v, want the level %v", i, found, want)
		} else if source := sourceOf(found[0]); !strings.Contains(source.Function, "TestALineHasTheLevelOfItsMethod") {
			t.Errorf("%d: the source is %s", i, source.Function)
		}
	}
	text := "50%" // such as the text of an error
	warn := logger.Logger.Warn
	warn(text)
	if found := lines.with(text); len(found) != 1 || found[0].Message != text {
		t.Errorf("a text was taken for a format: %v", found)
	}
}

type unprinted struct{ t *testing.T }

func (u unprinted) String() string { u.t.Error("a line that is not logged was made"); return "" }

func TestALineBelowTheLevelIsNotMade(t *testing.T) {
	lines := logged(t, slog.LevelWarn)
	logger.Logger.Debug("%s", unprinted{t})
	logger.Logger.Info("%s", unprinted{t})
	logger.Logger.Warn("loud")
	if len(lines.with("")) != 1 {
		t.Errorf("%v", lines.records)
	}
	if err := asbackend.LogTo(nil); err != nil {
		t.Fatal(err)
	}
	logger.Logger.Error("%s", unprinted{t})
}

// The texts are those of the client, with a secret where it puts what may be one.
func TestALineThatMayHoldASecretIsCut(t *testing.T) {
	const secret = "s3cr3t"
	lines := logged(t, slog.LevelDebug)
	for _, log := range []func(){
		func() { logger.Logger.Debug("UDF execution error: " + secret) },
		func() { logger.Logger.Debug("UDF execution error: %s", secret) },
		func() { logger.Logger.Error("Requested info buffer does not adhere to the protocol: %s", secret) },
		func() { logger.Logger.Debug("Error while Executing query for node %s: %s", "BB9", secret) },
		func() { logger.Logger.Debug("Error while Executing scan for node %s: %s", "BB9", secret) },
		func() { logger.Logger.Warn("Invalid config URL %s. Expected format", secret) },
	} {
		before := len(lines.with("withheld"))
		log()
		if len(lines.with("withheld")) != before+1 || len(lines.with(secret)) != 0 {
			t.Fatalf("%v", lines.with(""))
		}
	}
}

func TestLoggersMayChangeWhileClientsRun(t *testing.T) {
	defer func() { _ = asbackend.LogTo(nil) }()
	var all sync.WaitGroup
	for range 4 {
		n := newFakeNode(t)
		n.will(hangsUp)
		all.Go(func() {
			for range 5 {
				s, err := asbackend.Dial(t.Context(), n.addr(), asbackend.WithClientPolicy(lonely()), tries(2))
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = s.Get(t.Context(), key("set", 1))
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 50 {
				if err := errors.Join(asbackend.LogTo(slog.New(&logLines{level: slog.LevelDebug})), asbackend.LogTo(nil)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// A client that runs reads its logger without a lock. The test runs in a process of its own.
func TestAFirstLogToAfterTheFirstClientIsRefused(t *testing.T) {
	if os.Getenv(lateVariable) == "" {
		self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAFirstLogToAfterTheFirstClientIsRefused$", "-test.v")
		self.Env = append(os.Environ(), lateVariable+"=1")
		if out, err := self.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	before := logger.Logger.Logger
	if err := asbackend.LogTo(nil); err != nil {
		t.Error(err)
	}
	dialTo(t, newFakeNode(t).addr())
	if err := asbackend.LogTo(slog.New(new(logLines))); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if logger.Logger.Logger != before {
		t.Error("the client's logger was changed")
	}
}

// The client's lines were read for keys and values. A new line must be read, too. If it may
// hold one, its beginning belongs in the list of withheld lines.
func TestEveryLineOfTheClientWasReviewed(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/aerospike/aerospike-client-go/v7/logger").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := linesLoggedIn(t, filepath.Dir(strings.TrimSpace(string(out))))
	if len(lines) < 50 {
		t.Errorf("%d lines were found", len(lines))
	}
	for _, line := range lines {
		if !slices.Contains(reviewed, line) && !strings.Contains(line, " set to %") { // policies of the client
			t.Errorf("the client logs %s", line)
		}
	}
}

// linesLoggedIn returns the first arguments of calls of the client's logger, as they are
// written, in its source without its examples and tools.
func linesLoggedIn(t *testing.T, dir string) (lines []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"examples", "tools", "logger"}, d.Name()):
			return fs.SkipDir
		case d.IsDir(), !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if of, ok := call.Fun.(*ast.SelectorExpr); ok {
				if l, ok := of.X.(*ast.SelectorExpr); ok && l.Sel.Name == "Logger" {
					var text strings.Builder
					err = errors.Join(err, printer.Fprint(&text, token.NewFileSet(), call.Args[0]))
					lines = append(lines, text.String())
				}
			}
			return true
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// reviewed are the lines of the client that were read: those of versions 7.10.2 and 8.8.0.
var reviewed = []string{
	`"%s regime(%d) < old regime(%d)"`,
	`"%s"`,
	"\"Add node `%s` (peer node `%s`) failed: `%s`\"",
	"\"Add node `%s` failed: `%s`\"",
	`"Adding node %s (%s) to the cluster."`,
	`"Alias %s failed: %s"`,
	`"Aliases %s failed: %s"`,
	`"Closing connection after VerifyHostName error failed: %s"`,
	`"Closing connection after handshake error failed: %s"`,
	`"Cluster tend goroutine crashed: %s"`,
	`"Connection error reading data for ReadCommand: %s"`,
	`"Connection error reading data for TouchCommand: %s"`,
	"\"Connection to address `%s` failed to establish with error: %s\"",
	`"Constraint Semaphore failed for Query: %s"`,
	`"Constraint Semaphore failed for QueryAggregate: %s"`,
	`"Constraint Semaphore failed for Scan: %s"`,
	`"Constraint Semaphore failed: %s"`,
	`"Dynamic configuration initialized..."`,
	`"Dynamic configuration is enabled and configuration is empty. Configuration will load default policy values."`,
	`"Dynamic configuration is enabled. Metrics cannot be disabled via the client API."`,
	`"Dynamic configuration updated internal state from provider."`,
	`"Error filling up the connection queue to the minimum required"`,
	`"Error occurred while fetching info from the server node %s: %s"`,
	`"Error occurred while refreshing node: %s"`,
	`"Error reading data from connection for login command: %s"`,
	`"Error refreshing session token: %s"`,
	`"Error setting user agent for node %s: %s"`,
	`"Error trying to make a connection to the node %s: %s"`,
	`"Error validating the cluster partition map after tend: %s"`,
	`"Error while Executing query for node %s: %s"`,
	`"Error while Executing scan for node %s: %s"`,
	`"Failed to connect to host(s): %v; error: %s"`,
	"\"Failed to parse `%s` results... err: %s\"",
	`"Failed to read command response."`,
	`"Failed to read file %s. Error: %v"`,
	`"Failed to send command: %s"`,
	`"Failed to serialize file %s to object. Error: %s"`,
	`"File %s could not be found. Error: %v"`,
	"\"Host `%s` seems to be a load balancer. It is going to be replace by `%v`\"",
	`"Host lookup failed with error: %s"`,
	"\"Inaccessible address `%s` as cluster seed. access-address is probably not configured on server.\"",
	`"Interceptor refresh goroutine crashed: %s"`,
	`"Invalid circuit breaker configuration: MaxErrorRate: %d, ErrorRateWindow: %d, ratio: %.2f. The ratio (MaxErrorRate/ErrorRateWindow) must be between 1 and 100. Resetting to defaults - MaxErrorRate: %d and ErrorRateWindow: %d"`,
	`"Invalid config URL %s. Expected format: [scheme://dsn] | [file path]"`,
	`"Invalid session TTL: %d"`,
	"\"IpMap translated peer `%s` -> `%s:%d`\"",
	"\"Namespace `%s` replication factor changed from `%d` to `%d` \"",
	`"New cluster initialized and ready to be used..."`,
	`"New cluster was not initialized successfully, but the client will keep trying to connect to the database. Error: %s"`,
	`"No configuration provider found for scheme %s."`,
	`"No nodes available; seeding..."`,
	`"Node " + cmd.node.String() + ": " + err.Error()`,
	`"Node %s partition generation changed from %d to %d"`,
	`"Node %s: %s"`,
	`"Node %s: Received %d bytes, command type: %s"`,
	`"Node Validator has %d nodes and they are: %v"`,
	"\"Node `%s` refresh failed: `%s`\"",
	`"Operations and bin names are mutually exclusive"`,
	`"Parsing peers failed: %s"`,
	`"Partition map error: %s."`,
	"\"Peer node `%s` is different than actual node `%s` for host `%s`\"",
	"\"Peer node `%s` matches existing node `%s` by host `%s`.\"",
	`"Requested info buffer does not adhere to the protocol: %s"`,
	`"Requested to read %d bytes, but %d was read. (%v)"`,
	`"Seed %s failed: %s"`,
	`"Seeding the cluster. Seeds count: %d"`,
	`"Starting the cluster tend goroutine..."`,
	`"Starting the config watch goroutine..."`,
	`"Stopping config watch goroutine."`,
	`"Tend channel closed. Shutting down the cluster..."`,
	`"Tend finished. Live node count changes from %d to %d"`,
	`"Tending took %s, while your requested ClientPolicy.TendInterval is %s. Tends are slower than the interval, and may be falling behind the changes in the cluster."`,
	`"The following nodes will be removed: %s"`,
	`"UDF execution error: " + err.Error()`,
	`"UDF execution error: %s"`,
	"\"Updating node rack info failed with error: %s (rack-ids: `%s`)\"",
	`"Watch config goroutine crashed: %s"`,
	`"Watching took %s."`,
	"\"`version` is missing in provided configuration\"",
	`err.Error()`,
	`str`,
}
