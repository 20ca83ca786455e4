package posix

import (
	"strings"
	"sync"
)

// A Regexp is a compiled regular expression. It is safe for concurrent use.
type Regexp struct {
	prog    []inst
	tree    *node // of a pattern with back references, which prog cannot match
	fold    bool
	newline bool
	limit   int       // see maxThreads
	pool    sync.Pool // of *machine
}

// An inst is an instruction of an automaton.
type inst struct {
	op  op
	at  assertion
	set *set
	x   int // where it goes on
	y   int // and where else
}

type op uint8

const (
	opChar op = iota
	opSplit
	opAssert
	opJump
	opMatch
)

// maxProgram limits the instructions, and with them the time for each byte of a text.
const maxProgram = 1 << 16

// Compile returns the regular expression of a pattern. A NUL ends the pattern.
func Compile(pattern string, flags int) (*Regexp, error) {
	n, p, err := parse(pattern, flags)
	if err != nil {
		return nil, err
	}
	r := &Regexp{fold: p.fold, newline: p.newline, limit: maxThreads}
	if p.refers {
		r.tree = n
		return r, nil
	}
	if err := r.emit(n); err != nil {
		return nil, err
	}
	r.prog = append(r.prog, inst{op: opMatch})
	r.pool.New = func() any { return newMachine(len(r.prog)) }
	return r, nil
}

// emit appends the instructions of a part. They go on behind the last.
func (r *Regexp) emit(n *node) error {
	if len(r.prog) > maxProgram {
		return errBig
	}
	next := func() int { return len(r.prog) }
	switch n.kind {
	case char:
		r.prog = append(r.prog, inst{op: opChar, set: n.set, x: next() + 1})
	case anchor:
		r.prog = append(r.prog, inst{op: opAssert, at: n.at, x: next() + 1})
	case sequence, group:
		for _, sub := range n.subs {
			if err := r.emit(sub); err != nil {
				return err
			}
		}
	case alternative:
		var jumps []int
		for i, sub := range n.subs {
			split := -1
			if i < len(n.subs)-1 {
				split = next()
				r.prog = append(r.prog, inst{op: opSplit, x: split + 1})
			}
			if err := r.emit(sub); err != nil {
				return err
			}
			if split >= 0 {
				jumps = append(jumps, next())
				r.prog = append(r.prog, inst{op: opJump})
				r.prog[split].y = next()
			}
		}
		for _, j := range jumps {
			r.prog[j].x = next()
		}
	case repetition:
		return r.emitRepetition(n)
	}
	return nil
}

func (r *Regexp) emitRepetition(n *node) error {
	for range n.min {
		before := len(r.prog)
		if err := r.emit(n.subs[0]); err != nil {
			return err
		}
		if len(r.prog) == before {
			return nil // nothing, however often
		}
	}
	if n.max < 0 {
		split := len(r.prog)
		r.prog = append(r.prog, inst{op: opSplit, x: split + 1})
		if err := r.emit(n.subs[0]); err != nil {
			return err
		}
		r.prog = append(r.prog, inst{op: opJump, x: split})
		r.prog[split].y = len(r.prog)
		return nil
	}
	var splits []int
	for range n.max - n.min {
		splits = append(splits, len(r.prog))
		r.prog = append(r.prog, inst{op: opSplit, x: len(r.prog) + 1}) // which counts, should the part be empty
		if err := r.emit(n.subs[0]); err != nil {
			return err
		}
	}
	for _, s := range splits {
		r.prog[s].y = len(r.prog)
	}
	return nil
}

// Match reports whether a part of the text matches. A NUL ends the text.
func (r *Regexp) Match(text string) bool {
	if i := strings.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	if r.tree != nil {
		m := backtracker{r: r, text: text}
		return m.match()
	}
	m := r.pool.Get().(*machine)
	defer r.pool.Put(m)
	return m.match(r, text)
}

// byteAt returns a byte of the text as the pattern sees it.
func (r *Regexp) byteAt(text string, i int) byte {
	if r.fold {
		return upper(text[i])
	}
	return text[i]
}

// A machine is the state of an automaton: the instructions that may come next.
type machine struct {
	now, then threads
	stack     []thread
}

// A thread is an instruction that may come next. After a $ before a newline it must match
// that newline.
type thread struct {
	pc   int
	must bool
}

type threads struct {
	all  []int
	mark []uint32 // when an instruction was reached
	must []uint32 // and when by a thread that must match a newline
	gen  uint32
}

func newMachine(n int) *machine {
	return &machine{
		now:  threads{mark: make([]uint32, n), must: make([]uint32, n)},
		then: threads{mark: make([]uint32, n), must: make([]uint32, n)},
	}
}

func (t *threads) clear() {
	t.all = t.all[:0]
	if t.gen++; t.gen == 0 {
		clear(t.mark)
		clear(t.must)
		t.gen = 1
	}
}

// maxThreads limits the time of a match, in instructions that a character is compared
// with. A text that takes more does not match, as for [maxSteps].
const maxThreads = 1 << 26

func (m *machine) match(r *Regexp, text string) bool {
	m.now.clear()
	for i, met := 0, 0; met < r.limit; i++ {
		if m.add(r, text, i, 0, true) { // a match may begin at each byte
			return true
		}
		if i == len(text) {
			return false
		}
		m.then.clear()
		c := r.byteAt(text, i)
		now := m.now.all
		met += len(now)
		m.now, m.then = m.then, m.now
		for _, pc := range now {
			if in := &r.prog[pc]; in.set.has(c) && m.add(r, text, i+1, in.x, false) {
				return true
			}
		}
	}
	return false
}

