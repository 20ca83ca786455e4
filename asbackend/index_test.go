package asbackend

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

func TestRefusalsOfTheServerHaveItsCode(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct {
		code aerostore.ResultCode
		text string
	}{
		"ok":                        {aerostore.CodeOK, ""},
		"":                          {aerostore.CodeOK, ""},
		"false":                     {aerostore.CodeOK, ""},
		"entries=0;load_pct=100":    {aerostore.CodeOK, ""},
		"ERROR:201:no index":        {aerostore.CodeIndexNotFound, "no index"},
		"FAIL:200:there is one":     {aerostore.CodeIndexFound, "there is one"},
		"ERROR::invalid parameters": {aerostore.CodeServer, ":invalid parameters"},
		"error":                     {aerostore.CodeServer, ""},
	} {
		if code, text := refusal(answer); code != want.code || text != want.text {
			t.Errorf("%q: %v, %q", answer, code, text)
		}
	}
}

func TestAnIndexIsUsableOnceLoaded(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		"entries=0;load_pct=100;load_time=0": true,
		"entries=0;load_pct=10;load_time=0":  false,
		"load_pct=0":                         false,
		"":                                   false,
	} {
		if isLoaded(answer) != want {
			t.Errorf("%q: %t", answer, !want)
		}
	}
}

func TestWaitingForAnIndexEndsWithTheContext(t *testing.T) {
	t.Parallel()
	hosts := os.Getenv("AEROSPIKE_HOSTS")
	if hosts == "" {
		t.Skip("AEROSPIKE_HOSTS is not set")
	}
	s, err := Dial(t.Context(), hosts)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	x := aerostore.Index{Namespace: "test", Set: "asb", Name: "i", Bin: "n", Type: aerostore.IndexInt}
	never := indexJob{command: "namespaces", poll: "namespaces", done: func(string) bool { return false }}
	begun := time.Now()
	err = s.administer(ctx, x, x.CheckCreate, never)
	if !errors.Is(err, context.DeadlineExceeded) || !aerostore.InDoubt(err) {
		t.Errorf("the error is %v, want the deadline and doubt", err)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("it took %v", took)
	}
}
