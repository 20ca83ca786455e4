package emulator_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/aerostore/aerostore/emulator"
)

func dial(t testing.TB, s *emulator.Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func frame(kind byte, body ...byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, 2<<56|uint64(kind)<<48|uint64(len(body)))
	return append(b, body...)
}

func TestAMalformedFrameEndsItsConnectionOnly(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := emulator.RunT(t, emulator.WithLogger(slog.New(slog.NewTextHandler(&syncWriter{w: &log}, nil))))
	healthy := dial(t, s)
	for name, b := range map[string][]byte{
		"version":                {1, 3, 0, 0, 0, 0, 0, 1, 0},
		"type":                   {2, 9, 0, 0, 0, 0, 0, 1, 0},
		"size":                   {2, 3, 0xff, 0, 0, 0, 0, 0},
		"short message":          frame(3, 22, 0, 0),
		"header size":            frame(3, make([]byte, 22)...),
		"more fields than bytes": frame(3, append([]byte{22, 3}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0)...),
		"short login":            frame(2, 1, 2),
	} {
		c := dial(t, s)
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.ReadAll(c); err != nil {
			if e, ok := err.(net.Error); ok && e.Timeout() {
				t.Errorf("%s: the connection stays open", name)
			}
		}
	}
	if _, err := healthy.Write(frame(1, []byte("node\n")...)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 8+len("node\tE1\n"))
	if _, err := io.ReadFull(healthy, answer); err != nil || string(answer[8:]) != "node\tE1\n" {
		t.Errorf("got %q, %v", answer, err)
	}
}

func TestMemoryIsTakenAsBytesCome(t *testing.T) {
	s := emulator.RunT(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 64 {
		c := dial(t, s)
		header := frame(3)
		binary.BigEndian.PutUint64(header, 2<<56|3<<48|100<<20) // 100 MiB follow, but do not
		if _, err := c.Write(header); err != nil {
			t.Fatal(err)
		}
		c2 := dial(t, s) // answered after the header was read, most likely
		_, _ = c2.Write(frame(1, []byte("node\n")...))
		_, _ = io.ReadFull(c2, make([]byte, 16))
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("%d bytes were allocated", got)
	}
}

func FuzzConnection(f *testing.F) {
	s := emulator.RunT(f, emulator.WithLogger(slog.New(slog.DiscardHandler)), emulator.WithCompression())
	f.Add(frame(1, []byte("node\n")...))
	f.Add(frame(2, make([]byte, 16)...))
	f.Add(frame(4, 0, 0, 0, 0, 0, 0, 0, 30, 0x78, 0x9c))
	f.Add(frame(3, queryMessage(field(11, 1, 0))...))
	f.Add(frame(3, queryMessage(field(11, 1, 0), field(22, 1, 1, 'n', 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Skip(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = c.Write(b)
		_ = c.(*net.TCPConn).CloseWrite()
		if _, err := io.Copy(io.Discard, c); err != nil {
			if e, ok := err.(net.Error); ok && e.Timeout() {
				t.Error("the connection hangs")
			}
		}
	})
}
