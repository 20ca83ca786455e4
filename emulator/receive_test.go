package emulator_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/aerostore/aerostore/emulator"
)

const integer = 1 // the type of a value

// padded returns a put that has a frame of that size, by a field that a server ignores.
func padded(id byte, size int) []byte {
	b := put(id, 0, 0, integer)
	const header = 8 + 22
	body := append([]byte{}, b[8:header]...)
	body[19]++ // fields
	body = binary.BigEndian.AppendUint32(body, uint32(size-len(b)-4))
	body = append(append(body, 200), make([]byte, size-len(b)-4-1)...)
	return frame(3, append(body, b[header:]...)...)
}

// answers receives answers of puts, and fails the test unless their codes are these.
func answers(t *testing.T, c net.Conn, codes ...byte) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	for i, want := range codes {
		answer := make([]byte, 8+22)
		if _, err := io.ReadFull(c, answer); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if got := answer[13]; got != want {
			t.Fatalf("answer %d: code %d, want %d", i, got, want)
		}
	}
}

func write(t *testing.T, c net.Conn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

func TestRequestsInOneSegmentAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	c := dial(t, emulator.RunT(t))
	const createOnly = 1 << 5
	var all []byte
	for id := range byte(3) {
		all = append(all, put(id, createOnly, 0, integer)...)
	}
	all = append(all, put(1, createOnly, 0, integer)...) // exists
	last := put(4, createOnly, 0, integer)
	write(t, c, append(all, last[:11]...))
	answers(t, c, 0, 0, 0, 5)
	write(t, c, last[11:])
	answers(t, c, 0)
}

func TestARequestThatEndsAConnectionLeavesTheAnswersBeforeIt(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t)
	s.Inject(emulator.Fault{Skip: 2, Action: emulator.Close})
	one := put(1, 0, 0, integer)
	for _, last := range [][]byte{frame(9), one} { // malformed, and that of the fault
		c := dial(t, s)
		write(t, c, append(append([]byte{}, one...), last...))
		answers(t, c, 0)
		if n, err := c.Read(make([]byte, 1)); err == nil {
			t.Errorf("%d bytes follow", n)
		}
	}
}

func TestARequestMayComeByteByByte(t *testing.T) {
	t.Parallel()
	c := dial(t, emulator.RunT(t))
	for range 2 {
		for _, b := range put(1, 0, 0, integer) {
			write(t, c, []byte{b})
		}
		answers(t, c, 0)
	}
}

func TestRequestsOfAllSizesAreAnswered(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t)
	for _, buffer := range []int{4 << 10, 8 << 10, 64 << 10, 256 << 10} {
		for size := buffer - 1; size <= buffer+1; size++ {
			t.Run(strconv.Itoa(size), func(t *testing.T) {
				t.Parallel()
				c := dial(t, s)
				one := padded(1, size)
				if len(one) != size {
					t.Fatalf("the request has %d bytes", len(one))
				}
				write(t, c, one) // fills the buffer
				answers(t, c, 0)
				write(t, c, append(append(padded(2, size), put(3, 0, 0, integer)...), one...))
				answers(t, c, 0, 0, 0)
			})
		}
	}
}

// Whether the server knows of the end before it answers or learns of it later.
func TestAConnectionEndsAfterTheLastRequestOfAClient(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t)
	one := put(1, 0, 0, integer)
	for name, sent := range map[string]struct {
		b     []byte
		codes []byte
	}{
		"nothing":              {},
		"a request":            {one, []byte{0}},
		"two requests":         {append(append([]byte{}, one...), one...), []byte{0, 0}},
		"a part of a request":  {b: one[:20]},
		"a header alone":       {b: one[:8]},
		"one and a part":       {append(append([]byte{}, one...), one[:20]...), []byte{0}},
		"as much as is read":   {padded(1, 4<<10), []byte{0}},
		"more than is read":    {padded(1, 9<<10), []byte{0}},
		"a part of a long one": {b: padded(1, 9<<10)[:5<<10]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 20 {
				c := dial(t, s)
				write(t, c, sent.b)
				if err := c.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
				answers(t, c, sent.codes...)
				if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Fatalf("the connection does not end: %v", err)
				}
			}
		})
	}
}

func TestARequestHasNoFieldsOfTheOneBefore(t *testing.T) {
	t.Parallel()
	c := dial(t, emulator.RunT(t))
	refused := put(1, 0, 0, integer)
	const header = 8 + 22
	body := append([]byte{}, refused[8:header]...)
	body[19]++                             // fields
	body = append(body, field(30, 'm')...) // of a user-defined function
	write(t, c, frame(3, append(body, refused[header:]...)...))
	answers(t, c, 16)
	write(t, c, put(1, 0, 0, integer))
	answers(t, c, 0)
}
