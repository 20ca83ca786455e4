package vectors

import (
	"bytes"
	"fmt"

	"github.com/aerostore/aerostore/internal/jsonline"
)

// unsupported is the error of a step that needs an ability that Store lacks. Its vector
// is skipped and counted under this text.
type unsupported string

func (u unsupported) Error() string { return "unsupported: " + string(u) }

// decode decodes a valid JSON value and refuses fields that into does not have.
func decode(data []byte, into any) error { return jsonline.Decode(data, into) }

// decodeAs decodes a value that is no object with fields and must not be null.
func decodeAs[T any](data []byte) (T, error) {
	var v T
	if isNull(data) {
		return v, fmt.Errorf("null is not a %T", v)
	}
	err := jsonline.Decode(data, &v)
	return v, err
}

func isNull(data []byte) bool { return string(bytes.TrimSpace(data)) == "null" }

// oneOf looks up a word. The empty word is the zero T.
func oneOf[T any](what, word string, words map[string]T) (T, error) {
	v, ok := words[word]
	if !ok && word != "" {
		return v, fmt.Errorf("%s %q is unknown", what, word)
	}
	return v, nil
}
