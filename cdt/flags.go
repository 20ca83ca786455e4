package cdt

type (
	// A ListFlag changes what a write to a list accepts. The flags of a write
	// are combined by giving several.
	ListFlag interface{ listFlag() uint8 }
	// A MapFlag changes what a write to a map accepts.
	MapFlag interface{ mapFlag() uint8 }
	// A BitFlag changes what a write to bits accepts.
	BitFlag interface{ bitFlag() uint8 }
	// An HLLFlag changes what a write to a HyperLogLog accepts.
	HLLFlag interface{ hllFlag() uint8 }
)

type (
	// An OnlyListFlag is a ListFlag.
	OnlyListFlag uint8
	// An OnlyHLLFlag is an HLLFlag.
	OnlyHLLFlag uint8
	// A CreateFlag is a MapFlag, a BitFlag and an HLLFlag.
	CreateFlag uint8
	// A FailFlag is a flag of all writes.
	FailFlag uint8
	// A PartialFlag is a ListFlag, a MapFlag and a BitFlag.
	PartialFlag uint8
)

const (
	// AddUnique refuses values that the list holds.
	AddUnique OnlyListFlag = 1
	// InsertBounded refuses an index beyond the end of the list.
	InsertBounded OnlyListFlag = 2
	// AllowFold reduces HLLs to the least number of index bits among them.
	AllowFold OnlyHLLFlag = 8
	// CreateOnly refuses a key, or the bin of bits or an HLL, that exists.
	CreateOnly CreateFlag = 1
	// UpdateOnly refuses a key, or the bin of bits or an HLL, that does not.
	UpdateOnly CreateFlag = 2
	// NoFail does nothing in place of an error when a flag refuses.
	NoFail FailFlag = 4
	// Partial writes, with NoFail, the elements that the flags do not refuse. On
	// bits it cuts a range at the end of the bytes.
	Partial PartialFlag = 8
)

func (f OnlyListFlag) listFlag() uint8 { return uint8(f) }
func (f FailFlag) listFlag() uint8     { return uint8(f) }
func (f PartialFlag) listFlag() uint8  { return uint8(f) }

func (f CreateFlag) mapFlag() uint8  { return uint8(f) }
func (f FailFlag) mapFlag() uint8    { return uint8(f) }
func (f PartialFlag) mapFlag() uint8 { return uint8(f) }

func (f CreateFlag) bitFlag() uint8  { return uint8(f) }
func (f FailFlag) bitFlag() uint8    { return uint8(f) }
func (f PartialFlag) bitFlag() uint8 { return uint8(f) }

func (f CreateFlag) hllFlag() uint8  { return uint8(f) }
func (f FailFlag) hllFlag() uint8    { return uint8(f) }
func (f OnlyHLLFlag) hllFlag() uint8 { return uint8(f) }

// ListFlags returns the flags as the server numbers them.
func ListFlags(flags ...ListFlag) (bits uint8) {
	for _, f := range flags {
		bits |= f.listFlag()
	}
	return bits
}

// MapFlags returns the flags as the server numbers them.
func MapFlags(flags ...MapFlag) (bits uint8) {
	for _, f := range flags {
		bits |= f.mapFlag()
	}
	return bits
}

// BitFlags returns the flags as the server numbers them.
func BitFlags(flags ...BitFlag) (bits uint8) {
	for _, f := range flags {
		bits |= f.bitFlag()
	}
	return bits
}

// HLLFlags returns the flags as the server numbers them.
func HLLFlags(flags ...HLLFlag) (bits uint8) {
	for _, f := range flags {
		bits |= f.hllFlag()
	}
	return bits
}

type (
	// An Overflow is what adding to an integer in bits does when it overflows.
	Overflow uint8
	// A ResizeFlag changes how bits are resized.
	ResizeFlag uint8
	// A SortFlag changes how a list is sorted.
	SortFlag uint8
)

const (
	// OverflowFails refuses the operation.
	OverflowFails Overflow = 0
	// OverflowSaturates takes the largest or the least integer.
	OverflowSaturates Overflow = 2
	// OverflowWraps drops the bits that do not fit.
	OverflowWraps Overflow = 4

	// FromFront resizes at the front of the bytes.
	FromFront ResizeFlag = 1
	// GrowOnly refuses to shrink.
	GrowOnly ResizeFlag = 2
	// ShrinkOnly refuses to grow.
	ShrinkOnly ResizeFlag = 4

	// Descending puts the greatest value first.
	Descending SortFlag = 1
	// DropDuplicates keeps one of equal values. The server does not combine it
	// with Descending.
	DropDuplicates SortFlag = 2
)
