package posix

import "strings"

// bracket reads a bracket expression, whose [ was read.
func (p *parser) bracket() (*set, error) {
	s := &set{}
	negated := p.at < len(p.text) && p.text[p.at] == '^'
	if negated {
		p.at++
	}
	for first := true; ; first = false {
		if p.at >= len(p.text) {
			return nil, errBracket
		}
		if p.text[p.at] == ']' && !first {
			p.at++
			break
		}
		from, class, err := p.element(first)
		switch {
		case err != nil:
			return nil, err
		case class != "":
			if err := p.addClass(s, class); err != nil {
				return nil, err
			}
		}
		if p.at+1 < len(p.text) && p.text[p.at] == '-' && p.text[p.at+1] != ']' {
			p.at++
			to, ends, err := p.element(true)
			switch {
			case err != nil:
				return nil, err
			case class != "", ends != "", from > to:
				return nil, errRange
			}
			s.addRange(from, to)
			continue
		}
		if class == "" {
			s.add(from)
		}
	}
	if negated {
		s.invert()
		s[0] &^= 1 // NUL ends the text
		if p.newline {
			s[0] &^= 1 << '\n'
		}
	}
	return s, nil
}

// element reads a character or the name of a class.
func (p *parser) element(hyphen bool) (c byte, class string, err error) {
	if p.at >= len(p.text) {
		return 0, "", errBracket
	}
	c = p.text[p.at]
	if c == '[' && p.at+1 < len(p.text) && strings.IndexByte(":.=", p.text[p.at+1]) >= 0 {
		kind := p.text[p.at+1]
		name, _, ok := strings.Cut(p.text[p.at+2:], string(kind)+"]")
		if !ok {
			return 0, "", errBracket
		}
		p.at += len(name) + 4
		if kind == ':' {
			return 0, name, nil
		}
		if len(name) != 1 {
			return 0, "", errClass
		}
		c = name[0]
	} else {
		p.at++
		if c == '-' && !hyphen && (p.at >= len(p.text) || p.text[p.at] != ']') {
			return 0, "", errRange
		}
	}
	if p.fold {
		c = upper(c)
	}
	return c, "", nil
}

func (p *parser) addClass(s *set, name string) error {
	if p.fold && (name == "upper" || name == "lower") {
		name = "alpha"
	}
	switch name {
	case "alpha", "alnum":
		s.addRange('a', 'z')
		s.addRange('A', 'Z')
		if name == "alnum" {
			s.addRange('0', '9')
		}
	case "digit":
		s.addRange('0', '9')
	case "lower":
		s.addRange('a', 'z')
	case "upper":
		s.addRange('A', 'Z')
	case "space":
		for i, w := range space {
			s[i] |= w
		}
	case "blank":
		s.add(' ')
		s.add('\t')
	case "punct":
		s.addRange('!', '/')
		s.addRange(':', '@')
		s.addRange('[', '`')
		s.addRange('{', '~')
	case "print":
		s.addRange(' ', '~')
	case "graph":
		s.addRange('!', '~')
	case "cntrl":
		s.addRange(1, 0x1f)
		s.add(0x7f)
	case "xdigit":
		s.addRange('0', '9')
		s.addRange('a', 'f')
		s.addRange('A', 'F')
	default:
		return errClass
	}
	return nil
}
