package memory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A node is a piece of JSON that knows its place in the text. Its value is
// nil, a bool, a json.Number, a string, a []node or a []member.
type node struct {
	line  int
	raw   []byte
	value any
}

// A member is one of an object, which may have several of one name.
type member struct {
	name string
	node
}

// errorf returns an error that names the line.
func (n node) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", n.line, fmt.Errorf(format, args...))
}

// members returns what an object holds, each name once.
func (n node) members() ([]member, error) {
	members, ok := n.value.([]member)
	if !ok {
		return nil, n.errorf("not an object")
	}
	seen := make(map[string]bool, len(members))
	for _, m := range members {
		if seen[m.name] {
			return nil, m.errorf("a name is there twice")
		}
		seen[m.name] = true
	}
	return members, nil
}

// fields returns what an object holds that may have these names and no others.
func (n node) fields(names ...string) (map[string]node, error) {
	members, err := n.members()
	if err != nil {
		return nil, err
	}
	fields := make(map[string]node, len(members))
	for _, m := range members {
		if !slices.Contains(names, m.name) {
			return nil, m.errorf("there is an unknown field: known are %s", strings.Join(names, ", "))
		}
		fields[m.name] = m.node
	}
	return fields, nil
}

// each calls f for each element of a list. Errors say which one it was of.
func (n node) each(what string, f func(node) error) error {
	list, ok := n.value.([]node)
	if !ok {
		return n.errorf("not a list")
	}
	for i, element := range list {
		if err := f(element); err != nil {
			return fmt.Errorf("%s, number %d: %w", what, i+1, err)
		}
	}
	return nil
}

// integer returns a number from 1 to most.
func (n node) integer(what string, most int) (int, error) {
	number, _ := n.value.(json.Number)
	i, err := strconv.Atoi(number.String())
	if err != nil || i < 1 || i > most {
		return 0, n.errorf("%s is not an integer from 1 to %d", what, most)
	}
	return i, nil
}

// parse returns the tree of a JSON text.
func parse(text []byte) (node, error) {
	line := 0
	for l := range bytes.Lines(text) {
		if line++; !utf8.Valid(l) {
			return node{}, node{line: line}.errorf("the text is not UTF-8")
		}
	}
	var raw json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		syntax, _ := errors.AsType[*json.SyntaxError](err)
		at := node{line: 1 + bytes.Count(text[:syntax.Offset], []byte("\n"))}
		return node{}, at.errorf("%w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	p := parser{text: text, decoder: decoder, line: 1}
	return p.node(), nil
}

// A parser goes through a text that is known to be JSON, so that no token
// fails.
type parser struct {
	text    []byte
	decoder *json.Decoder
	offset  int // of where line begins to count
	line    int
}

func (p *parser) node() node {
	start := int(p.decoder.InputOffset())
	start += len(p.text[start:]) - len(bytes.TrimLeft(p.text[start:], " \t\r\n,:"))
	p.line += bytes.Count(p.text[p.offset:start], []byte("\n"))
	p.offset = start
	n := node{line: p.line}
	token, _ := p.decoder.Token()
	switch token {
	case json.Delim('['):
		list := []node{}
		for p.decoder.More() {
			list = append(list, p.node())
		}
		_, _ = p.decoder.Token()
		n.value = list
	case json.Delim('{'):
		object := []member{}
		for p.decoder.More() {
			name, _ := p.decoder.Token()
			text, _ := name.(string)
			object = append(object, member{text, p.node()})
		}
		_, _ = p.decoder.Token()
		n.value = object
	default:
		n.value = token
	}
	n.raw = p.text[start:p.decoder.InputOffset()]
	return n
}
