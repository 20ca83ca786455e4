package exp_test

import (
	"fmt"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

func Example() {
	vip := exp.And(
		exp.IntBin("age").AtLeast(30),
		exp.ListBin("tags").Contains("vip"),
		exp.MapBin("profile").StringAt(cdt.Key("devices"), cdt.Key("os")).Equal("iOS"),
		exp.Greater(exp.IntBin("spent"), exp.IntBin("limit")),
	)
	fmt.Println(vip.Source())
	fmt.Println(vip) // without literals
	// Output:
	// age >= 30 && tags.exists(value "vip") && profile["devices"]["os"] == "iOS" && spent > limit
	// age >= ? && tags.exists(value ?) && profile[?][?] == ? && spent > limit
}

func ExampleIf() {
	discount := exp.If(exp.Not(exp.BinExists("spent")), exp.IntVal(0)).
		ElseIf(exp.IntBin("spent").Greater(1000), exp.IntVal(20)).
		Else(exp.IntVal(5))
	fmt.Println(discount.Source())
	// Output: if !exists(spent) { 0 } else if spent > 1000 { 20 } else { 5 }
}

func ExampleLet() {
	near := exp.Let("total", exp.Add(exp.IntBin("a"), exp.IntBin("b")), func(total exp.Int) exp.Bool {
		return exp.And(total.Greater(3), total.Less(9))
	})
	fmt.Println(near.Source())
	// Output: let $total = a + b in $total > 3 && $total < 9
}

func ExampleMapPath_Put() {
	// The whole bin, with one entry more in the map that it holds under "devices".
	devices := exp.MapBin("profile").In(cdt.Key("devices").Create(cdt.KeyOrdered)).Put("phone", exp.StringBin("seen"))
	fmt.Println(devices.Source())
	// Output: profile["devices", created].put("phone", seen)
}

func ExampleRanks() {
	// As many of the highest scores as another bin says.
	best := exp.ListBin("scores").Get(exp.Ranks(exp.Subtract(exp.IntBin("n"))))
	fmt.Println(best.Source())
	// Output: scores.get(ranks -n)
}

func ExampleEncodeBase64() {
	text, err := exp.EncodeBase64(exp.IntBin("age").AtLeast(30))
	if err != nil {
		panic(err)
	}
	filter, err := exp.DecodeBase64[exp.Bool](text)
	if err != nil {
		panic(err)
	}
	fmt.Println(text, filter.Source())
	// Output: kwSTUQKjYWdlHg== age >= 30
}
