package otelmw_test

import (
	"runtime"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
)

func TestASpanNameFormatterThatDoesNotReturnTakesNoRoom(t *testing.T) {
	var store aerostore.Store
	for name, strike := range map[string]func(){
		"panics": func() { panic(marker) },
		"exits":  runtime.Goexit,
		"comes back": func() { // or hangs, if a lock is held
			_, _ = store.Get(t.Context(), aerostore.NewKey("test", "others", 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			store, _ = traced(answers(aerostore.Result{}, nil), otelmw.WithCardinalityLimit(2),
				otelmw.WithSpanNameFormatter(func(operation, _, _ string) string {
					if calls++; calls == 1 {
						strike()
					}
					return operation
				}))
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				defer func() { _ = recover() }()
				_, _ = store.Get(t.Context(), key)
			}()
			<-ended
			for range 3 {
				for _, set := range []string{"users", "others"} {
					if _, err := store.Get(t.Context(), aerostore.NewKey("test", set, 1)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if calls > 3 {
				t.Errorf("the formatter was called %d times for two sets, one of them in vain", calls)
			}
		})
	}
}
