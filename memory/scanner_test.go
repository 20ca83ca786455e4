package memory

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// plain returns the value of a node as encoding/json would.
func plain(n node) any {
	switch n.kind {
	case '{':
		m := map[string]any{}
		for _, member := range n.members() {
			m[member.name] = plain(member.node)
		}
		return m
	case '[':
		list := []any{}
		for _, element := range n.members() {
			list = append(list, plain(element.node))
		}
		return list
	case '"':
		return n.str()
	case '0':
		return json.Number(n.raw())
	case 'n':
		return nil
	default:
		return n.kind == 't'
	}
}

func FuzzTheScannerReadsWhatEncodingJSONReads(f *testing.F) {
	for _, text := range []string{
		``, ` `, `{}`, `[]`, `{"a":1,"a":[true,false,null]}`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{,}`, `nul`, `nulls`, `truE`,
		`-`, `-0`, `01`, `1.`, `.5`, `1e`, `1e+`, `1E-7`, `-1.25e10`, `"`, `"\`, `"\u12`, `"\u12G4"`, `"\ud83d\ude00"`, `"\ud83d"`,
		"\"\n\"", "\"\x00\"", "\"\x7f\"", "\"\xff\"", "\"ü\u2028\"", `"\"\\\/\b\f\n\r\t"`, `"\x"`, "[1\n,\t2\r]", `{} {}`, `1 2`, "\ufeff{}", "\x00",
		strings.Repeat("[", 50) + strings.Repeat("]", 50), `{"a":{"b":[{"c":{}},[[]]]}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var want any
		valid := json.Valid(text) && utf8.Valid(text)
		if valid {
			if err := decoder.Decode(&want); err != nil {
				t.Skip() // deeper than both go
			}
		}
		for name, r := range map[string]io.Reader{
			"at once": bytes.NewReader(text), "byte by byte": iotest.OneByteReader(bytes.NewReader(text)),
			"with the end": iotest.DataErrReader(bytes.NewReader(text)),
		} {
			s := newScanner(r)
			n, err := s.piece((*scanner).value)
			var got any
			if err == nil {
				got = plain(n)
				err = s.finish()
			}
			if (err == nil) != valid {
				t.Fatalf("%s: %q: %v, valid %v", name, text, err, valid)
			}
			if !valid {
				continue
			}
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(want)
			if !bytes.Equal(a, b) {
				t.Fatalf("%s: %q became %s, want %s", name, text, a, b)
			}
		}
	})
}
