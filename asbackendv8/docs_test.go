package asbackendv8_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v8"
)

func TestThePageNamesEachMethodOfTheClient(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/from-aerospike-client-go.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, name := range regexp.MustCompile("`(\\w+)`").FindAllSubmatch(page, -1) {
		named[string(name[1])] = true
	}
	for client, i := reflect.TypeFor[*as.Client](), 0; i < client.NumMethod(); i++ {
		name := client.Method(i).Name
		if strings.HasPrefix(name, "SetDefault") {
			name = "Get" + strings.TrimPrefix(name, "Set") // which is listed for both
		}
		if !named[name] {
			t.Errorf("%s is not on the page", name)
		}
	}
}
