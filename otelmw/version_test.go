package otelmw

import (
	"runtime/debug"
	"testing"
)

func TestTheScopeHasTheVersionThatTheProgramWasBuiltWith(t *testing.T) {
	other := &debug.Module{Path: "example.org/other", Version: "v9.9.9"}
	ours := func(version string) *debug.Module { return &debug.Module{Path: modulePath, Version: version} }
	replaced := func(by *debug.Module) *debug.Module {
		m := ours("v1.2.3")
		m.Replace = by
		return m
	}
	for _, c := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"a dependency", debug.BuildInfo{Main: *other, Deps: []*debug.Module{other, ours("v1.2.3")}}, "1.2.3"},
		{"a commit", debug.BuildInfo{Main: *other, Deps: []*debug.Module{ours("v0.0.0-20260801120000-0123456789ab")}}, "0.0.0-20260801120000-0123456789ab"},
		{"replaced by a folder", debug.BuildInfo{Main: *other, Deps: []*debug.Module{replaced(&debug.Module{Path: "../aerostore"})}}, ""},
		{"replaced by a fork", debug.BuildInfo{Main: *other, Deps: []*debug.Module{replaced(&debug.Module{Path: "example.org/fork", Version: "v1.3.0"})}}, "1.3.0"},
		{"this module itself", debug.BuildInfo{Main: *ours("(devel)")}, ""},
		{"this module at a tag", debug.BuildInfo{Main: *ours("v1.2.3")}, "1.2.3"},
		{"a program without modules", debug.BuildInfo{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := versionIn(&c.info); got != c.want {
				t.Errorf("version %q, want %q", got, c.want)
			}
		})
	}
}
