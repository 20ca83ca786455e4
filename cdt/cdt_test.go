package cdt

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"strings"
	"testing"
)

// list and map verbs stand for those of the bin handles.
const verbs = `package p
import "github.com/aerostore/aerostore/cdt"
func listGet(s cdt.OfList, g ...cdt.Give) {}
func mapGet(s cdt.OfMap, g ...cdt.GiveOfMap) {}
func in(path ...cdt.Step) {}
func listFlags(f ...cdt.ListFlag) {}
func mapFlags(f ...cdt.MapFlag) {}
func bitFlags(f ...cdt.BitFlag) {}
func hllFlags(f ...cdt.HLLFlag) {}
func _() { %s }
`

func TestTypicalMistakesDoNotCompile(t *testing.T) {
	compile := compiler(t)
	for _, fine := range []string{
		`listGet(cdt.Index(0))`,
		`listGet(cdt.Ranks(-10, 10), cdt.Elements)`,
		`listGet(cdt.Not(cdt.Value(1)), cdt.Count)`,
		`listGet(cdt.Not(cdt.Not(cdt.Below(5))))`,
		`mapGet(cdt.Key("a"), cdt.Exists)`,
		`mapGet(cdt.Not(cdt.Keys("a", "b")), cdt.Pairs)`,
		`mapGet(cdt.KeyBetween("a", "f"), cdt.AsOrderedMap)`,
		`mapGet(cdt.Value([]any{1, cdt.Wildcard}), cdt.KeyOf)`,
		`in(cdt.Key("a"), cdt.Index(-1), cdt.Rank(0), cdt.Value("x"))`,
		`in(cdt.Key("a").Create(cdt.KeyOrdered), cdt.Index(0).Create(cdt.Ordered), cdt.Index(3).CreatePadded())`,
		`in(cdt.Key("a").Create(cdt.Unordered), cdt.Index(0).Create(cdt.Unordered), cdt.Rank(-1).InMap())`,
		`listFlags(cdt.AddUnique, cdt.NoFail, cdt.Partial)`,
		`mapFlags(cdt.CreateOnly, cdt.NoFail, cdt.Partial)`,
		`bitFlags(cdt.UpdateOnly, cdt.NoFail, cdt.Partial)`,
		`hllFlags(cdt.AllowFold, cdt.NoFail)`,
	} {
		if err := compile(fine); err != nil {
			t.Errorf("%s does not compile: %v", fine, err)
		}
	}
	for _, mistake := range []string{
		`listGet(cdt.Key("a"))`,
		`listGet(cdt.Keys("a"))`,
		`listGet(cdt.Index(0), cdt.KeyOf)`,
		`listGet(cdt.Index(0), cdt.Pairs)`,
		`listGet(0)`,
		`listGet(cdt.Not(cdt.Index(1)))`,
		`mapGet(cdt.Not(cdt.Key("a")))`,
		`mapGet(cdt.Not(cdt.Rank(0)))`,
		`mapGet(cdt.Key("a").Create(cdt.KeyOrdered))`,
		`mapGet("a")`,
		`in(cdt.Ranks(0, 1))`,
		`in(cdt.All())`,
		`in(cdt.Keys("a", "b"))`,
		`in(cdt.Not(cdt.Value(1)))`,
		`in("a")`,
		`in(cdt.Rank(0).Create(cdt.Ordered))`,
		`in(cdt.Value(0).Create(cdt.Ordered))`,
		`in(cdt.Key("a").Create(cdt.Ordered))`,
		`in(cdt.Index(0).Create(cdt.KeyOrdered))`,
		`in(cdt.Key("a").InMap())`,
		`var _ = cdt.OneKey(cdt.Index(0))`,
		`var _ = cdt.Many(cdt.Keys("a"))`,
		`listFlags(cdt.CreateOnly)`,
		`mapFlags(cdt.AddUnique)`,
		`mapFlags(cdt.CreateOnly | cdt.NoFail)`,
		`bitFlags(cdt.AllowFold)`,
		`hllFlags(cdt.Partial)`,
		`listFlags(4)`,
	} {
		if compile(mistake) == nil {
			t.Errorf("%s compiles", mistake)
		}
	}
}

// compiler returns a function that checks the types of statements.
func compiler(t *testing.T) func(string) error {
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "source", nil)
	return func(statements string) error {
		file, err := parser.ParseFile(fset, "p.go", fmt.Sprintf(verbs, statements), 0)
		if err != nil {
			t.Fatalf("%s: %v", statements, err)
		}
		config := types.Config{Importer: imports}
		_, err = config.Check("p", fset, []*ast.File{file}, nil)
		return err
	}
}

func TestConstantsAreCopied(t *testing.T) {
	blob, l, m := []byte{1}, []any{[]any{1}}, map[any]any{"a": []any{1}}
	values := []any{blob, l}
	selectors := []interface{ Selector() *Selector }{
		Key(blob), Value(l), Values(values...), Between(l, m), KeyBetween(blob, blob), RanksNear(l, 0, 1), IndexesNear(blob, 0, 1),
	}
	var before []*Selector
	for _, s := range selectors {
		c := *s.Selector()
		v, to := copied(c.Value()), copied(valueAt(c.to))
		if all := c.Values(); all != nil {
			v = copiedAll(all)
		}
		c.value, c.to = &v, &to
		before = append(before, &c)
	}
	blob[0], l[0].([]any)[0], m["a"].([]any)[0], values[0] = 2, 2, 2, 2
	for i, s := range selectors {
		if !s.Selector().Equal(before[i]) {
			t.Errorf("%s changed with what it was made of", s.Selector())
		}
	}
}

