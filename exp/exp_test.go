package exp

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"math"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

const program = `package p
import (
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)
type Filter exp.Bool
var _ = cdt.All
func filter(f Filter) {}
func read(string, exp.Any, ...exp.ReadFlag) {}
func write(string, exp.Any, ...exp.WriteFlag) {}
func _() { %s }
`

func TestTypicalMistakesDoNotCompile(t *testing.T) {
	compile := compiler(t)
	for _, fine := range []string{
		`filter(Filter(exp.IntBin("age").AtLeast(30)))`,
		`filter(Filter(exp.And(exp.StringBin("c").Equal("FR"), exp.ListBin("tags").Contains("vip"))))`,
		`var _ exp.Bool = exp.Greater(exp.IntBin("spent"), exp.IntBin("limit"))`,
		`var _ exp.Int = exp.Add(exp.IntBin("a"), exp.IntBin("b"), exp.IntVal(1))`,
		`var _ exp.Float = exp.Add(exp.FloatBin("a"), exp.ToFloat(exp.IntBin("b")))`,
		`var _ exp.Bool = exp.Let("x", exp.IntBin("a"), func(x exp.Int) exp.Bool { return x.Greater(3) })`,
		`var _ exp.String = exp.If(exp.BoolBin("t"), exp.StringVal("a")).ElseIf(exp.BoolBin("u"), exp.StringBin("s")).ElseUnknown()`,
		`var _ exp.Map = exp.MapBin("m").ListIn(cdt.Key("k")).Append(1)`,
		`var _ exp.List = exp.ListBin("l").MapIn(cdt.Index(0)).Put("k", 1)`,
		`var _ exp.List = exp.ListBin("l").Append(exp.IntBin("a"))`,
		`var _ exp.List = exp.MapBin("m").Get(cdt.Keys("a"), cdt.KeyOf)`,
		`var _ exp.Bool = exp.Equal(exp.ListBin("l"), exp.ListVal(1, 2))`,
		`var _ exp.Int = exp.HLLBin("h").UnionCount(exp.HLLBin("i"))`,
		`exp.MapBin("m").Exists(cdt.Not(cdt.Keys("a")))`,
		`read("x", exp.IntBin("a"), exp.EvalNoFail)`,
		`write("x", exp.IntBin("a"), exp.CreateOnly, exp.UpdateOnly, exp.AllowDelete, exp.NoFail, exp.EvalNoFail)`,
	} {
		if err := compile(fine); err != nil {
			t.Errorf("%s does not compile: %v", fine, err)
		}
	}
	for _, mistake := range []string{
		`filter(Filter(exp.IntBin("x")))`,
		`filter(Filter(exp.StringBin("x")))`,
		`var _ = exp.Bool(exp.IntBin("x"))`,
		`var _ = exp.Int(exp.FloatBin("x"))`,
		`exp.IntBin("age").Equal("30")`,
		`exp.IntBin("age").Equal(1.5)`,
		`exp.StringBin("c").Equal(1)`,
		`exp.BoolBin("t").Greater(false)`,
		`exp.GeoBin("p").Equal("x")`,
		`exp.Equal(exp.IntBin("a"), exp.StringBin("b"))`,
		`exp.Greater(exp.IntBin("a"), exp.FloatBin("b"))`,
		`exp.Greater(exp.IntBin("a"), 3)`,
		`exp.Equal(exp.GeoBin("a"), exp.GeoBin("b"))`,
		`exp.Equal(exp.HLLBin("a"), exp.HLLBin("b"))`,
		`exp.Equal(exp.Nil(), exp.Nil())`,
		`exp.And(exp.IntBin("a"), exp.BoolBin("b"))`,
		`exp.Not(exp.IntBin("a"))`,
		`exp.Add(exp.IntBin("a"), exp.FloatBin("b"))`,
		`exp.Add(exp.StringBin("a"), exp.StringBin("b"))`,
		`exp.Mod(exp.FloatBin("a"), exp.FloatBin("b"))`,
		`exp.Pow(exp.IntBin("a"), exp.IntBin("b"))`,
		`exp.ToInt(exp.IntBin("a"))`,
		`exp.IntBin("a").Matches("x")`,
		`exp.Within(exp.GeoBin("p"), exp.StringVal("{}"))`,
		`exp.If(exp.BoolBin("t"), exp.IntVal(1)).Else(exp.StringVal("x"))`,
		`exp.If(exp.IntBin("i"), exp.IntVal(1))`,
		`var _ exp.Int = exp.If(exp.BoolBin("t"), exp.IntVal(1))`,
		`exp.Let("x", exp.IntBin("a"), func(x exp.String) exp.Bool { return x.Equal("") })`,
		`exp.ListBin("l").Get(cdt.Key("a"))`,
		`exp.ListBin("l").Contains()`,
		`exp.ListBin("l").Get(cdt.Index(0), cdt.KeyOf)`,
		`exp.ListBin("l").Put("a", 1)`,
		`exp.MapBin("m").Append(1)`,
		`var _ exp.List = exp.MapBin("m").ListIn(cdt.Key("k")).Append(1)`,
		`exp.Equal(exp.MapBin("m").ListIn(cdt.Key("k")), exp.ListVal(1))`,
		`exp.MapBin("m").In(cdt.Keys("a", "b"))`,
		`exp.MapBin("m").StringAt("os")`,
		`exp.MapBin("m").GetMap(cdt.All(), cdt.Count)`,
		`exp.ListBin("l").Insert(0, 1)`,
		`exp.ListBin("l").With(cdt.CreateOnly)`,
		`exp.BytesBin("b").Bits().Count(0, 8)`,
		`exp.BytesBin("b").Bits().With(cdt.AllowFold)`,
		`exp.HLLBin("h").Union(exp.MapBin("m"))`,
		`exp.HLLBin("h").Bits()`,
		`read("x", exp.IntBin("a"), exp.CreateOnly)`,
		`read("x", exp.IntBin("a"), exp.UpdateOnly)`,
		`read("x", exp.IntBin("a"), exp.AllowDelete)`,
		`read("x", exp.IntBin("a"), exp.NoFail)`,
		`read("x", exp.IntBin("a"), cdt.NoFail)`,
		`write("x", exp.IntBin("a"), cdt.CreateOnly)`,
		`write("x", exp.IntBin("a"), 16)`,
		`read("x", 1)`,
		`write("x", "a")`,
	} {
		if compile(mistake) == nil {
			t.Errorf("%s compiles", mistake)
		}
	}
}

