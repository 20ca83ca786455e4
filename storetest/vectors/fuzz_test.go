package vectors

import (
	"bytes"
	"testing"
	"time"

	"github.com/aerostore/aerostore/memory"
)

func FuzzParse(f *testing.F) {
	files, err := filesIn(recordings, "recorded")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := file.read()
		if err != nil {
			f.Fatal(err)
		}
		seeds := 0
		for line := range bytes.Lines(data) {
			if len(line) < 2000 && seeds < 5 {
				f.Add(bytes.Clone(line))
				seeds++
			}
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		v, err := parse(line)
		if err != nil || v.unsupported != "" {
			return
		}
		s := memory.NewT(t)
		if err := v.clear(t.Context(), s); err != nil {
			t.Error(err)
		}
		v.replay(t.Context(), s, func(time.Duration) {})
	})
}
