package aerostore

import "fmt"

// answerError is a mistake of a layer or a store: success without the result that the
// operation must return.
type answerError struct{ text string }

func (e *answerError) Error() string { return e.text }

// ErrorType returns the error.type of OpenTelemetry's conventions.
func (*answerError) ErrorType() string { return "no_result" }

// newAnswerError returns the error of a call without a result. It is in doubt if the
// call writes.
func (c Call) newAnswerError(format string, args ...any) *Error {
	err := c.NewError(CodeOK, &answerError{fmt.Sprintf(format, args...)})
	err.InDoubt = c.Writes()
	return err
}

// someLayer names the layer or backend that made a mistake if it is not known.
const someLayer = "a layer or the backend"

// newNoRecordError returns the error of a call that returned neither a record nor an
// error.
func (c Call) newNoRecordError(by string) error {
	return c.newAnswerError("%s returned neither a record nor an error: %s must return one of them", by, c.Op)
}

// newLengthError returns the error of a batch with too few or too many results.
func (c Call) newLengthError(by string, n int) error {
	return c.newAnswerError("%s returned %d results for %d keys without an error: a batch must return one for each key",
		by, n, c.Len())
}

// failMissingRecords sets the error of the keys of a BatchRead that have neither a
// record nor an error.
func failMissingRecords(results []BatchResult) {
	for i := range results {
		if b := &results[i]; b.Record == nil && b.Err == nil {
			b.Err = Call{Op: OpBatchRead}.WithKeys([]Key{b.Key}).newNoRecordError(someLayer)
		}
	}
}

// failMissingReads sets the error of the items that only read and have neither a record
// nor an error.
func failMissingReads(items []BatchItem, results []BatchResult) {
	for i := range results {
		if b := &results[i]; b.Record == nil && b.Err == nil && !items[i].writes() {
			b.Err = Call{Op: OpBatchWrite}.WithItems(items[i : i+1]).newNoRecordError(someLayer)
		}
	}
}
