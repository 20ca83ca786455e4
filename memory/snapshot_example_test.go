package memory_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

const fixture = `{
  "records": {
    "test": {
      "users": [
        {"key": "ada", "bins": {"age": 36, "tags": ["math", "poetry"]}},
        {"key": 42, "bins": {"photo": {"$bytes": "iVBORw=="}, "score": 1.5}, "generation": 3, "ttl": 600}
      ]
    }
  }
}`

func ExampleStore_Load() {
	store := memory.New()
	defer func() { _ = store.Close() }()

	if err := store.Load(strings.NewReader(fixture)); err != nil {
		fmt.Println(err)
		return
	}
	record, err := store.Get(context.Background(), aerostore.NewKey("test", "users", 42))
	fmt.Println(record.Bins, record.Generation, record.TTL, err)

	// Output:
	// map[photo:[137 80 78 71] score:1.5] 3 10m0s <nil>
}

func ExampleStore_Snapshot() {
	store := memory.New()
	defer func() { _ = store.Close() }()

	ada := aerostore.NewKey("test", "users", "ada")
	err := store.Put(context.Background(), ada, aerostore.Bins{"age": 36, "photo": []byte{1, 2, 3}})
	fmt.Println(err)
	_ = store.Snapshot(os.Stdout)

	// Output:
	// <nil>
	// {
	//   "records": {
	//     "test": {
	//       "users": [
	//         {"key": "ada", "bins": {"age": 36, "photo": {"$bytes": "AQID"}}}
	//       ]
	//     }
	//   },
	//   "indexes": []
	// }
}

func ExampleStore_Dump() {
	store := memory.New()
	defer func() { _ = store.Close() }()

	_ = store.Load(strings.NewReader(fixture))
	_ = store.Dump(os.Stdout)

	// Output:
	// test.users: 2
	//   key    generation  ttl    bins
	//   42     3           10m0s  photo={"$bytes": "iVBORw=="} score=1.5
	//   "ada"  1           never  age=36 tags=["math", "poetry"]
}
