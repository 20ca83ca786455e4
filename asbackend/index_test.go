package asbackend

import (
	"context"
	"errors"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/safe"
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
		code, cause := refusal(answer)
		text := ""
		if cause != nil {
			text = safe.Message(cause)
		}
		if code != want.code || text != want.text {
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

func TestAnIndexIsCreatedAsTheBuildOfTheServerWants(t *testing.T) {
	t.Parallel()
	x := aerostore.Index{
		Namespace: "test", Set: "s", Name: "i", Bin: "b", Type: aerostore.IndexInt,
		Collection: aerostore.IndexMapKeys, Path: []cdt.Step{cdt.Key("k")},
	}
	const begin = "sindex-create:ns=test;set=s;indexname=i;context=kiKiA2s=;indextype=mapkeys"
	for build, want := range map[string]string{
		"":             ";indexdata=b,numeric",
		"unknown":      ";indexdata=b,numeric",
		"6.4.0.10":     ";indexdata=b,numeric",
		"7.2.0.1":      ";indexdata=b,numeric",
		"8.0.0.9":      ";indexdata=b,numeric",
		"8.1.0.3":      ";bin=b;type=numeric",
		"8.1.2.0":      ";bin=b;type=numeric",
		"8.1.3.0":      ";bin=b;type=integer",
		"8.1.3-rc1":    ";bin=b;type=integer",
		"8.1.10.0":     ";bin=b;type=integer",
		"8.2.0.0":      ";bin=b;type=integer",
		"10.0.0.1-dev": ";bin=b;type=integer",
	} {
		if got, err := createCommand(x, build); got != begin+want || err != nil {
			t.Errorf("build %q: %s, want %s", build, got, begin+want)
		}
	}
	x = aerostore.Index{Namespace: "test", Name: "i", Bin: "b", Type: aerostore.IndexBlob}
	if got, err := createCommand(x, "8.2.0.0"); got != "sindex-create:ns=test;indexname=i;bin=b;type=blob" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAnIndexOverAnExpressionNeedsAServerThatHasThem(t *testing.T) {
	t.Parallel()
	x := aerostore.Index{Namespace: "test", Name: "i", Type: aerostore.IndexInt, Collection: aerostore.IndexList, Expression: exp.ListBin("a")}
	if got, err := createCommand(x, "8.1.0.3"); got != "sindex-create:ns=test;indexname=i;indextype=list;exp=k1EEoWE=;type=numeric" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	for _, build := range []string{"", "7.2.0.1", "8.0.0.9"} {
		if got, err := createCommand(x, build); got != "" || !errors.Is(err, aerostore.CodeUnsupportedFeature) {
			t.Errorf("build %q: %q, %v", build, got, err)
		}
	}
}

func TestWaitingForAnIndexEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := dialServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	x := aerostore.Index{Namespace: "test", Set: "asb", Name: "i", Bin: "n", Type: aerostore.IndexInt}
	never := indexJob{
		command: func(string) (string, error) { return "namespaces", nil },
		poll:    "namespaces",
		done:    func(string) bool { cancel(); return false },
	}
	err := s.changeIndex(ctx, x, x.CheckCreate, never)
	if !errors.Is(err, context.Canceled) || !aerostore.InDoubt(err) {
		t.Errorf("the error is %v, want the end of the context and doubt", err)
	}
}
