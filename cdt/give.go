package cdt

type (
	// A Give is what an operation on a list or map returns of the elements that it
	// selects: for an [Index], [Rank] or [Key] of the one, for others a list.
	Give uint8
	// A MapGive is what only an operation on a map returns.
	MapGive uint8
)

// A GiveOfMap is a Give or a MapGive.
type GiveOfMap interface {
	// Number returns how the server numbers it.
	Number() uint8
	giveOfMap()
}

// What an operation on a list or map returns.
const (
	Nothing        Give = 0
	IndexOf        Give = 1
	ReverseIndexOf Give = 2 // the index from the end: the last has 0
	RankOf         Give = 3
	ReverseRankOf  Give = 4  // the rank from the greatest, which has 0
	Count          Give = 5  // how many are selected
	Elements       Give = 7  // the values
	Exists         Give = 13 // whether any is selected
)

// What an operation on a map can also return.
const (
	KeyOf        MapGive = 6
	Pairs        MapGive = 8 // keys with their values, in order
	AsMap        MapGive = 16
	AsOrderedMap MapGive = 17
)

// Number returns how the server numbers g.
func (g Give) Number() uint8 { return uint8(g) }

// Number returns how the server numbers g.
func (g MapGive) Number() uint8 { return uint8(g) }

func (Give) giveOfMap()    {}
func (MapGive) giveOfMap() {}