// compiler returns a function that checks the types of statements.
func compiler(t *testing.T) func(string) error {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiled := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		compiled[path] = file
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(compiled[path]) })
	return func(statements string) error {
		file, err := parser.ParseFile(fset, "p.go", fmt.Sprintf(program, statements), 0)
		if err != nil {
			t.Fatalf("%s: %v", statements, err)
		}
		config := types.Config{Importer: imports}
		_, err = config.Check("p", fset, []*ast.File{file}, nil)
		return err
	}
}

func TestTextOfExpressions(t *testing.T) {
	for _, tc := range []struct {
		e              Any
		source, hidden string
	}{
		{
			And(IntBin("age").AtLeast(30), StringBin("country").Equal("FR"), ListBin("tags").Contains("vip")),
			`age >= 30 && country == "FR" && tags.exists(value "vip")`, `age >= ? && country == ? && tags.exists(value ?)`,
		},
		{Or(And(BoolBin("a"), BoolBin("b")), Not(BoolBin("c"))), "a && b || !c", "a && b || !c"},
		{And(Or(BoolBin("a"), BoolBin("b")), BoolBin("c")), "(a || b) && c", "(a || b) && c"},
		{Multiply(Add(IntBin("a"), IntVal(40)), IntBin("b")), "(a + 40) * b", "(a + ?) * b"},
		{Subtract(IntBin("a"), Subtract(IntBin("b"), IntBin("c"))), "a - (b - c)", "a - (b - c)"},
		{Subtract(IntBin("a")), "-a", "-a"},
		{MapBin("profile").StringAt(cdt.Key("devices"), cdt.Key("os")).Equal("iOS"), `profile["devices"]["os"] == "iOS"`, `profile[?][?] == ?`},
		{MapBin("m").ListIn(cdt.Key("k"), cdt.Index(2)).Append("x"), `m["k"][2].append("x")`, `m[?][?].append(?)`},
		{Let("x", IntBin("a"), func(x Int) Bool { return x.Greater(3) }), "let $x = a in $x > 3", "let $x = a in $x > ?"},
		{If(BoolBin("t"), IntVal(1)).Else(IntVal(2)), "if t { 1 } else { 2 }", "if t { ? } else { ? }"},
		{BinExists("b"), "exists(b)", "exists(b)"},
		{IntBin("a b").Less(0), `bin("a b") < 0`, `bin("a b") < ?`},
		{StringBin("s").Matches("^a", Extended, IgnoreCase), `s.matches("^a", extended, ignoring case)`, `s.matches(?, extended, ignoring case)`},
		{GeoBin("p").Within(`{}`), `within(p, geo"{}")`, `within(p, ?)`},
		{ListBin("l").Get(cdt.Not(cdt.Ranks(-10, 10)), cdt.IndexOf), `l.get(not ranks -10, 10; indexes)`, `l.get(not ranks ?, ?; indexes)`},
		{BytesBin("b").Bits().Count(IntVal(0), IntVal(8)).Equal(3), `b.bits.count(0, 8) == 3`, `b.bits.count(?, ?) == ?`},
		{HLLBin("h").Add(ListVal(1, "x")), `h.add([1, "x"], -1, -1)`, `h.add(?, ?, ?)`},
		{TTL().Less(60), "ttl() < 60", "ttl() < ?"},
		{DigestModulo(10).Equal(3), "digestModulo(10) == 3", "digestModulo(?) == ?"},
		{MapVal([]value.MapPair{{Key: "k", Value: []byte{1, 255}}}), `{"k": 0x01ff}`, "?"},
		{Int{}, "<nothing>", "<nothing>"},
		{List{}, "<nothing>", "<nothing>"},
	} {
		if got := tc.e.Source(); got != tc.source {
			t.Errorf("Source is %s, want %s", got, tc.source)
		}
		if got := tc.e.String(); got != tc.hidden {
			t.Errorf("String is %s, want %s", got, tc.hidden)
		}
	}
}

