package posix

import (
	"strings"
	"testing"
)

// TestMatch has what glibc answers.
func TestMatch(t *testing.T) {
	const refused = -1
	for _, tc := range []struct {
		pattern string
		flags   int
		text    string
		want    int
	}{
		{"", 0, "abc", 1},
		{"b", 0, "abc", 1},
		{"^b", 0, "abc", 0},
		{"c$", 0, "abc", 1},
		{"a|z", 0, "abc", 0},
		{"a|z", Extended, "abc", 1},
		{`a\|z`, 0, "abc", 1},
		{"a+", 0, "aa", 0},
		{`a\+`, 0, "aa", 1},
		{"ABC", IgnoreCase, "xabcx", 1},
		{`\a`, IgnoreCase, "a", 0}, // an escaped letter is not folded
		{"[a-c]", IgnoreCase, "B", 1},
		{"[Z-a]", IgnoreCase, "B", refused},
		{"[[:upper:]]", IgnoreCase, "b", 1},
		{"[[:upper:]]", 0, "b", 0},
		{"a.c", 0, "a\nc", 1},
		{"a.c", NewLine, "a\nc", 0},
		{"^b$", 0, "a\nb\nc", 0},
		{"^b$", NewLine, "a\nb\nc", 1},
		{"[^a]", NewLine, "a\n", 0},
		{`\W`, NewLine, "a\n", 1},
		{"x$.", 0, "x$y", 1},
		{"x$.", Extended, "x\ny", 1}, // ends of lines within a match
		{"x\n^y", 0, "x\ny", 0},
		{"x\n^y", Extended, "x\ny", 1},
		{"x$", 0, "x\ny", 0},
		{"^*a", 0, "*a", 1},
		{"^*a", Extended, "*a", refused},
		{"*", 0, "*", 1},
		{"*", Extended, "*", refused},
		{"a**", 0, "a", refused},
		{"a**", Extended, "a", 1},
		{"^^a", 0, "^a", 1},
		{"(", Extended, "(", refused},
		{"(", 0, "(", 1},
		{")", Extended, ")", 1},
		{`\)`, 0, ")", refused},
		{"()", Extended, "", 1},
		{"a||b", Extended, "x", 1},
		{"a{2}", Extended, "aa", 1},
		{"a{2}", Extended, "a", 0},
		{"a{,2}", Extended, "b", 1},
		{"a{2,1}", Extended, "a", refused},
		{"a{1", Extended, "a", refused},
		{"a{x}", Extended, "a", refused},
		{"a{99999}", Extended, "a", refused},
		{`a\{1,2\}`, 0, "a", 1},
		{"[", 0, "[", refused},
		{"[]", 0, "]", refused},
		{"[]a]", 0, "]", 1},
		{"[^]a]", 0, "]", 0},
		{"[a-]", 0, "-", 1},
		{"[--a]", 0, "0", 1},
		{"[a-b-c]", 0, "a", refused},
		{"[b-a]", 0, "a", refused},
		{"[[:foo:]]", 0, "a", refused},
		{"[[.a.]]", 0, "a", 1},
		{"[[.space.]]", 0, " ", refused},
		{"[[=a=]]", 0, "a", 1},
		{`[\n]`, 0, "\\", 1},
		{`\`, 0, "a", refused},
		{`\d`, Extended, "5", 0},
		{`\w+`, Extended, "_", 1},
		{`\s`, 0, "\v", 1},
		{`\<b`, 0, "a b", 1},
		{`\<b`, 0, "ab", 0},
		{`b\>`, 0, "ab c", 1},
		{`\bb`, 0, "ab", 0},
		{`\Bb`, 0, "ab", 1},
		{"\\`b", NewLine, "a\nb", 0},
		{`\(a\)\1`, 0, "aa", 1},
		{`\(a\)\1`, 0, "ab", 0},
		{`(a|b)*c\1`, Extended, "abcb", 1},
		{`(a)|\1`, Extended, "a", refused},
		{`\1`, 0, "a", refused},
		{"é", 0, "é", 1},
		{"^..$", 0, "é", 1}, // bytes
		{"b", 0, "a\x00b", 0},
		{"a\x00[", 0, "a", 1},
	} {
		re, err := Compile(tc.pattern, tc.flags)
		got := refused
		if err == nil {
			got = 0
			if re.Match(tc.text) {
				got = 1
			}
		}
		if got != tc.want {
			t.Errorf("%q, flags %d, on %q: %d (%v), want %d", tc.pattern, tc.flags, tc.text, got, err, tc.want)
		}
	}
}

// None of these takes long, which a test that does not end shows.
func TestPatternsThatTakeLong(*testing.T) {
	text := strings.Repeat("a", 2000)
	for _, pattern := range []string{
		"(a*)*b", "(a|a)*b", "(a?){1000}a{1000}b", "((a{100}){100}){100}", "((()){32767}){32767}", strings.Repeat("(", 10000),
		strings.Repeat("(a", 200) + strings.Repeat(")*", 200), "a" + strings.Repeat("*", 10000), `(a*)*\1b`, `(a*)(a*)(a*)\1\2\3b`,
		strings.Repeat("[[:alpha:]]{1,100}", 100),
	} {
		if re, err := Compile(pattern, Extended); err == nil {
			re.Match(text)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("^a(b|c)*[[:digit:]]$", 1, "abc1")
	f.Add(`\(a\)\1`, 0, "aa")
	f.Fuzz(func(_ *testing.T, pattern string, flags int, text string) {
		if re, err := Compile(pattern, flags); err == nil {
			re.Match(text)
		}
	})
}

// A filter is evaluated while others wait for the record.
func TestAMatchEnds(t *testing.T) {
	r, err := Compile("a{1,200}b", Extended)
	if err != nil {
		t.Fatal(err)
	}
	r.limit = 100_000
	for text, want := range map[string]bool{
		strings.Repeat("a", 100) + "b":  true,
		strings.Repeat("a", 1000) + "b": false, // after too many steps
	} {
		if got := r.Match(text); got != want {
			t.Errorf("%d bytes: %v, want %v", len(text), got, want)
		}
	}
}