func TestSelectorsAreEqualWhenTheySayTheSame(t *testing.T) {
	groups := [][]*Selector{
		{nil, Many{}.Selector()},
		{Index(1).Selector(), Index(1).Selector()},
		{Index(2).Selector()},
		{Rank(1).Selector()},
		{Key(1).Selector()},
		{Value(1).Selector(), Value(int64(1)).Selector(), Value(uint8(1)).Selector()},
		{Value(1.0).Selector()},
		{Value("1").Selector()},
		{Value(math.NaN()).Selector(), Value(math.NaN()).Selector()},
		{Value([]byte("1")).Selector(), Value([1]byte{'1'}).Selector()},
		{Value([]any{1, "a"}).Selector(), Value([]any{1, "a"}).Selector()},
		{Values(1, "a").Selector(), Values(1, "a").Selector()},
		{Values("a", 1).Selector()},
		{Keys(1, "a").Selector()},
		{Value(map[any]any{"a": 1, "b": 2}).Selector(), Value(map[string]int{"b": 2, "a": 1}).Selector()},
		{Between(1, 2).Selector(), Between(1, 2).Selector()},
		{Between(1, 3).Selector()},
		{From(1).Selector()},
		{Between(1, nil).Selector()},
		{Below(1).Selector()},
		{Indexes(0, 1).Selector()},
		{All().Selector(), Indexes(0, ToEnd).Selector(), Not(Not(All())).Selector()},
		{Not(All()).Selector(), All().Selector().Invert()},
		{RanksNear(1, 0, 1).Selector()},
		{RanksNear(1, 0, ToEnd).Selector()},
		// What cannot be stored is kept for the check that refuses it.
		{Value(func() {}).Selector()},
		{Value([]any{struct{}{}}).Selector(), Value([]any{struct{}{}}).Selector()},
	}
	for i, group := range groups {
		for j, other := range groups {
			for _, a := range group {
				for _, b := range other {
					if i == j && len(group) == 1 {
						continue
					}
					if a.Equal(b) != (i == j) {
						t.Errorf("%v of group %d and %v of group %d: equal is %v", a, i, b, j, a.Equal(b))
					}
				}
			}
		}
	}
}

func TestTextShowsNoValue(t *testing.T) {
	const secret = "s3cret"
	for _, s := range []fmt.Stringer{
		Key(secret), Value(secret), Values(secret, []any{secret}), Between(secret, secret), Below(secret), From(secret),
		RanksNear(secret, -1, 2), RanksNear(secret, 0, ToEnd), Keys(secret), KeyBetween(secret, secret), KeyBelow(secret),
		KeyFrom(secret), IndexesNear(secret, 0, 1), Not(Value(secret)), Not(Keys(secret)), Key(secret).Create(KeyOrdered),
		Value(secret).InMap(), Value(map[any]any{secret: secret}), Value([]byte(secret)),
	} {
		for _, format := range []string{"%v", "%s", "%+v", "%#v"} {
			text := fmt.Sprintf(format, s) + fmt.Sprintf(format, s.(interface{ Selector() *Selector }).Selector())
			if strings.Contains(text, secret) || text == "" {
				t.Errorf("%T with %s is %q", s, format, text)
			}
		}
	}
	if text := Not(Ranks(-10, 10)).String(); text != "not ranks from -10, 10 of them" {
		t.Errorf("the text is %q", text)
	}
	if text := (Many{}).String(); text != "nothing" {
		t.Errorf("the text of the zero value is %q", text)
	}
}

func TestNotOfAZeroSelectorIsZero(t *testing.T) {
	if s := Not(Many{}).Selector(); s != nil {
		t.Errorf("the selector is %s", s)
	}
	if s := Not(Keyed{}).Selector(); s != nil {
		t.Errorf("the selector is %s", s)
	}
}

func TestNumbersAreTheServers(t *testing.T) {
	for _, c := range []struct {
		of   interface{ Number() uint8 }
		want uint8
	}{
		{AddUnique, 1},
		{InsertBounded, 2},
		{CreateOnly, 1},
		{UpdateOnly, 2},
		{NoFail, 4},
		{Partial, 8},
		{AllowFold, 8},
		{Nothing, 0},
		{Exists, 13},
		{KeyOf, 6},
		{AsOrderedMap, 17},
	} {
		if got := c.of.Number(); got != c.want {
			t.Errorf("%T %v is number %d, want %d", c.of, c.of, got, c.want)
		}
	}
}

var sink *Selector // keeps what benchmarks make

func BenchmarkRanks(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sink = Ranks(-10, 10).Selector()
	}
}

func BenchmarkKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sink = Key("devices").Selector()
	}
}
