package vectorop

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// ReadFile reads the recordings of a file as JSON, one of type V a line. The path has no
// ending: the file is plain and ends in .jsonl, or is compressed and ends in .jsonl.gz. A
// file without recordings is an error.
func ReadFile[V any](path string) (vectors []V, err error) {
	f, err := os.Open(path + ".jsonl") //nolint:gosec // G304: the tests name the file
	compressed := errors.Is(err, os.ErrNotExist)
	if compressed {
		f, err = os.Open(path + ".jsonl.gz") //nolint:gosec // G304: as above
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if compressed {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	const longest = 64 << 20
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		var v V
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		vectors = append(vectors, v)
	}
	if lines.Err() == nil && len(vectors) == 0 {
		return nil, fmt.Errorf("%s has no recordings", f.Name())
	}
	return vectors, lines.Err()
}
