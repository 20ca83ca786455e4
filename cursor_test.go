package aerostore_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
)

// digestIn returns a digest of a partition.
func digestIn(partition int, rest byte) (digest [20]byte) {
	for i := range digest {
		digest[i] = rest
	}
	binary.LittleEndian.PutUint16(digest[:], uint16(partition)|uint16(rest)<<12)
	return digest
}

// started returns a cursor and the run of a query with it.
func started(t interface {
	Helper()
	Fatal(args ...any)
}, partitions aerostore.PartitionRange,
) (*aerostore.Cursor, *aerostore.Resumption) {
	t.Helper()
	c := new(aerostore.Cursor)
	run, err := resume(c, partitions)
	if err != nil {
		t.Fatal(err)
	}
	return c, run
}

func resume(c *aerostore.Cursor, partitions aerostore.PartitionRange) (*aerostore.Resumption, error) {
	q := aerostore.Query{Namespace: "test", Set: "users", Partitions: partitions, Cursor: c}
	return aerostore.Call{Op: aerostore.OpQuery}.WithQuery(q, func(*aerostore.Record) bool { return true }).Resume("x")
}

func TestACursorReadsItsToken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(0, 4095).Draw(t, "first")
		partitions := aerostore.PartitionRange{First: first, Count: rapid.IntRange(1, 4096-first).Draw(t, "count")}
		c, run := started(t, partitions)
		in := rapid.IntRange(first, first+partitions.Count-1)
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			p := in.Draw(t, "partition")
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				run.Finish(p)
			case 1:
				run.Move(aerostore.Position{Digest: digestIn(p, rapid.Byte().Draw(t, "digest"))})
			default:
				for ; p < min(first+partitions.Count, p+100); p++ {
					run.Move(aerostore.Position{Digest: digestIn(p, 7), Value: rapid.Int64().Draw(t, "value")})
				}
			}
		}
		run.End()
		read, err := aerostore.ParseCursor(c.Token())
		if err != nil {
			t.Fatal(err)
		}
		if read.Token() != c.Token() || read.Done() != c.Done() || read.String() != c.String() {
			t.Fatalf("%v is read as %v", c, read)
		}
		again, err := resume(read, partitions)
		if err != nil {
			t.Fatal(err)
		}
		for p := first; p < first+partitions.Count; p++ {
			gotState, got := again.Partition(p)
			if wantState, want := run.Partition(p); got != want || gotState != wantState {
				t.Fatalf("partition %d is %v %v, want %v %v", p, gotState, got, wantState, want)
			}
		}
	})
}

func TestTheLargestToken(t *testing.T) {
	c, run := started(t, aerostore.PartitionRange{})
	for p := range aerostore.PartitionCount {
		run.Move(aerostore.Position{Digest: digestIn(p, 255), Value: math.MinInt64 + int64(p)})
	}
	run.End()
	token := c.Token()
	if read, err := aerostore.ParseCursor(token); err != nil || read.Token() != token {
		t.Error(err)
	}
	const most = 170_000 // documented
	if len(token) > most {
		t.Errorf("the token has %d bytes", len(token))
	}
	if _, err := aerostore.ParseCursor(token + strings.Repeat("A", 1<<20)); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("a token that is too long: %v", err)
	}
}

// signed returns the token with these bytes and the right checksum.
func signed(b []byte) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)))
}

func TestATokenThatWasChangedIsRefused(t *testing.T) {
	c, run := started(t, aerostore.PartitionRange{First: 10, Count: 4})
	run.Finish(10)
	run.Move(aerostore.Position{Digest: digestIn(11, 1)})
	run.Move(aerostore.Position{Digest: digestIn(12, 1), Value: -5})
	run.End()
	token := c.Token()
	refuse := func(name, token string) {
		t.Helper()
		read, err := aerostore.ParseCursor(token)
		if read != nil || !errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%s: %v, %v", name, read, err)
		}
	}
	for i := range token {
		for _, letter := range []byte{'A', '-', '9', '=', ' ', 0, 0xff} {
			if letter != token[i] {
				refuse(fmt.Sprintf("letter %d", i), token[:i]+string(letter)+token[i+1:])
			}
		}
		if i > 0 {
			refuse(fmt.Sprintf("the first %d letters", i), token[:i])
		}
	}
	refuse("a letter more", token+"A")

	// As by somebody who knows the form.
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	raw = raw[:len(raw)-4]
	const runs = 1 + 8 + 1 + 1 // version, hash, first partition and count
	head := func(first, count uint64, rest ...byte) []byte {
		b := binary.AppendUvarint(binary.AppendUvarint(append([]byte{}, raw[:9]...), first), count)
		return append(b, rest...)
	}
	if _, err := aerostore.ParseCursor(signed(head(10, 4, 4*4))); err != nil {
		t.Fatalf("the test makes no token: %v", err)
	}
	for name, b := range map[string][]byte{
		"version 0":                    append([]byte{0}, raw[1:]...),
		"no partitions":                head(10, 0),
		"too many partitions":          head(1, 4096, 0x80, 0x80, 1),
		"a partition out of range":     head(4096, 1, 4),
		"huge numbers":                 head(math.MaxUint64, math.MaxUint64, 4),
		"overflowing numbers":          head(math.MaxUint64-1, 3, 4),
		"an endless number":            append(append([]byte{}, raw[:9]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"no runs":                      head(10, 4),
		"an empty run":                 head(10, 4, 0, 4*4),
		"a run too long":               head(10, 4, 5*4),
		"runs too short":               head(10, 4, 3*4),
		"something after the runs":     head(10, 4, 4*4, 0),
		"a run without positions":      head(10, 4, 4*4+2),
		"a digest of another":          append(append([]byte{}, raw[:runs+2]...), append([]byte{0xff}, raw[runs+3:]...)...),
		"a value that is none":         head(10, 1, append([]byte{4 + 3}, make([]byte, 20)...)...),
		"the value 0 where one is due": head(0, 1, append([]byte{4 + 3}, make([]byte, 20)...)...),
	} {
		refuse(name, signed(b))
	}
	_, err = aerostore.ParseCursor(signed(append([]byte{2}, raw[1:]...)))
	if !errors.Is(err, aerostore.ErrStaleCursor) || !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("a later version: %v", err)
	}
	var e *aerostore.Error
	if !errors.As(err, &e) || !strings.Contains(e.SafeMessage(), "version") {
		t.Errorf("a later version: %#v", err)
	}
}

