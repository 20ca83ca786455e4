package vectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/jsonline"
)

// A step is one operation of a vector with its recorded answer.
type step struct {
	number int // from 1
	op     string
	do     func(ctx context.Context, s aerostore.Store) answer
	want   recorded

	pause time.Duration // of a step that only waits

	// For rules and clear.
	keys       []aerostore.Key
	ops        []aerostore.Operation // on one record, or on each of a batch
	items      []aerostore.BatchItem // of a batch of several kinds
	query      *aerostore.Query
	index      *aerostore.Index
	writes     bool
	namesIndex bool // for a query
	truncates  bool
	elsewhere  bool  // in a namespace that does not exist
	waited     bool  // an earlier step waited
	refusal    error // why the input is invalid, nil if it is valid

	respondsAll bool // the client returns a result for each operation

	// Of a batch.
	filters       bool   // the client sends a filter of the batch
	filtersEach   bool   // the client sends a filter of each record
	endsAtFailure bool   // the client has no answers if a key fails
	leftOut       []bool // the items that a Store cannot have
	leavesOutSome bool
	cuts          []int // where a new batch begins, see cut
}

// An answer is the answer of a Store to a step.
type answer struct {
	err     error
	record  *aerostore.Record
	existed bool
	batch   []aerostore.BatchResult
	rows    []*aerostore.Record
}

// common is in every step.
type common struct {
	Op   string
	Want json.RawMessage
}

func parseStep(data []byte) (*step, error) {
	var head common
	if err := jsonline.DecodeSome(data, &head); err != nil {
		return nil, err
	}
	parse, ok := parsers[head.Op]
	if !ok {
		return nil, fmt.Errorf("operation %q is unknown", head.Op)
	}
	s := &step{op: head.Op}
	err := parse(s, data)
	if err == nil {
		err = s.want.parse(s.op, head.Want)
	}
	if err == nil {
		err = s.dropLeftOut()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.op, err)
	}
	if n := len(s.want.batch); n != len(s.keys) && s.want.batch != nil && (n > 0 || s.want.code == aerostore.CodeOK) {
		return nil, fmt.Errorf("%s: %d answers for %d keys", s.op, n, len(s.keys))
	}
	if s.do != nil && s.index == nil {
		if err := s.do(context.Background(), validator).err; errors.Is(err, aerostore.ErrInvalid) {
			s.refusal = err
		}
	}
	return s, nil
}

// validator is a Store that refuses invalid input and does nothing else.
var validator = aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
	return aerostore.Result{}, call.Validate()
})

// parsers parse the arguments of each operation.
var parsers = map[string]parser{
	"put":       parseWrite(aerostore.Store.Put),
	"append":    parseWrite(aerostore.Store.Append),
	"prepend":   parseWrite(aerostore.Store.Prepend),
	"increment": parseWrite(aerostore.Store.Increment),

	"get": parseRead(aerostore.Store.Get),
	"get_header": parseRead(func(s aerostore.Store, ctx context.Context, key aerostore.Key, opts ...aerostore.ReadOption) (*aerostore.Record, error) {
		return s.Select(ctx, key, []string{}, opts...)
	}),
	"select":  parseSelect(),
	"exists":  parseExists(),
	"remove":  parseRemove(),
	"touch":   parseTouch(),
	"operate": parseOperate(),

	"batch_read":    (*step).parseBatchRead,
	"batch_header":  (*step).parseBatchHeader,
	"batch_exists":  (*step).parseBatchHeader,
	"batch_remove":  (*step).parseBatchRemove,
	"batch_write":   (*step).parseBatchWrite,
	"batch_operate": (*step).parseBatchOperate,
	"batch":         (*step).parseBatch,

	"query":        (*step).parseQuery,
	"scan":         (*step).parseQuery,
	"create_index": (*step).parseCreateIndex,
	"drop_index":   (*step).parseDropIndex,

	"truncate": (*step).parseTruncate,

	"sleep": (*step).parseSleep,
}

func (s *step) parseSleep(data []byte) error {
	var args struct {
		common
		MS int64
	}
	if err := decode(data, &args); err != nil {
		return err
	}
	if args.MS <= 0 || args.MS > math.MaxInt64/int64(time.Millisecond) {
		return fmt.Errorf("a wait of %d ms is out of range", args.MS)
	}
	s.pause = time.Duration(args.MS) * time.Millisecond
	return nil
}
