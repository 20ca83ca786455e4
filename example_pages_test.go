package aerostore_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// Pages of a set for an HTTP API, with the token of the next page in its URL.
func Example_pages() {
	store := memory.New()
	for i := range 10 {
		user := aerostore.NewKey("test", "users", i)
		if err := store.Put(context.Background(), user, aerostore.Bins{"name": fmt.Sprint("user ", i)}); err != nil {
			fmt.Println(err)
		}
	}

	// list answers GET /users?page=…
	list := func(w http.ResponseWriter, r *http.Request) {
		cursor, err := aerostore.ParseCursor(r.FormValue("page")) // the first page without one
		if err != nil {
			http.Error(w, "there is no such page", http.StatusBadRequest)
			return
		}
		var page struct {
			Names []string `json:"names"`
			Next  string   `json:"next,omitempty"`
		}
		users := aerostore.Query{Namespace: "test", Set: "users", Bins: []string{"name"}, MaxRecords: 4, Cursor: cursor}
		for record, err := range store.Query(r.Context(), users) {
			if errors.Is(err, aerostore.ErrStaleCursor) {
				http.Error(w, "the list has changed, begin with the first page", http.StatusBadRequest)
				return
			}
			if err != nil {
				http.Error(w, "try again later", http.StatusServiceUnavailable)
				return
			}
			name, _ := record.Str("name")
			page.Names = append(page.Names, name)
		}
		if !cursor.Done() {
			page.Next = "/users?page=" + cursor.Token()
		}
		_ = json.NewEncoder(w).Encode(page)
	}

	names := 0
	for next := "/users"; next != ""; {
		w := httptest.NewRecorder()
		list(w, httptest.NewRequest(http.MethodGet, next, nil))
		var page struct {
			Names []string
			Next  string
		}
		if err := json.NewDecoder(w.Body).Decode(&page); err != nil {
			fmt.Println(err)
		}
		fmt.Println(len(page.Names), page.Next != "")
		names, next = names+len(page.Names), page.Next
	}
	w := httptest.NewRecorder()
	list(w, httptest.NewRequest(http.MethodGet, "/users?page=1", nil))
	fmt.Println(names, w.Code)
	// Output:
	// 4 true
	// 4 true
	// 2 false
	// 10 400
}

// A job that exports a set, and goes on where it stopped.
func Example_export() {
	ctx, store := context.Background(), memory.New()
	for i := range 10 {
		user := aerostore.NewKey("test", "users", i)
		if err := store.Put(ctx, user, aerostore.Bins{"name": fmt.Sprint("user ", i)}); err != nil {
			fmt.Println(err)
		}
	}

	job := aerostore.NewKey("test", "jobs", "export of users")

	// export writes the names to w, from the place on that the last run has saved.
	export := func(ctx context.Context, w io.Writer) error {
		cursor, written := new(aerostore.Cursor), 0
		saved, err := store.Get(ctx, job)
		switch {
		case errors.Is(err, aerostore.ErrNotFound): // the first run
		case err != nil:
			return err
		default:
			token, err := saved.Str("cursor")
			if err != nil {
				return err
			}
			if err := cursor.UnmarshalText([]byte(token)); err != nil {
				return err
			}
			if written, err = saved.Int("written"); err != nil {
				return err
			}
		}
		all, err := aerostore.Count(ctx, store, "test", "users")
		if err != nil {
			return err
		}
		users := aerostore.Query{
			Namespace: "test", Set: "users", Bins: []string{"name"},
			MaxRecords: 3, RecordsPerSecond: 1000, Cursor: cursor,
		}
		lines := bufio.NewWriter(w)
		for !cursor.Done() {
			for record, err := range store.Query(ctx, users) {
				if err != nil {
					return err
				}
				name, _ := record.Str("name")
				fmt.Fprintln(lines, name)
				written++
			}
			if err := lines.Flush(); err != nil {
				return err
			}
			// Only what was written is saved. What a run wrote after that is written again.
			progress := aerostore.Bins{"cursor": cursor.Token(), "written": written}
			if err := store.Put(ctx, job, progress); err != nil {
				return err
			}
			fmt.Printf("%d of about %d users\n", written, all)
		}
		return nil
	}

	var file strings.Builder
	fmt.Println(export(ctx, &failing{w: &file, after: 2}))
	fmt.Println(strings.Count(file.String(), "\n"))
	fmt.Println(export(ctx, &file))
	fmt.Println(strings.Count(file.String(), "\n"))
	// Output:
	// 3 of about 10 users
	// 6 of about 10 users
	// disk full
	// 6
	// 9 of about 10 users
	// 10 of about 10 users
	// <nil>
	// 10
}

// failing fails after some writes.
type failing struct {
	w     io.Writer
	after int
}

func (f *failing) Write(b []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("disk full")
	}
	return f.w.Write(b)
}
