package vectors

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
)

// folder is the environment variable that names another source of vectors.
const folder = "AEROSTORE_VECTORS"

//go:embed recorded/*.jsonl.gz
var recordings embed.FS

// A file is a file of vectors.
type file struct {
	name string // without .jsonl and .gz
	path string
	fsys fs.FS

	vectors func() ([]*vector, []error) // loads the file once
}

// source returns the files to replay.
func source() ([]file, error) {
	if dir := os.Getenv(folder); dir != "" {
		files, err := filesIn(os.DirFS(dir), ".")
		if err == nil && len(files) == 0 {
			err = errors.New("the folder has no .jsonl or .jsonl.gz files")
		}
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", folder, dir, err)
		}
		return files, nil
	}
	return embedded()
}

// embedded are the recordings of the package. Several runs share what was loaded, which
// none of them changes.
var embedded = sync.OnceValues(func() ([]file, error) { return filesIn(recordings, "recorded") })

func filesIn(fsys fs.FS, dir string) ([]file, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, e := range entries {
		if name, ok := strings.CutSuffix(strings.TrimSuffix(e.Name(), ".gz"), ".jsonl"); ok {
			f := file{name: name, path: path.Join(dir, e.Name()), fsys: fsys}
			f.vectors = sync.OnceValues(func() ([]*vector, []error) { return f.load(1) })
			files = append(files, f)
		}
	}
	return files, nil
}

// load returns one vector in oneIn of a file, and an error with file and line for each of
// their lines that cannot be parsed.
func (f file) load(oneIn int) (vectors []*vector, errs []error) {
	data, err := f.read()
	if err != nil {
		return nil, []error{err}
	}
	lines := make(map[string]int)
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if len(bytes.TrimSpace(line)) == 0 || (number-1)%oneIn != 0 {
			continue
		}
		v, err := parse(line)
		if err == nil && lines[v.name] != 0 {
			err = fmt.Errorf("line %d has a vector of the same name, %q", lines[v.name], v.name)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", f.path, number, err))
			continue
		}
		lines[v.name] = number
		vectors = append(vectors, v)
	}
	return vectors, errs
}

func (f file) read() ([]byte, error) {
	data, err := fs.ReadFile(f.fsys, f.path)
	if err != nil || !strings.HasSuffix(f.path, ".gz") {
		return data, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(data))
	if err == nil {
		data, err = io.ReadAll(unpacked)
		err = cmp.Or(err, unpacked.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return data, nil
}
