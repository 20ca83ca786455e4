package memory

import "fmt"

// An operationError says why an operation failed. It shows no value.
type operationError struct {
	step int
	name string
	bin  string
	err  error
}

func (e *operationError) Error() string {
	return fmt.Sprintf("operation %d, %s on bin %q: %v", e.step, e.name, e.bin, e.err)
}

// SafeMessage returns the text of the error, which has nothing to hide.
func (e *operationError) SafeMessage() string { return e.Error() }
