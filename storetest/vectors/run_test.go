package vectors

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

const (
	wrong   = `{"name":"wrong","steps":[{"op":"get_header","key":` + keyA + `,"want":{"code":0,"record":null}},` + putA + `,{"op":"get","key":` + keyA + `,"want":{"code":2}}]}`
	waiting = `{"name":"waiting","steps":[` + putA + `,{"op":"sleep","ms":60000,"want":{}}]}`
	foreign = `{"name":"foreign","steps":[{"op":"get","key":` + keyA + `,"want":{"client_panic":true}}]}`
	indexed = `{"name":"indexed","steps":[{"op":"drop_index","ns":"test","set":"gv","name":"x","want":{"code":0}}]}`
)

func folderOf(t *testing.T, lines ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine.jsonl"), []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestRunInFolder is what TestRunReportsWhatIsWrong runs.
func TestRunInFolder(t *testing.T) {
	if os.Getenv(folder) == "" {
		t.Skip("for TestRunReportsWhatIsWrong")
	}
	Run(t, func(tb testing.TB) aerostore.Store {
		tb.Helper()
		return struct{ aerostore.Store }{memory.NewT(tb)}
	})
}

func TestRunReportsWhatIsWrong(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRunInFolder$", "-test.v", "-test.short")
	cmd.Env = append(os.Environ(), folder+"="+folderOf(t, wrong, `{"name":`, good, waiting, foreign, indexed))
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("the run did not fail")
	}
	for _, want := range []string{
		"mine.jsonl:2: unexpected end of JSON input",
		"--- FAIL: TestRunInFolder/mine/wrong",
		`wrong: step 3, get: error: want "` + aerostore.CodeNotFound.Error() + `", got "no error"`,
		"--- PASS: TestRunInFolder/mine/good",
		"--- SKIP: TestRunInFolder/mine/waiting",
		"--- SKIP: TestRunInFolder/mine/foreign",
		"--- SKIP: TestRunInFolder/mine/indexed",
		"mine: 2 vectors replayed (5 steps), 3 skipped",
		"2 of 5 vectors replayed to their end",
		"1 skipped: the vector waits: run it without -short or with WithAdvance",
		"1 skipped: steps in which the client panicked",
		"1 skipped: the store has no aerostore.Indexer",
		"1 translated: missing is ErrNotFound",
		"missing is ErrNotFound: For a missing record",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
}

func TestTimePassesByAdvance(t *testing.T) {
	t.Setenv(folder, folderOf(t, waiting))
	var passed time.Duration
	Run(t,
		func(tb testing.TB) aerostore.Store { return memory.NewT(tb) },
		WithAdvance(func(_ aerostore.Store, d time.Duration) { passed += d }))
	if passed != time.Minute {
		t.Errorf("%v passed, want a minute", passed)
	}
}

func TestASampleTakesEveryNthVector(t *testing.T) {
	var lines []string
	for i := range 7 {
		lines = append(lines, strings.Replace(waiting, "waiting", string(rune('a'+i)), 1))
	}
	lines[1] = "a line that a sample of three does not read"
	t.Setenv(folder, folderOf(t, lines...))
	replayed := 0
	Run(t,
		func(tb testing.TB) aerostore.Store { return memory.NewT(tb) },
		WithAdvance(func(aerostore.Store, time.Duration) { replayed++ }),
		WithSample(3))
	if replayed != 3 { // a, d and g
		t.Errorf("%d of 7 vectors were replayed, want 3", replayed)
	}
}
