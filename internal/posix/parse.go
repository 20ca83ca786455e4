// Package posix matches POSIX regular expressions as a server does: those of glibc in
// the C locale, in which a character is a byte.
package posix

import (
	"errors"
	"strings"
)

// The flags, as the server takes them, which are glibc's. Clients name the last the other
// way round. Others are ignored.
const (
	Extended   = 1 // the extended syntax, else the basic one
	IgnoreCase = 2
	NewLine    = 4 // lines are matched: ^ and $ at their ends, and no newline by . or [^
	NoSub      = 8 // no difference to whether a text matches
)

// A node is a part of a pattern.
type node struct {
	kind     kind
	set      *set    // of a character
	subs     []*node // of a sequence, an alternative, a group or a repetition
	min, max int     // of a repetition; max is -1 for any number
	n        int     // of a group or a back reference
	at       assertion
}

type kind uint8

const (
	empty kind = iota
	char
	sequence
	alternative
	repetition
	group
	backReference
	anchor
)

type assertion uint8

const (
	lineStart assertion = iota
	lineEnd
	textStart
	textEnd
	wordStart
	wordEnd
	wordEdge
	noWordEdge
)

// A set is a set of bytes.
type set [4]uint64

func (s *set) has(c byte) bool { return s[c>>6]&(1<<(c&63)) != 0 }
func (s *set) add(c byte)      { s[c>>6] |= 1 << (c & 63) }

func (s *set) addRange(from, to byte) {
	for c := from; c < to; c++ {
		s.add(c)
	}
	if from <= to {
		s.add(to)
	}
}

func (s *set) invert() {
	for i := range s {
		s[i] = ^s[i]
	}
}

type token uint8

const (
	end token = iota
	literal
	anyChar
	open
	closing
	bar
	star
	plus
	question
	openBrace
	closeBrace
	bracket
	caret
	dollar
	backslash // at the end of the pattern
	escape    // a class or an assertion of GNU
	reference
)

type parser struct {
	text     string
	at       int // behind the token
	extended bool
	fold     bool
	newline  bool

	token token
	c     byte // of the token

	groups    int
	completed [10]bool // the groups that a back reference may mean
	refers    bool
	depth     int
}

var (
	errRepeat  = errors.New("the regular expression repeats nothing")
	errParens  = errors.New("the regular expression has parentheses without a match")
	errBracket = errors.New("the regular expression has a bracket expression that does not end")
	errRange   = errors.New("the regular expression has a range that does not go upwards")
	errClass   = errors.New("the regular expression has an unknown class of characters")
	errBraces  = errors.New("the regular expression has a repetition that is none")
	errEscape  = errors.New("the regular expression ends with a backslash")
	errRefer   = errors.New("the regular expression refers back to a group that it does not have")
	errBig     = errors.New("the regular expression is too big")
)

// maxRepeat is how often a repetition may repeat.
const maxRepeat = 0x7fff

// maxGroups is how deep groups may nest.
const maxGroups = 250

