package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// runsMain makes the binary of the test run main instead of the tests.
const runsMain = "AEROEMU_RUNS_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runsMain) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program returns the command, which is killed when the test ends.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = append(os.Environ(), runsMain+"=1")
	return cmd
}

func TestAClientConnectsUntilTheProgramIsInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted there")
	}
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := program(t, "-port", "0", "-nodes", "2", "-namespace", "users,orders", "-load", "testdata/fixture.json", "-log", "debug")
		var log bytes.Buffer
		cmd.Stderr = &log
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		host, port := explained(t, lines)
		client, cerr := as.NewClient(host, port)
		if cerr != nil {
			t.Fatal(cerr)
		}
		if n := len(client.GetNodes()); n != 2 {
			t.Errorf("%d nodes", n)
		}
		key, _ := as.NewKey("users", "people", 42)
		if r, err := client.Get(nil, key); err != nil || r.Bins["age"] != 7 || r.Generation != 3 || r.Expiration == 0 {
			t.Errorf("the record is %v, %v", r, err)
		}
		key, _ = as.NewKey("orders", "", 1)
		if err := client.Put(nil, key, as.BinMap{"n": 1}); err != nil {
			t.Error(err)
		}
		client.Close()
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, lines)
		if err := cmd.Wait(); err != nil {
			t.Errorf("after %v: %v", signal, err)
		}
		if !strings.Contains(log.String(), "command=Write") {
			t.Errorf("the log has no write: %s", log.String())
		}
	}
}

// explained reads how a client connects.
func explained(t *testing.T, lines *bufio.Reader) (host string, port int) {
	t.Helper()
	call := regexp.MustCompile(`aerospike\.NewClient\("([^"]+)", (\d+)\)`)
	for {
		line, err := lines.ReadString('\n')
		if found := call.FindStringSubmatch(line); found != nil {
			port, _ = strconv.Atoi(found[2])
			return found[1], port
		}
		if err != nil {
			t.Fatal("the program did not say how to connect")
		}
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"a fixture that is missing":  {[]string{"-load", "testdata/none.json"}, []string{"-load", "none.json"}},
		"a fixture that is bad":      {[]string{"-load", "testdata/bad.json"}, []string{"testdata/bad.json", "line 6", "test.people"}},
		"a namespace that is not in": {[]string{"-load", "testdata/fixture.json"}, []string{"line 3", "users"}},
		"a port that is taken":       {[]string{"-port", port}, []string{port, "-port"}},
		"a port that is none":        {[]string{"-port", "70000"}, []string{"70000", "65535"}},
		"no nodes":                   {[]string{"-nodes", "0"}, []string{"-nodes 0"}},
		"an empty namespace":         {[]string{"-namespace", "a,,b"}, []string{"-namespace", "empty"}},
		"arguments":                  {[]string{"fixture.json"}, []string{"fixture.json"}},
		"a level that is none":       {[]string{"-log", "loud"}, []string{"-log"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			done, cancel := context.WithCancel(t.Context())
			cancel() // it ends if it runs
			err := run(done, c.args, &out, io.Discard)
			if err == nil {
				t.Fatal("it ran")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in: %v", part, err)
				}
			}
			if text := err.Error(); strings.Contains(text, "secret") || strings.Contains(text, "hidden") || strings.Contains(text, "\n") {
				t.Errorf("the error is %q", text)
			}
			if out.Len() > 0 {
				t.Errorf("it says %q", out.String())
			}
		})
	}
	if err := run(context.Background(), []string{"-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}

func TestTheProgramFailsWithACode(t *testing.T) {
	t.Parallel()
	cmd := program(t, "-load", "testdata/bad.json")
	out, err := cmd.CombinedOutput()
	if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != 1 || !bytes.HasPrefix(out, []byte("aeroemu: -load testdata/bad.json: ")) {
		t.Errorf("%v: %s", err, out)
	}
}
