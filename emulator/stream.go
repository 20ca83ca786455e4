package emulator

// A stream is an answer of many messages, which are sent in frames of some size. Messages
// are appended to conn.out.
type stream struct {
	c     *conn
	of    *message
	start int // of the frame in conn.out
}

// stream begins an answer of many messages.
func (c *conn) stream(of *message) stream {
	s := stream{c: c, of: of}
	s.begin()
	return s
}

func (s *stream) begin() {
	s.start = len(s.c.out)
	s.c.out = appendFrame(s.c.out, frameMessage)
}

// next is called after each message. It sends what there is, if that is much.
func (s *stream) next() error {
	if len(s.c.out)-s.start < largeBuffer {
		return nil
	}
	return s.flush()
}

// cut ends a frame and begins another.
func (s *stream) cut() error {
	err := s.end()
	s.begin()
	return err
}

// drop drops what was not sent.
func (s *stream) drop() { s.c.out = s.c.out[:s.start+frameHeader] }

// flush sends what there is and begins another frame.
func (s *stream) flush() error {
	if err := s.end(); err != nil {
		return err
	}
	if err := s.c.flush(); err != nil {
		return err
	}
	s.begin()
	return nil
}

// end ends the answer.
func (s *stream) end() error { return s.c.endAnswer(s.of, s.start) }