func TestACursorIsForOneQuery(t *testing.T) {
	c, run := started(t, aerostore.PartitionRange{})
	if _, err := resume(c, aerostore.PartitionRange{}); !errors.Is(err, aerostore.ErrInvalid) || errors.Is(err, aerostore.ErrStaleCursor) {
		t.Errorf("a second query at the same time: %v", err)
	}
	if err := c.UnmarshalText(nil); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("UnmarshalText during a query: %v", err)
	}
	run.End()
	if _, err := resume(c, aerostore.PartitionRange{First: 1, Count: 1}); !errors.Is(err, aerostore.ErrStaleCursor) || !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("a query of other partitions: %v", err)
	}
	q := aerostore.Query{Namespace: "test", Set: "users", Cursor: c}
	call := aerostore.Call{Op: aerostore.OpQuery}.WithQuery(q, func(*aerostore.Record) bool { return true })
	if _, err := call.Resume("y"); !errors.Is(err, aerostore.ErrStaleCursor) {
		t.Errorf("a backend of another order: %v", err)
	}
	if _, err := (aerostore.Call{}).Resume("x"); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("a call that is no query: %v", err)
	}
	again, err := call.Resume("x")
	if err != nil {
		t.Fatal(err)
	}
	again.End()
}

func TestACursorIsText(t *testing.T) {
	page := struct{ Next *aerostore.Cursor }{new(aerostore.Cursor)}
	text, err := json.Marshal(page)
	if err != nil || string(text) != `{"Next":""}` {
		t.Errorf("%s, %v", text, err)
	}
	c, run := started(t, aerostore.PartitionRange{First: 0, Count: 2})
	run.Finish(0)
	run.Move(aerostore.Position{Digest: digestIn(1, 9)})
	run.End()
	page.Next = c
	if text, err = json.Marshal(page); err != nil {
		t.Fatal(err)
	}
	var read struct{ Next *aerostore.Cursor }
	if err := json.Unmarshal(text, &read); err != nil || read.Next.Token() != c.Token() {
		t.Errorf("%v is read as %v: %v", c, read.Next, err)
	}
	if err := json.Unmarshal([]byte(`{"Next":"x"}`), &read); !errors.Is(err, aerostore.ErrInvalid) || read.Next.Token() != c.Token() {
		t.Errorf("what is no token changes a cursor to %v: %v", read.Next, err)
	}
	digest := fmt.Sprintf("%x", digestIn(1, 9))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, c); got != "1 of 2 partitions done, 1 begun" || strings.Contains(got, digest) {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	if got := fmt.Sprint(new(aerostore.Cursor), (*aerostore.Cursor)(nil)); got != "at the start no cursor" {
		t.Error(got)
	}
}

func TestACallWithoutAQueryIsNotResumed(t *testing.T) {
	for _, call := range []aerostore.Call{
		{Op: aerostore.OpQuery},
		{Op: aerostore.OpGet, Key: aerostore.NewKey("test", "users", 1)},
	} {
		if run, err := call.Resume("x"); run != nil || !errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%v: Resume gave %v, %v", call, run, err)
		}
	}
}

func TestANilCursorIsTheStart(t *testing.T) {
	var c *aerostore.Cursor
	text, err := c.MarshalText()
	if c.Done() || c.Token() != "" || len(text) > 0 || err != nil {
		t.Errorf("Done is %t, the token %q, the text %q, %v", c.Done(), c.Token(), text, err)
	}
	if err := c.UnmarshalText(nil); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("setting it gave %v", err)
	}
}

