package vectors

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
)

// A recorded answer is the expected answer to a step, after the rules translated it.
type recorded struct {
	failure
	unknown bool // any answer will do
	absent  bool // nil instead of a record, and no error
	record  *recordedRecord
	existed *bool
	batch   []recordedResult
	rows    []recordedRow

	// failing is a code that at least one key of the batch must have, CodeOK if
	// there is none.
	failing aerostore.ResultCode

	// orFailed is a code that the batch may have as a whole instead, CodeOK if it may not
	// fail.
	orFailed aerostore.ResultCode
}

// A failure is how an operation failed, if it did.
type failure struct {
	code    aerostore.ResultCode
	inner   []aerostore.ResultCode // of the causes
	inDoubt bool
}

type recordedRecord struct {
	bins    aerostore.Bins
	gen     uint32
	ttl     expiry
	anyBins bool  // the bins are unknown
	view    *view // the bins are results of operations
}

// A recordedResult is the answer for one key of a batch.
type recordedResult struct {
	failure
	absent     bool // nil instead of a record, and no code
	record     *recordedRecord
	anyRecord  bool // the record exists, and the rest is unknown
	mayFail    bool // an operation that the server did not carry out
	unanswered bool // the client gave the batch up
	anyFailure bool // with another code than the batch
}

// A recordedRow is a record that a query returned.
type recordedRow struct {
	recordedRecord
	key     aerostore.Key
	userKey bool // the query returned the id
}

// parse decodes the answer to an operation.
func (r *recorded) parse(op string, data json.RawMessage) error {
	var raw struct {
		rawFailure
		rawRecord
		Record      json.RawMessage
		Exists      json.RawMessage
		Existed     json.RawMessage
		Records     []json.RawMessage
		ClientPanic bool `json:"client_panic"`
	}
	if data == nil {
		return errors.New("want is missing")
	}
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("want: %w", err)
	}
	if raw.ClientPanic {
		return unsupported("steps in which the client panicked")
	}
	if op == "sleep" {
		return nil
	}
	err := raw.into(&r.failure)
	if err != nil {
		return fmt.Errorf("want: %w", err)
	}
	switch op {
	case "exists":
		r.existed, err = parseExisted(raw.Exists)
	case "remove":
		r.existed, err = parseExisted(raw.Existed)
	case "get", "select", "get_header", "operate":
		if r.absent = raw.Record != nil; !r.absent && r.code == aerostore.CodeOK {
			r.record, err = raw.parse()
		}
	case "batch_exists":
		r.batch, err = parseExistences(raw.Exists)
	case "batch_read", "batch_header":
		r.batch, err = parseEach(raw.Records, parseReadResult)
	case "batch", "batch_write", "batch_operate", "batch_remove":
		r.batch, err = parseEach(raw.Records, parseResult)
	case "query", "scan":
		r.rows, err = parseEach(raw.Records, parseRow)
	}
	if err != nil {
		return fmt.Errorf("want: %w", err)
	}
	return nil
}

type rawFailure struct {
	Code    *aerostore.ResultCode
	Codes   []aerostore.ResultCode
	InDoubt bool `json:"in_doubt"`
}

func (raw rawFailure) into(f *failure) error {
	if raw.Code == nil {
		return errors.New("code is missing")
	}
	f.code, f.inDoubt = *raw.Code, raw.InDoubt
	if len(raw.Codes) > 0 {
		f.inner = raw.Codes[1:]
	}
	return nil
}

type rawRecord struct {
	Bins map[string]answered
	Gen  *uint32
	TTL  *expiry
}

func (raw rawRecord) parse() (*recordedRecord, error) {
	if raw.Bins == nil || raw.Gen == nil || raw.TTL == nil {
		return nil, errors.New("a record needs bins, gen and ttl")
	}
	bins := make(aerostore.Bins, len(raw.Bins))
	for name, v := range raw.Bins {
		bins[name] = v.value
	}
	return &recordedRecord{bins: bins, gen: *raw.Gen, ttl: *raw.TTL}, nil
}

func parseExisted(data json.RawMessage) (*bool, error) {
	if data == nil {
		return nil, errors.New("exists or existed is missing")
	}
	existed, err := decodeAs[bool](data)
	return &existed, err
}

func parseExistences(data json.RawMessage) ([]recordedResult, error) {
	existences, err := decodeAs[[]bool](data)
	results := make([]recordedResult, len(existences))
	for i, exists := range existences {
		results[i] = recordedResult{absent: !exists, anyRecord: exists}
	}
	return results, err
}

func parseEach[T any](raw []json.RawMessage, parse func(json.RawMessage) (T, error)) ([]T, error) {
	each := make([]T, len(raw))
	for i, data := range raw {
		var err error
		if each[i], err = parse(data); err != nil {
			return nil, fmt.Errorf("record %d: %w", i+1, err)
		}
	}
	return each, nil
}

// parseReadResult decodes null or a record.
func parseReadResult(data json.RawMessage) (r recordedResult, err error) {
	if isNull(data) {
		return recordedResult{absent: true}, nil
	}
	var raw rawRecord
	if err := decode(data, &raw); err != nil {
		return r, err
	}
	r.record, err = raw.parse()
	return r, err
}

// parseResult decodes a code with a record or null.
func parseResult(data json.RawMessage) (r recordedResult, err error) {
	var raw struct {
		rawFailure
		Record  *rawRecord
		ErrCode *aerostore.ResultCode `json:"err_code"` // a Store has one error
	}
	if err := decode(data, &raw); err != nil {
		return r, err
	}
	if raw.Record != nil {
		if r.record, err = raw.Record.parse(); err != nil {
			return r, err
		}
	}
	return r, raw.into(&r.failure)
}

func parseRow(data json.RawMessage) (r recordedRow, err error) {
	var raw struct {
		rawRecord
		Key     *key
		UserKey bool `json:"user_key"`
	}
	if err := decode(data, &raw); err != nil {
		return r, err
	}
	if raw.Key == nil {
		return r, errNoKey
	}
	record, err := raw.parse()
	if err != nil {
		return r, err
	}
	return recordedRow{recordedRecord: *record, key: raw.Key.Key, userKey: raw.UserKey}, nil
}
