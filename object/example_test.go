package object_test

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/object"
)

func Example() {
	type Address struct {
		City string `as:"city"`
	}
	type User struct {
		Name    string    `as:"name"`
		Visits  int       `as:"visits,omitempty"`
		Seen    time.Time `as:"seen,unix"`
		Address Address   `as:"address"` // a map
		Loaded  uint32    `asm:"gen"`    // the record's generation
	}
	ctx, store := context.Background(), memory.New()
	key := aerostore.NewKey("test", "users", "ada")

	err := object.Put(ctx, store, key, User{Name: "Ada", Seen: time.Unix(1000, 0), Address: Address{City: "London"}})
	if err != nil {
		panic(err)
	}
	user, err := object.Get[User](ctx, store, key)
	if err != nil {
		panic(err)
	}
	fmt.Println(user.Name, user.Seen.Unix(), user.Address.City, user.Loaded)
	// Output: Ada 1000 London 1
}
