package emulator_test

import (
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aerostore/aerostore/emulator"
)

// visit opens a connection, sends a command and closes it.
func visit(t *testing.T, s *emulator.Server) {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := c.Write(frame(1, []byte("node\n")...)); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 16)); err != nil {
		t.Error(err)
	}
	_ = c.(*net.TCPConn).SetLinger(0) // which leaves no port behind
	_ = c.Close()
}

// held returns the memory that is in use, and the goroutines.
func held() (bytes, goroutines int) {
	runtime.GC()
	runtime.GC() // what finalizers freed
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc), runtime.NumGoroutine()
}

func TestTenThousandConnectionsLeaveNothingBehind(t *testing.T) {
	s := emulator.RunT(t)
	visit(t, s)
	bytes, goroutines := held()
	const visitors, each = 10, 1000
	var all sync.WaitGroup
	for range visitors {
		all.Go(func() {
			for range each {
				visit(t, s)
			}
		})
	}
	all.Wait()
	if n := s.Count(emulator.Connect).Received; n != visitors*each+1 {
		t.Errorf("the server counts %d connections", n)
	}
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
	const slack = 100 // bytes for each connection: one that stays has a buffer of 4 KiB
	if after, _ := held(); after > bytes+visitors*each*slack {
		t.Errorf("%d bytes are in use, and were %d before", after, bytes)
	}
}

// Those that are open when a node stops end, too.
func TestOpenConnectionsEndWithTheirNode(t *testing.T) {
	s := emulator.RunT(t)
	_, goroutines := held()
	conns := make([]net.Conn, 200)
	for i := range conns {
		conns[i] = dial(t, s)
		if _, err := conns[i].Write(frame(1, []byte("node\n")...)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conns[i], make([]byte, 16)); err != nil {
			t.Fatal(err)
		}
	}
	s.Node(0).Stop()
	for i, c := range conns {
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if n, err := c.Read(make([]byte, 1)); err == nil || n > 0 {
			t.Errorf("connection %d is still open", i)
		}
	}
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() < goroutines })
}
