package exp

// An Op is what an operation with an expression does. The root package makes them, by
// ReadExp and WriteExp.
type Op struct {
	Expression Any
	Writes     bool  // the value to a bin, instead of returning it
	Flags      uint8 // as the server numbers them
}

// String returns the name of the operation: "exp read" or "exp write".
func (op Op) String() string {
	if op.Writes {
		return "exp write"
	}
	return "exp read"
}

// A flag changes when an operation with an expression fails.
type (
	// A ReadFlag changes when a read fails: EvalNoFail.
	ReadFlag interface {
		// Number returns how the server numbers the flag, as one bit.
		Number() uint8
		readFlag()
	}
	// A WriteFlag changes what a write accepts: CreateOnly, UpdateOnly,
	// AllowDelete, NoFail or EvalNoFail.
	WriteFlag interface {
		// Number returns how the server numbers the flag, as one bit.
		Number() uint8
		writeFlag()
	}
)

// The flags of reads and writes.
const (
	// CreateOnly refuses a bin that exists.
	CreateOnly onlyWriteFlag = 1
	// UpdateOnly refuses a bin that does not.
	UpdateOnly onlyWriteFlag = 2
	// AllowDelete lets nil delete the bin.
	AllowDelete onlyWriteFlag = 4
	// NoFail does nothing where CreateOnly, UpdateOnly or the lack of AllowDelete
	// refuses, instead of failing.
	NoFail onlyWriteFlag = 8
	// EvalNoFail does nothing where the expression is unknown, instead of failing.
	// A read returns nil then.
	EvalNoFail evalFlag = 16
)

type (
	onlyWriteFlag uint8
	evalFlag      uint8 // of both
)

func (f onlyWriteFlag) Number() uint8 { return uint8(f) }
func (f evalFlag) Number() uint8      { return uint8(f) }

func (onlyWriteFlag) writeFlag() {}
func (evalFlag) writeFlag()      {}
func (evalFlag) readFlag()       {}