func parse(pattern string, flags int) (*node, *parser, error) {
	if i := strings.IndexByte(pattern, 0); i >= 0 {
		pattern = pattern[:i]
	}
	p := &parser{
		text: pattern, extended: flags&Extended != 0, fold: flags&IgnoreCase != 0, newline: flags&NewLine != 0,
	}
	p.next(true)
	n, err := p.alternatives(0)
	if err != nil {
		return nil, nil, err
	}
	return n, p, nil
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// next reads a token. Whether a caret is an anchor depends on what is before it.
func (p *parser) next(caretAnchors bool) {
	if p.at >= len(p.text) {
		p.token, p.c = end, 0
		return
	}
	raw := p.text[p.at]
	c := raw
	if p.fold {
		c = upper(c)
	}
	start := p.at
	p.at++
	p.token, p.c = literal, c
	if c == '\\' {
		p.escaped()
		return
	}
	switch c {
	case '*':
		p.token = star
	case '.':
		p.token = anyChar
	case '[':
		p.token = bracket
	case '^':
		if p.extended || caretAnchors || start == 0 {
			p.token = caret
		}
	case '$':
		if p.extended || p.at == len(p.text) || strings.HasPrefix(p.text[p.at:], `\)`) || strings.HasPrefix(p.text[p.at:], `\|`) {
			p.token = dollar
		}
	case '+', '?', '{', '}', '(', ')', '|':
		if p.extended {
			p.token = special[c]
		}
	}
}

var special = map[byte]token{'+': plus, '?': question, '{': openBrace, '}': closeBrace, '(': open, ')': closing, '|': bar}

func (p *parser) escaped() {
	if p.at >= len(p.text) {
		p.token = backslash
		return
	}
	p.c = p.text[p.at] // in the case in which it stands
	p.at++
	switch p.c {
	case '+', '?', '{', '}', '(', ')', '|':
		if !p.extended {
			p.token = special[p.c]
		}
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		p.token = reference
	case 'w', 'W', 's', 'S', 'b', 'B', '<', '>', '`', '\'':
		p.token = escape
	}
}

func (p *parser) alternatives(nest int) (*node, error) {
	before := p.completed // a branch cannot refer to groups of another
	first, err := p.branch(nest)
	if err != nil || p.token != bar {
		return first, err
	}
	all := &node{kind: alternative, subs: []*node{first}}
	for p.token == bar {
		p.next(true)
		done := p.completed
		p.completed = before
		b, err := p.branch(nest)
		if err != nil {
			return nil, err
		}
		for i := range done {
			p.completed[i] = p.completed[i] || done[i]
		}
		all.subs = append(all.subs, b)
	}
	return all, nil
}

func (p *parser) branch(nest int) (*node, error) {
	all := &node{kind: sequence}
	for p.token != bar && p.token != end && (nest == 0 || p.token != closing) {
		n, err := p.expression(nest)
		if err != nil {
			return nil, err
		}
		all.subs = append(all.subs, n)
	}
	switch len(all.subs) {
	case 0:
		return &node{kind: empty}, nil
	case 1:
		return all.subs[0], nil
	}
	return all, nil
}

func (p *parser) expression(nest int) (*node, error) {
	var n *node
	switch p.token {
	case literal, closeBrace:
		n = p.literal()
	case closing:
		if !p.extended {
			return nil, errParens
		}
		n = p.literal()
	case star, plus, question:
		if p.extended {
			return nil, errRepeat
		}
		n = p.literal()
	case openBrace:
		return nil, errRepeat
	case anyChar:
		n = &node{kind: char, set: &set{}}
		n.set.invert()
		n.set[0] &^= 1
		if p.newline {
			n.set[0] &^= 1 << '\n'
		}
	case bracket:
		s, err := p.bracket()
		if err != nil {
			return nil, err
		}
		n = &node{kind: char, set: s}
	case caret, dollar:
		n = &node{kind: anchor, at: lineStart}
		if p.token == dollar {
			n.at = lineEnd
		}
		p.next(false)
		return n, nil // which no repetition follows
	case escape:
		n = p.gnu()
		if n.kind == anchor {
			p.next(false)
			return n, nil
		}
	case reference:
		i := int(p.c - '0')
		if !p.completed[i] {
			return nil, errRefer
		}
		p.refers = true
		n = &node{kind: backReference, n: i}
	case backslash:
		return nil, errEscape
	case open:
		if p.depth++; p.depth > maxGroups {
			return nil, errBig
		}
		p.groups++
		i := p.groups
		p.next(true)
		sub, err := p.alternatives(nest + 1)
		if err != nil {
			return nil, err
		}
		if p.token != closing {
			return nil, errParens
		}
		p.depth--
		if i < len(p.completed) {
			p.completed[i] = true
		}
		n = &node{kind: group, n: i, subs: []*node{sub}}
	}
	p.next(false)
	return p.repetitions(n)
}

func (p *parser) literal() *node {
	n := &node{kind: char, set: &set{}}
	n.set.add(p.c)
	return n
}

// repetitions reads what follows a part that can be repeated.
func (p *parser) repetitions(n *node) (*node, error) {
	for range maxGroups {
		r := &node{kind: repetition, subs: []*node{n}, max: -1}
		switch p.token {
		case star:
		case plus:
			r.min = 1
		case question:
			r.max = 1
		case openBrace:
			var err error
			if r.min, r.max, err = p.braces(); err != nil {
				return nil, err
			}
		default:
			return n, nil
		}
		p.next(false)
		n = r
		if !p.extended && (p.token == star || p.token == openBrace) {
			return nil, errRepeat
		}
	}
	return nil, errBig
}

// braces reads the bounds of a repetition.
func (p *parser) braces() (least, most int, err error) {
	number := func() int {
		n := -1
		for p.next(false); p.token == literal && '0' <= p.c && p.c <= '9'; p.next(false) {
			n = min(max(n, 0)*10+int(p.c-'0'), maxRepeat+1)
		}
		return n
	}
	least = number()
	most = least
	if p.token == literal && p.c == ',' {
		most = number()
		least = max(least, 0)
	} else if least < 0 {
		return 0, 0, errBraces
	}
	switch {
	case p.token != closeBrace, most >= 0 && least > most:
		return 0, 0, errBraces
	case max(least, most) > maxRepeat:
		return 0, 0, errBig
	}
	return least, most, nil
}

var word = func() *set {
	var s set
	s.addRange('a', 'z')
	s.addRange('A', 'Z')
	s.addRange('0', '9')
	s.add('_')
	return &s
}()

var space = func() *set {
	var s set
	s.addRange('\t', '\r')
	s.add(' ')
	return &s
}()

// gnu returns a class or an assertion that glibc adds to POSIX.
func (p *parser) gnu() *node {
	n := &node{kind: char}
	switch p.c {
	case 'w', 'W':
		n.set = word
	case 's', 'S':
		n.set = space
	case 'b':
		return &node{kind: anchor, at: wordEdge}
	case 'B':
		return &node{kind: anchor, at: noWordEdge}
	case '<':
		return &node{kind: anchor, at: wordStart}
	case '>':
		return &node{kind: anchor, at: wordEnd}
	case '`':
		return &node{kind: anchor, at: textStart}
	default:
		return &node{kind: anchor, at: textEnd}
	}
	if p.c == 'W' || p.c == 'S' {
		s := *n.set
		s.invert()
		n.set = &s
	}
	return n
}
