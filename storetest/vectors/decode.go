package vectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// unsupported is the error of a step that needs something a Store cannot say,
// or cannot say yet: its vector is skipped and counted by it.
type unsupported string

func (u unsupported) Error() string { return "unsupported: " + string(u) }

// decode reads one JSON value that has no fields but those of into.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the end")
	}
	return nil
}

// decodeAs is decode for a value that may not be null.
func decodeAs[T any](data []byte) (T, error) {
	var v T
	if isNull(data) {
		return v, fmt.Errorf("null is not a %T", v)
	}
	err := decode(data, &v)
	return v, err
}

func isNull(data []byte) bool { return string(bytes.TrimSpace(data)) == "null" }

// oneOf looks up what a word stands for; no word is the zero T.
func oneOf[T any](what, word string, words map[string]T) (T, error) {
	v, ok := words[word]
	if !ok && word != "" {
		return v, fmt.Errorf("%s %q is unknown", what, word)
	}
	return v, nil
}
