package otelmw

import (
	"strings"
	"sync"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// The default limits. An instrument has at most 3×600+128 series, so that none is
// lost to the SDK's limit of 2000.
const (
	seriesLimit    = 600  // for operations, outcomes, nodes, events and gauges separately
	spanLimit      = 1000 // for prepared starts and prepared ends of spans separately
	errorTypeLimit = 100  // error types that are not in resultCodes
)

// The names that are reported if there is no room.
const (
	other     = "other"
	otherType = "_OTHER" // of an error, as the conventions spell it
)

func (c *config) limitOr(byDefault int) int {
	if c.limit > 0 {
		return c.limit
	}
	return byDefault
}

// operationNames are those that the application does not choose.
var operationNames = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{aerostore.Op(0).String(): true}
	for op := range aerostore.Ops() {
		if op != aerostore.OpCustom {
			all[op.String()] = true
		}
	}
	return all
})

// other returns how the operation is reported if there is no room for it.
func (o operation) other() operation {
	if !operationNames()[o.name] {
		o.name = other
	}
	if o.namespace != "" {
		o.namespace = other
	}
	if o.set != "" {
		o.set = other
	}
	return o
}

// other returns how the ending is reported if there is no room for it.
func (e ending) other() ending {
	if e.errorType == "" {
		return ending{}
	}
	return ending{errorType: otherType}
}

// name returns the error type, or the name of the result code of an answer.
func (e ending) name() string {
	if e.errorType == "" {
		return e.status.String()
	}
	return e.errorType
}

// resultCodes are the error types that the application does not choose.
var resultCodes = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{judgement.Panic: true, "timeout": true, "canceled": true, "closed": true}
	for code := aerostore.CodeGRPC; code <= aerostore.CodeUDFNotFound; code++ {
		if name := code.String(); !strings.HasPrefix(name, "RESULT_CODE_") {
			all[name] = true
		}
	}
	return all
})
