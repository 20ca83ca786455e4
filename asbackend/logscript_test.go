package asbackend

import (
	"runtime"
	"strings"
	"testing"
)

func TestALineOfAScriptIsWithheld(t *testing.T) {
	caller := runtime.Frame{Function: "github.com/aerospike/aerospike-client-go/v7/internal/lua.luaAerospikeLog"}
	if text := messageOf("s3cr3t", nil, caller); strings.Contains(text, "s3cr3t") || !strings.Contains(text, "withheld") {
		t.Error(text)
	}
}
