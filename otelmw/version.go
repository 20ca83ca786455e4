package otelmw

import (
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

const (
	modulePath = "github.com/aerostore/aerostore"
	scopeName  = modulePath + "/otelmw"
)

// scopeVersion is the version of this module in the program's build information, ""
// if there is none. A constant would be wrong for a program built from a branch.
var scopeVersion = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return versionIn(info)
})

func versionIn(info *debug.BuildInfo) string {
	m := &info.Main
	if m.Path != modulePath {
		i := slices.IndexFunc(info.Deps, func(dep *debug.Module) bool { return dep.Path == modulePath })
		if i < 0 {
			return ""
		}
		m = info.Deps[i]
	}
	if m.Replace != nil {
		m = m.Replace
	}
	if m.Version == "(devel)" {
		return ""
	}
	return strings.TrimPrefix(m.Version, "v")
}
