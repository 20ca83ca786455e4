package tcpproxy_test

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore/internal/tcpproxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo starts a server that returns what it receives, and a proxy in front of it.
func echo(t *testing.T) *tcpproxy.Proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return tcpproxy.New(t, l.Addr().String())
}

func connect(t *testing.T, p *tcpproxy.Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// send sends a line and returns the answer, or an error after 200 ms.
func send(c net.Conn, line string) (string, error) {
	c.SetDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := io.WriteString(c, line); err != nil {
		return "", err
	}
	return bufio.NewReader(c).ReadString('\n')
}

func TestProxyForwardsBothDirections(t *testing.T) {
	p := echo(t)
	if got, err := send(connect(t, p), "hello\n"); got != "hello\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if p.Passed(tcpproxy.ToServer) != 6 || p.Passed(tcpproxy.ToClient) != 6 {
		t.Errorf("%d and %d bytes passed, want 6 and 6", p.Passed(tcpproxy.ToServer), p.Passed(tcpproxy.ToClient))
	}
}

func TestRefuseRefusesConnectionsUntilResume(t *testing.T) {
	p := echo(t)
	c := connect(t, p)
	p.Refuse()
	if _, err := send(c, "hello\n"); err == nil {
		t.Error("a connection works after Refuse")
	}
	if c, err := net.Dial("tcp", p.Addr()); err == nil {
		c.Close()
		t.Error("a connection is accepted after Refuse")
	}
	p.Resume()
	if got, err := send(connect(t, p), "hello\n"); got != "hello\n" || err != nil {
		t.Errorf("after Resume: %q, %v", got, err)
	}
}

func TestResumeForwardsStalledBytes(t *testing.T) {
	for name, d := range map[string]tcpproxy.Direction{"to the server": tcpproxy.ToServer, "to the client": tcpproxy.ToClient} {
		t.Run(name, func(t *testing.T) {
			p := echo(t)
			c := connect(t, p)
			p.Stall(d)
			if got, err := send(c, "hello\n"); err == nil {
				t.Errorf("got %q", got)
			}
			if p.Passed(d) != 0 {
				t.Errorf("%d bytes passed", p.Passed(d))
			}
			p.Resume()
			c.SetDeadline(time.Now().Add(5 * time.Second))
			if got, err := bufio.NewReader(c).ReadString('\n'); got != "hello\n" {
				t.Errorf("after Resume: %q, %v", got, err)
			}
		})
	}
}

func TestCutAfterForwardsThatManyBytes(t *testing.T) {
	p := echo(t)
	c := connect(t, p)
	p.CutAfter(tcpproxy.ToClient, 3)
	if got, err := send(c, "hello\n"); got != "hel" || err == nil {
		t.Errorf("got %q, %v, want the first three bytes and an error", got, err)
	}
	if got, err := send(connect(t, p), "again\n"); got != "again\n" || err != nil {
		t.Errorf("a new connection: %q, %v", got, err)
	}
}
