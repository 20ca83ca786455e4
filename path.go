package aerostore

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// EncodePath returns a path as text: the base64 in which a server lists the path of an
// index, and in which Aerospike clients exchange contexts. The text shows the keys and
// values of the path to those who decode it.
//
// It fails if there are no steps, or if one selects nothing or has a value that cannot
// be stored.
func EncodePath(path ...cdt.Step) (string, error) {
	packed, err := packPath(path)
	if err != nil {
		return "", fmt.Errorf("aerostore: EncodePath: %w", err)
	}
	return base64.StdEncoding.EncodeToString(packed), nil
}

// DecodePath returns the steps of a path that EncodePath encoded, or another client. It
// takes any text: what is no path is an error, which does not show the text.
func DecodePath(text string) ([]cdt.Step, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("aerostore: DecodePath: the text is no base64")
	}
	path, err := expr.ParsePath(packed)
	if err == nil && len(path) >= value.MaxDepth {
		err = errLongPath
	}
	if err != nil {
		return nil, fmt.Errorf("aerostore: DecodePath: %w", err)
	}
	return path, nil
}

var errLongPath = errors.New("the path has too many steps")

func packPath(path []cdt.Step) ([]byte, error) {
	switch {
	case len(path) == 0:
		return nil, errors.New("the path has no steps")
	case len(path) >= value.MaxDepth:
		return nil, errLongPath
	}
	return expr.PackPath(path)
}

// maxPathText is the longest path of an index that a server accepts, as text.
const maxPathText = 2047

// checkPath returns why no index has the path.
func checkPath(path []cdt.Step) *invalidError {
	if len(path) == 0 {
		return nil
	}
	for i, step := range path {
		switch {
		case value.IsNil(step) || step.Selector() == nil:
			return invalidf("step %d of the path of an index selects nothing", i)
		case step.Creation() != 0:
			return invalidf("step %d of the path of an index creates what is missing: leave out Create", i)
		}
	}
	packed, err := packPath(path)
	if err != nil {
		return invalidf("the path of an index cannot be sent: %v", err)
	}
	if n := base64.StdEncoding.EncodedLen(len(packed)); n > maxPathText {
		return invalidf("the path of an index takes %d bytes as text, %d at most", n, maxPathText)
	}
	return nil
}
