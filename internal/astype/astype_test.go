package astype_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/aerostore/aerostore/internal/astype"
)

func TestOf(t *testing.T) {
	cause := &fs.PathError{Op: "open", Err: fs.ErrNotExist}
	for name, err := range map[string]error{
		"itself":  cause,
		"wrapped": fmt.Errorf("load: %w", cause),
		"joined":  errors.Join(errors.New("other"), cause),
	} {
		if found, ok := astype.Of[*fs.PathError](err); !ok || found != cause {
			t.Errorf("%s: found %v, %t, want the cause", name, found, ok)
		}
	}
	for name, err := range map[string]error{"nil": nil, "another type": fs.ErrNotExist} {
		if found, ok := astype.Of[*fs.PathError](err); ok || found != nil {
			t.Errorf("%s: found %v, %t, want none", name, found, ok)
		}
	}
}