func TestTextHidesEveryLiteral(t *testing.T) {
	const secret = "s3cret"
	key := cdt.Key(secret)
	for _, e := range []Any{
		StringBin("b").Equal(secret), StringBin("b").Matches(secret), BytesBin("b").Equal([]byte(secret)), GeoBin("b").Within(secret),
		ListBin("b").Append(secret), ListBin("b").Append(secret, secret), ListBin("b").Remove(cdt.Between(secret, secret)),
		ListBin("b").In(cdt.Value(secret)).Size(), MapBin("b").Put(secret, secret), MapBin("b").In(key).Size(), MapBin("b").StringAt(key, key),
		MapBin("b").Get(cdt.Keys(secret)), MapBin("b").In(key.Create(cdt.KeyOrdered)).Put(1, 2), ListVal(secret), MapVal(map[string]any{secret: secret}),
		HLLBin("b").Add(ListVal(secret)), If(BoolBin("t"), StringVal(secret)).ElseUnknown(), MapBin("b").Get(IndexesNear(secret, IntVal(1))),
		Let("x", StringVal(secret), func(x String) Bool { return x.Equal(secret) }),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, e); strings.Contains(text, secret) || strings.Contains(text, "115, 51") {
				t.Errorf("%s shows the literal in %s", verb, text)
			}
		}
		if !strings.Contains(e.Source(), secret) && !strings.Contains(e.Source(), "733363") {
			t.Errorf("Source %s does not show the literal", e.Source())
		}
	}
}