// add adds the instructions that are reached without a character, and reports whether one
// is a match. A thread is fresh if it has matched no character yet.
//
// Within a match, glibc takes ^ after a newline and $ before one for the ends of lines
// even where lines are not matched.
func (m *machine) add(r *Regexp, text string, i, pc int, fresh bool) bool {
	m.stack = append(m.stack[:0], thread{pc, false})
	for len(m.stack) > 0 {
		t := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		reached := m.now.must[t.pc] == m.now.gen
		if m.now.mark[t.pc] == m.now.gen || t.must && reached {
			continue
		}
		if t.must {
			m.now.must[t.pc] = m.now.gen
		} else {
			m.now.mark[t.pc] = m.now.gen
		}
		switch in := &r.prog[t.pc]; in.op {
		case opMatch:
			if !t.must {
				return true
			}
		case opChar:
			if !reached {
				m.now.all = append(m.now.all, t.pc)
			}
		case opJump:
			m.stack = append(m.stack, thread{in.x, t.must})
		case opSplit:
			m.stack = append(m.stack, thread{in.y, t.must}, thread{in.x, t.must})
		case opAssert:
			switch {
			case r.holds(in.at, text, i), in.at == lineStart && !fresh && text[i-1] == '\n':
				m.stack = append(m.stack, thread{in.x, t.must})
			case in.at == lineEnd && i < len(text) && text[i] == '\n':
				m.stack = append(m.stack, thread{in.x, true})
			}
		}
	}
	return false
}

func (r *Regexp) holds(a assertion, text string, i int) bool {
	before := i > 0 && word.has(text[i-1])
	after := i < len(text) && word.has(text[i])
	switch a {
	case lineStart:
		return i == 0 || r.newline && text[i-1] == '\n'
	case lineEnd:
		return i == len(text) || r.newline && text[i] == '\n'
	case textStart:
		return i == 0
	case textEnd:
		return i == len(text)
	case wordStart:
		return !before && after
	case wordEnd:
		return before && !after
	case wordEdge:
		return before != after
	default:
		return before == after
	}
}

// A backtracker matches patterns with back references by trying.
type backtracker struct {
	r      *Regexp
	text   string
	groups [10][2]int // where they begin and end, both 0 for those that are unset
	set    [10]bool
	steps  int
}

// maxSteps limits the time of a match. A text that takes more does not match.
const maxSteps = 1 << 20

func (m *backtracker) match() bool {
	for i := 0; i <= len(m.text); i++ {
		if m.try(m.r.tree, i, 0, func(int) bool { return true }) {
			return true
		}
	}
	return false
}

// maxCalls limits how deep tries nest.
const maxCalls = 1 << 15

func (m *backtracker) try(n *node, i, depth int, then func(int) bool) bool {
	if m.steps++; m.steps > maxSteps || depth > maxCalls {
		return false
	}
	depth++
	switch n.kind {
	case empty:
		return then(i)
	case char:
		return i < len(m.text) && n.set.has(m.r.byteAt(m.text, i)) && then(i+1)
	case anchor:
		return m.r.holds(n.at, m.text, i) && then(i)
	case sequence:
		return m.sequence(n.subs, i, depth, then)
	case alternative:
		for _, sub := range n.subs {
			if m.try(sub, i, depth, then) {
				return true
			}
		}
		return false
	case group:
		if n.n >= len(m.groups) {
			return m.try(n.subs[0], i, depth, then)
		}
		old, was := m.groups[n.n], m.set[n.n]
		if m.try(n.subs[0], i, depth, func(j int) bool {
			before, had := m.groups[n.n], m.set[n.n]
			m.groups[n.n], m.set[n.n] = [2]int{i, j}, true
			if then(j) {
				return true
			}
			m.groups[n.n], m.set[n.n] = before, had
			return false
		}) {
			return true
		}
		m.groups[n.n], m.set[n.n] = old, was
		return false
	case backReference:
		if !m.set[n.n] {
			return false
		}
		g := m.groups[n.n]
		length := g[1] - g[0]
		if i+length > len(m.text) {
			return false
		}
		for k := range length {
			if m.r.byteAt(m.text, g[0]+k) != m.r.byteAt(m.text, i+k) {
				return false
			}
		}
		return then(i + length)
	default:
		return m.repeat(n, 0, i, depth, then)
	}
}

func (m *backtracker) sequence(subs []*node, i, depth int, then func(int) bool) bool {
	if len(subs) == 0 {
		return then(i)
	}
	return m.try(subs[0], i, depth, func(j int) bool { return m.sequence(subs[1:], j, depth+1, then) })
}

func (m *backtracker) repeat(n *node, times, i, depth int, then func(int) bool) bool {
	if m.steps++; m.steps > maxSteps || depth > maxCalls {
		return false
	}
	if n.max < 0 || times < n.max {
		if m.try(n.subs[0], i, depth, func(j int) bool {
			if j == i && times >= n.min {
				return false // nothing was matched: no progress
			}
			return m.repeat(n, times+1, j, depth+1, then)
		}) {
			return true
		}
	}
	return times >= n.min && then(i)
}
