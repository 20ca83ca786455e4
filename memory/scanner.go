package memory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// A scanner reads JSON piece by piece, so that a text of any size takes the
// memory of its largest piece. It accepts what encoding/json accepts, but no
// text that is not UTF-8. Its errors name the line.
type scanner struct {
	r    io.Reader
	end  error  // why r has no more: io.EOF or another error
	text []byte // what is read
	at   int    // the next byte in text
	line int    // that of text[at], from 1 on

	keeping bool // what is from from on
	from    int  // where the last piece begins
	depth   int

	// The members and elements of the last piece, those of one object or list
	// next to each other, and of the open ones those that are complete.
	members, open []member
	names         map[string]string // of members, each once
}

// A node is a piece of JSON, or a part of one. It is of use until the scanner
// reads the next piece.
type node struct {
	in         *scanner
	line       int
	kind       byte // its first byte, '0' for a number
	start, end int  // in the piece
	first, n   int  // in the scanner's members
}

// A member is one of an object, which may have several of one name, or an
// element of a list.
type member struct {
	name string
	node
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, line: 1, names: make(map[string]string)}
}

// errorf returns an error that names the line.
func (n node) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", n.line, fmt.Errorf(format, args...))
}

func (s *scanner) errorf(format string, args ...any) error {
	return node{line: s.line}.errorf(format, args...)
}

// raw returns the text of the node.
func (n node) raw() []byte { return n.in.text[n.in.from+n.start : n.in.from+n.end] }

// members returns what an object or a list holds.
func (n node) members() []member { return n.in.members[n.first : n.first+n.n] }

// str returns the text of a string.
func (n node) str() string {
	raw := n.raw()
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	_ = json.Unmarshal(raw, &text) // which was scanned before
	return text
}

// name is str for names, which are often the same.
func (n node) name() string {
	const most = 1000
	if name, ok := n.in.names[string(n.raw())]; ok {
		return name
	}
	name := n.str()
	if len(n.in.names) < most {
		n.in.names[string(n.raw())] = name
	}
	return name
}

// integer returns a number from 1 to most.
func (n node) integer(what string, most int) (int, error) {
	i, err := strconv.Atoi(string(n.raw()))
	if n.kind != '0' || err != nil || i < 1 || i > most {
		return 0, n.errorf("%s is not an integer from 1 to %d", what, most)
	}
	return i, nil
}

// peek returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.at == len(s.text) && !s.more() {
		return 0
	}
	return s.text[s.at]
}

// more reads more of the text, unless there is no more.
func (s *scanner) more() bool {
	if !s.keeping {
		s.from = s.at
	}
	s.text = s.text[:copy(s.text, s.text[s.from:])]
	s.at, s.from = s.at-s.from, 0
	const room, patience = 32 << 10, 100
	if len(s.text) == cap(s.text) {
		s.text = append(make([]byte, 0, max(room, 2*cap(s.text))), s.text...)
	}
	for range patience {
		if s.end != nil {
			return false
		}
		n, err := s.r.Read(s.text[len(s.text):cap(s.text)])
		s.text, s.end = s.text[:len(s.text)+n], err
		if n > 0 {
			return true
		}
	}
	s.end = io.ErrNoProgress
	return false
}

// next goes to the next byte that is no space and returns it, or 0 at the end.
func (s *scanner) next() byte {
	for {
		switch c := s.peek(); c {
		case '\n':
			s.line++
			s.at++
		case ' ', '\t', '\r':
			s.at++
		default:
			return c
		}
	}
}

var errTruncated = errors.New("unexpected end of JSON input")

// unexpected returns the error of the next byte.
func (s *scanner) unexpected(where string) error {
	if s.at < len(s.text) {
		return s.errorf("invalid character %s %s", strconv.QuoteRune(rune(s.text[s.at])), where)
	}
	if s.end != nil && !errors.Is(s.end, io.EOF) {
		return s.end
	}
	return s.errorf("%w", errTruncated)
}

// expect goes past a byte.
func (s *scanner) expect(c byte, where string) error {
	if s.next() != c {
		return s.unexpected(where)
	}
	s.at++
	return nil
}

// finish reports what comes after the last piece.
func (s *scanner) finish() error {
	if s.next(); s.at < len(s.text) {
		return s.unexpected("after top-level value")
	}
	if !errors.Is(s.end, io.EOF) {
		return s.end
	}
	return nil
}

// object calls f for each member of an object, whose value f has to read. No
// name may be there twice.
func (s *scanner) object(f func(name string) error) error {
	if c := s.next(); c != '{' {
		return s.not(c, "an object")
	}
	s.at++
	seen := make(map[string]bool)
	for first := true; ; first = false {
		if done, err := s.separated('}', first, "object key:value pair"); done || err != nil {
			return err
		}
		s.next()
		n, err := s.piece((*scanner).key)
		if err != nil {
			return err
		}
		name := n.str()
		if err := s.expect(':', "after object key"); err != nil {
			return err
		}
		s.next()
		if seen[name] {
			return s.errorf("a name is there twice")
		}
		seen[name] = true
		if err := f(name); err != nil {
			return err
		}
	}
}