func TestALogHasNoDigestOfACursor(t *testing.T) {
	c, run := started(t, aerostore.PartitionRange{})
	run.Move(aerostore.Position{Digest: digestIn(1, 9)})
	run.End()
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("a page", "cursor", c)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("a page", "cursor", c)
	if strings.Contains(log.String(), c.Token()) || strings.Count(log.String(), c.String()) != 2 {
		t.Error(log.String())
	}
}

func TestJSONOfAQueryHasNoDigestOfItsCursor(t *testing.T) {
	c, run := started(t, aerostore.PartitionRange{})
	run.Move(aerostore.Position{Digest: digestIn(1, 9)})
	run.End()
	q := aerostore.Query{Namespace: "test", Set: "users", Where: aerostore.Equal("mail", "secret"), Cursor: c}
	text, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("a page", "query", q)
	for _, text := range []string{string(text), log.String()} {
		if !strings.Contains(text, "users") || strings.Contains(text, c.Token()) || strings.Contains(text, "secret") {
			t.Error(text)
		}
	}
}

func TestACursorCanBeReadDuringAQuery(t *testing.T) {
	c, run := started(t, aerostore.PartitionRange{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for p := range aerostore.PartitionCount {
			run.Move(aerostore.Position{Digest: digestIn(p, 1)})
			run.Finish(p)
		}
		run.End()
	})
	for !c.Done() {
		if _, err := aerostore.ParseCursor(c.Token()); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

// Through decorators and layers, a cursor is that of the backend.
func TestACursorPassesThroughLayers(t *testing.T) {
	backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		run, err := call.Resume("x")
		if err != nil {
			return aerostore.Result{}, err
		}
		defer run.End()
		for p := range 10 {
			if state, _ := run.Partition(p); state != aerostore.PartitionNew {
				continue
			}
			digest := digestIn(p, 1)
			more := call.Yield(&aerostore.Record{Key: aerostore.DigestKey("test", "users", digest)})
			run.Move(aerostore.Position{Digest: digest})
			if !more {
				break
			}
		}
		return aerostore.Result{}, nil
	})
	store := aerostore.Chain(decorated{aerostore.Chain(backend, passOn)}, passOn)
	q := aerostore.Query{Namespace: "test", Set: "users", Cursor: new(aerostore.Cursor)}
	page := func(n int) (got []int) {
		for r, err := range store.Query(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, r.Key.Partition()); len(got) == n {
				break
			}
		}
		return got
	}
	func() {
		defer func() { _ = recover() }()
		for range store.Query(t.Context(), q) {
			panic("in the loop")
		}
	}()
	if got := fmt.Sprint(page(3), page(3), page(0), page(0)); got != "[0 1 2] [3 4 5] [6 7 8 9] []" {
		t.Error(got)
	}
	for range store.Query(t.Context(), q) {
		t.Error("a record after the last")
	}
}

func FuzzParseCursor(f *testing.F) {
	c, run := started(f, aerostore.PartitionRange{})
	f.Add([]byte(c.Token()), false)
	run.Move(aerostore.Position{Digest: digestIn(17, 1)})
	run.Move(aerostore.Position{Digest: digestIn(18, 1), Value: 3})
	run.Finish(4095)
	f.Add([]byte(c.Token()), false)
	raw, _ := base64.RawURLEncoding.DecodeString(c.Token())
	f.Add(raw[:len(raw)-4], true)
	f.Fuzz(func(t *testing.T, b []byte, sign bool) {
		token := string(b)
		if sign {
			token = signed(b)
		}
		c, err := aerostore.ParseCursor(token)
		if err != nil {
			if c != nil || !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("%v, %v", c, err)
			}
			return
		}
		again, err := aerostore.ParseCursor(c.Token())
		if err != nil || again.Token() != c.Token() {
			t.Errorf("the token of %v cannot be read: %v", c, err)
		}
	})
}

// A condition without a bin is about what its index has.
func TestACursorOfAnotherIndexIsRefused(t *testing.T) {
	resume := func(c *aerostore.Cursor, where aerostore.Predicate) error {
		q := aerostore.Query{Namespace: "test", Set: "users", Where: where, Cursor: c}
		run, err := aerostore.Call{Op: aerostore.OpQuery}.WithQuery(q, func(*aerostore.Record) bool { return true }).Resume("x")
		if err == nil {
			run.End()
		}
		return err
	}
	for _, tt := range []struct {
		first, second aerostore.Predicate
		same          bool
	}{
		{aerostore.Equal("", 1).UsingIndex("i"), aerostore.Equal("", 1).UsingIndex("i"), true},
		{aerostore.Equal("", 1).UsingIndex("i"), aerostore.Equal("", 1).UsingIndex("j"), false},
		{aerostore.Equal("b", 1).UsingIndex("i"), aerostore.Equal("b", 1).UsingIndex("j"), true},
		{aerostore.Equal("b", 1).UsingIndex("i"), aerostore.Equal("", 1).UsingIndex("i"), false},
	} {
		c := new(aerostore.Cursor)
		if err := resume(c, tt.first); err != nil {
			t.Fatal(err)
		}
		if err := resume(c, tt.second); (err == nil) != tt.same {
			t.Errorf("%v, then %v: %v", tt.first, tt.second, err)
		}
	}
}
