package cdt

// A flag changes what a write accepts. A write takes any number of them.
type (
	// A ListFlag changes what a write to a list accepts: AddUnique,
	// InsertBounded, NoFail or Partial.
	ListFlag interface {
		// Number returns how the server numbers the flag, as one bit.
		Number() uint8
		listFlag()
	}
	// A MapFlag changes what a write to a map accepts: CreateOnly, UpdateOnly,
	// NoFail or Partial.
	MapFlag interface {
		// Number returns how the server numbers the flag, as one bit.
		Number() uint8
		mapFlag()
	}
	// A BitFlag changes what a write to bits accepts: CreateOnly, UpdateOnly,
	// NoFail or Partial.
	BitFlag interface {
		// Number returns how the server numbers the flag, as one bit.
		Number() uint8
		bitFlag()
	}
	// An HLLFlag changes what a write to a HyperLogLog accepts: CreateOnly,
	// UpdateOnly, NoFail or AllowFold.
	HLLFlag interface {
		// Number returns how the server numbers the flag, as one bit.
		Number() uint8
		hllFlag()
	}
)

// The flags of writes.
const (
	// AddUnique refuses values that the list holds.
	AddUnique onlyListFlag = 1
	// InsertBounded refuses an index beyond the end of the list.
	InsertBounded onlyListFlag = 2
	// CreateOnly refuses a key, or the bin of bits or an HLL, that exists.
	CreateOnly createFlag = 1
	// UpdateOnly refuses a key, or the bin of bits or an HLL, that does not.
	UpdateOnly createFlag = 2
	// NoFail does nothing where another flag refuses, instead of failing.
	NoFail failFlag = 4
	// Partial writes, with NoFail, the elements that the flags do not refuse. On
	// bits it cuts a range at the end of the bytes.
	Partial partialFlag = 8
	// AllowFold reduces HLLs to the least number of index bits among them.
	AllowFold onlyHLLFlag = 8
)

type (
	onlyListFlag uint8
	createFlag   uint8 // of maps, bits and HLLs
	failFlag     uint8 // of all
	partialFlag  uint8 // of lists, maps and bits
	onlyHLLFlag  uint8
)

func (f onlyListFlag) Number() uint8 { return uint8(f) }
func (f createFlag) Number() uint8   { return uint8(f) }
func (f failFlag) Number() uint8     { return uint8(f) }
func (f partialFlag) Number() uint8  { return uint8(f) }
func (f onlyHLLFlag) Number() uint8  { return uint8(f) }

func (onlyListFlag) listFlag() {}
func (failFlag) listFlag()     {}
func (partialFlag) listFlag()  {}

func (createFlag) mapFlag()  {}
func (failFlag) mapFlag()    {}
func (partialFlag) mapFlag() {}

func (createFlag) bitFlag()  {}
func (failFlag) bitFlag()    {}
func (partialFlag) bitFlag() {}

func (createFlag) hllFlag()  {}
func (failFlag) hllFlag()    {}
func (onlyHLLFlag) hllFlag() {}

// An Overflow is what adding to an integer in bits does when it overflows.
type Overflow uint8

// The ways to overflow.
const (
	// OverflowFails refuses the operation.
	OverflowFails Overflow = 0
	// OverflowSaturates takes the largest or the least integer.
	OverflowSaturates Overflow = 2
	// OverflowWraps drops the bits that do not fit.
	OverflowWraps Overflow = 4
)

// A ResizeFlag changes how bits are resized.
type ResizeFlag uint8

// The flags of a resize.
const (
	// FromFront resizes at the front of the bytes.
	FromFront ResizeFlag = 1
	// GrowOnly refuses to shrink.
	GrowOnly ResizeFlag = 2
	// ShrinkOnly refuses to grow.
	ShrinkOnly ResizeFlag = 4
)

// Number returns how the server numbers the flag, as one bit.
func (f ResizeFlag) Number() uint8 { return uint8(f) }

// A SortFlag changes how a list is sorted. A server takes one of them.
type SortFlag uint8

// The flags of a sort.
const (
	// Descending puts the greatest value first.
	Descending SortFlag = 1
	// DropDuplicates keeps one of equal values.
	DropDuplicates SortFlag = 2
)

// Number returns how the server numbers the flag, as one bit.
func (f SortFlag) Number() uint8 { return uint8(f) }