func TestLiteralsAreCopied(t *testing.T) {
	blob, list, m := []byte{1}, []any{[]any{1}}, map[any]any{"k": []any{1}}
	pairs := []value.MapPair{{Key: "k", Value: []any{1}}}
	steps := []cdt.Step{cdt.Key("a"), cdt.Key("b")}
	expressions := []Any{
		BytesVal(blob), BytesBin("b").Equal(blob), ListVal(list...), ListVal(blob), MapVal(m), MapVal(pairs), ListBin("l").Append(list...), ListBin("l").Append(blob),
		MapBin("m").Put(blob, list), ListBin("l").Contains(list), MapBin("m").IntAt(cdt.Key("x"), steps...), MapBin("m").In(steps...).Size(),
		ListBin("l").Equal(list...),
	}
	var before []string
	for _, e := range expressions {
		before = append(before, e.Source())
	}
	blob[0], list[0].([]any)[0], m["k"].([]any)[0], pairs[0].Key, pairs[0].Value.([]any)[0], steps[0] = 9, 9, 9, "z", 9, cdt.Key("z")
	for i, e := range expressions {
		if e.Source() != before[i] {
			t.Errorf("%s became %s", before[i], e.Source())
		}
	}
}

func TestWhatNoServerTakesIsRefused(t *testing.T) {
	type private struct{ X int }
	for _, tc := range []struct {
		e   Any
		why string
	}{
		{nil, "no expression"},
		{(*Int)(nil), "no expression"},
		{ListBin("l").Append((*Int)(nil)), "zero value"},
		{Int{}, "zero value"},
		{List{}, "zero value"},
		{Int{}.Equal(3), "zero value"},
		{And(BoolBin("a"), Bool{}), "zero value"},
		{Add(IntBin("a"), Int{}), "zero value"},
		{ListBin("l").Get(cdt.Many{}), "nothing is selected"},
		{ListBin("l").Get(nil), "nothing is selected"},
		{MapBin("m").Remove(nil), "nothing is selected"},
		{MapBin("m").In(nil).Size(), "selects nothing"},
		{MapBin("m").IntAt(nil), "selects nothing"},
		{ListBin("l").Append(private{}), "cannot be stored"},
		{ListVal(uint64(math.MaxUint64)), "cannot be stored"},
		{ListVal(IntBin("a")), "cannot be stored"},
		{MapVal(map[float64]int{1: 1}), "key"},
		{MapVal(3), "entries of a map"},
		{MapBin("m").Put(private{}, 1), "cannot be stored"},
		{ListBin("l").IntAt(cdt.Value(1)), "several"},
		{ListBin("l").IntAt(cdt.Index(0).Create(cdt.Ordered)), "creates"},
		{ListBin("l").IntAt(cdt.Key("a")), "entry of a map"},
		{ListBin("l").In(cdt.Key("a")).Size(), "enters a map"},
		{MapBin("m").In(cdt.Index(0)).Size(), "InMap"},
		{MapBin("m").In(cdt.Value(&private{}).InMap()).Size(), "step of a path"},
		{MapBin("m").In(cdt.Key(IntBin("a"))).Size(), "step of a path"},
		{ListBin("l").In(Index(IntBin("a"))).Size(), "step of a path"},
		{ListBin("l").Get(cdt.All(), cdt.Count), "use Count"},
		{ListBin("l").Place(cdt.Index(0), cdt.Count), "index or a rank"},
		{ListBin("l").Get(cdt.Indexes(0, -1)), "negative"},
		{MapBin("m").Get(cdt.Not(cdt.Keys())), "inverted"},
		{ListBin("l").Get(cdt.Not(Index(IntBin("a")))), "inverted"},
		{DigestModulo(0), "modulo"},
		{DigestModulo(1 << 32), "modulo"},
		{IntBin("sixteen_letters_"), "longer than 15"},
		{BinExists("sixteen_letters_"), "longer than 15"},
		{Let("", IntVal(1), func(x Int) Int { return x }), "begins with a letter"},
		{Let("_x", IntVal(1), func(x Int) Int { return x }), "begins with a letter"},
		{Let("1x", IntVal(1), func(x Int) Int { return x }), "name of a variable"},
		{Let("a b", IntVal(1), func(x Int) Int { return x }), "name of a variable"},
		{Let("x", IntVal(1), func(Int) Int { return Let("x", IntVal(2), func(y Int) Int { return y }) }), "twice"},
		{BytesBin("b").Bits().With(cdt.Partial).ShiftLeft(IntVal(8), IntVal(8), IntVal(8)), "shifted"},
		{BytesBin("b").Bits().With(cdt.Partial).Or(IntBin("n"), IntVal(8), BytesVal([]byte{1})), "combined"},
		{HLLBin("h").Union(nil), "no other"},
		{nested(400), "deep"},
	} {
		b, err := Encode(tc.e)
		if err == nil || !strings.Contains(err.Error(), tc.why) {
			t.Errorf("%v is encoded as %x (%v), want an error with %q", tc.e, b, err, tc.why)
		}
	}
	var x Int
	Let("x", IntVal(1), func(y Int) Int { x = y; return y })
	if _, err := Encode(x); err == nil || !strings.Contains(err.Error(), "no variable") {
		t.Errorf("a variable outside of its let is encoded (%v)", err)
	}
}