// list calls f for each element of a list. Errors of f say which one it was of.
func (s *scanner) list(what string, f func(node) error) error {
	if c := s.next(); c != '[' {
		return s.not(c, "a list")
	}
	s.at++
	for i := 0; ; i++ {
		if done, err := s.separated(']', i == 0, "array element"); done || err != nil {
			return err
		}
		s.next()
		n, err := s.piece((*scanner).value)
		if err != nil {
			return err
		}
		if err := f(n); err != nil {
			return fmt.Errorf("%s, number %d: %w", what, i+1, err)
		}
	}
}

// not returns the error of a value that is something else, or none.
func (s *scanner) not(c byte, what string) error {
	switch {
	case c == '{', c == '[', c == '"', c == '-', c >= '0' && c <= '9', c == 't', c == 'f', c == 'n':
		return s.errorf("not %s", what)
	default:
		return s.unexpected("looking for beginning of value")
	}
}

// separated goes past a comma, of which there is none before the first, or past
// the end.
func (s *scanner) separated(end byte, first bool, after string) (done bool, err error) {
	switch c := s.next(); {
	case c == end:
		s.at++
		return true, nil
	case first:
		return false, nil
	case c != ',':
		return false, s.unexpected("after " + after)
	default:
		s.at++
		return false, nil
	}
}

// piece reads something as a whole.
func (s *scanner) piece(read func(*scanner) (node, error)) (node, error) {
	s.from, s.keeping, s.depth = s.at, true, 0
	s.members, s.open = s.members[:0], s.open[:0]
	n, err := read(s)
	s.keeping = false
	return n, err
}

func (s *scanner) key() (node, error) {
	if s.next() != '"' {
		return node{}, s.unexpected("looking for beginning of object key string")
	}
	return s.quoted()
}

// value reads a value of any kind.
func (s *scanner) value() (node, error) {
	c := s.next()
	n := node{in: s, line: s.line, start: s.at - s.from, kind: c}
	var err error
	switch {
	case c == '{' || c == '[':
		return s.container(n)
	case c == '"':
		return s.quoted()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = '0'
		err = s.number()
	case c == 't':
		err = s.literal("true")
	case c == 'f':
		err = s.literal("false")
	case c == 'n':
		err = s.literal("null")
	default:
		err = s.unexpected("looking for beginning of value")
	}
	n.end = s.at - s.from
	return n, err
}

// maxDepth is that of encoding/json.
const maxDepth = 10000

// container reads an object or a list.
func (s *scanner) container(n node) (node, error) {
	if s.depth++; s.depth > maxDepth {
		return n, s.errorf("values nest deeper than %d levels", maxDepth)
	}
	s.at++
	end, after := byte('}'), "object key:value pair"
	if n.kind == '[' {
		end, after = ']', "array element"
	}
	base := len(s.open)
	for first := true; ; first = false {
		done, err := s.separated(end, first, after)
		if err != nil {
			return n, err
		}
		if done {
			break
		}
		var m member
		if n.kind == '{' {
			name, err := s.key()
			if err != nil {
				return n, err
			}
			m.name = name.name()
			if err := s.expect(':', "after object key"); err != nil {
				return n, err
			}
		}
		if m.node, err = s.value(); err != nil {
			return n, err
		}
		s.open = append(s.open, m)
	}
	s.depth--
	n.first, n.n, n.end = len(s.members), len(s.open)-base, s.at-s.from
	s.members = append(s.members, s.open[base:]...)
	s.open = s.open[:base]
	return n, nil
}

// quoted reads a string.
func (s *scanner) quoted() (node, error) {
	n := node{in: s, line: s.line, start: s.at - s.from, kind: '"'}
	s.at++
	for {
		switch c := s.peek(); {
		case c == '"':
			s.at++
			n.end = s.at - s.from
			if !utf8.Valid(n.raw()) {
				return n, n.errorf("the text is not UTF-8")
			}
			return n, nil
		case c == '\\':
			s.at++
			if err := s.escape(); err != nil {
				return n, err
			}
		case c < ' ':
			return n, s.unexpected("in string literal")
		default:
			s.at++
		}
	}
}

// escape reads what follows a backslash.
func (s *scanner) escape() error {
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at++
		return nil
	case 'u':
		s.at++
		for range 4 {
			switch c := s.peek(); {
			case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
				s.at++
			default:
				return s.unexpected("in \\u hexadecimal character escape")
			}
		}
		return nil
	default:
		return s.unexpected("in string escape code")
	}
}

func (s *scanner) literal(word string) error {
	for i := range len(word) {
		if s.peek() != word[i] {
			return s.unexpected("in literal " + word)
		}
		s.at++
	}
	return nil
}

func (s *scanner) number() error {
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else if err := s.digits("in numeric literal"); err != nil {
		return err
	}
	if s.peek() == '.' {
		s.at++
		if err := s.digits("after decimal point in numeric literal"); err != nil {
			return err
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		return s.digits("in exponent of numeric literal")
	}
	return nil
}

// digits reads one digit or more.
func (s *scanner) digits(where string) error {
	if c := s.peek(); c < '0' || c > '9' {
		return s.unexpected(where)
	}
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.at++
	}
	return nil
}