func nested(depth int) Bool {
	e := BoolBin("a")
	for range depth {
		e = Not(e)
	}
	return e
}

func TestDivisionsAreGuarded(t *testing.T) {
	for _, tc := range []struct {
		e    Int
		want string
	}{
		{Divide(IntBin("a"), IntVal(2)), "a / 2"},
		{Divide(IntVal(7), IntBin("a")), "7 / a"},
		{Divide(IntBin("a")), "1 / a"},
		{Divide(IntBin("a"), IntBin("b")), "if b == -1 { -a } else { a / b }"},
		{Divide(IntVal(math.MinInt), IntVal(-1)), "-(-9223372036854775808)"},
		{Mod(IntBin("a"), IntVal(-1)), "a % 1"},
		{Mod(IntBin("a"), IntVal(10)), "a % 10"},
		{Mod(IntBin("a"), IntBin("b")), "a % if b == -1 { 1 } else { b }"},
		{Mod(IntBin("a"), Abs(IntBin("b"))), "let $_m1 = abs(b) in a % if $_m1 == -1 { 1 } else { $_m1 }"},
	} {
		if tc.e.Source() != tc.want {
			t.Errorf("%s, want %s", tc.e.Source(), tc.want)
		}
	}
	if _, err := Encode(Divide(Divide(Abs(IntBin("a")), Abs(IntBin("b"))), Mod(IntBin("c"), Abs(IntBin("d"))))); err != nil {
		t.Error(err)
	}
}

func TestDecodeReturnsWhatWasEncoded(t *testing.T) {
	e := And(IntBin("age").AtLeast(30), MapBin("m").Exists(cdt.Key("k")))
	text, err := EncodeBase64(e)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := DecodeBase64[Bool](text)
	if err != nil || decoded.Source() != e.Source() {
		t.Errorf("%s became %s (%v)", e.Source(), decoded.Source(), err)
	}
	if _, err := DecodeBase64[Int](text); err == nil {
		t.Error("a boolean was decoded as an integer")
	}
	if _, err := DecodeBase64[Bool]("%"); err == nil {
		t.Error("no base64 was decoded")
	}
	for _, b := range [][]byte{nil, {0x90}, {0x91}, {0x93, 0x51, 0x02}, {0x91, 0x7f}, {0xc1}, {0x92, 0x7e, 0x01}} {
		if e, err := Decode[Bool](b); err == nil {
			t.Errorf("%x was decoded as %s", b, e)
		}
	}
	b, err := Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	b[0] = 0xff // Encode returns a copy
	if again, err := EncodeBase64(e); err != nil || again != text {
		t.Error("the encoded expression could be changed")
	}
}

func TestLogicOfNoneAndOne(t *testing.T) {
	for _, tc := range []struct {
		e    Bool
		want string
	}{
		{And(), "true"},
		{Or(), "false"},
		{Exclusive(), "false"},
		{And(BoolBin("a")), "a"},
		{Or(BoolBin("a")), "a"},
		{Exclusive(BoolBin("a")), "a"},
	} {
		if tc.e.Source() != tc.want {
			t.Errorf("%s, want %s", tc.e.Source(), tc.want)
		}
	}
}

// A filter among the options of a call costs one pointer, and options stay comparable.
func TestBoolIsOnePointer(t *testing.T) {
	if size := reflect.TypeFor[Bool]().Size(); size != reflect.TypeFor[*int]().Size() {
		t.Errorf("a Bool has %d bytes", size)
	}
	if e := BoolBin("a"); e == BoolBin("a") {
		t.Error("a Bool is compared by more than its pointer")
	}
}
