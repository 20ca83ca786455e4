package aerostore

// A Replica says which of the nodes that have a record is sent a call. It has a meaning
// for reads and queries. A write is sent to the master, and with [ReplicaSequence] or
// [ReplicaPreferRack] to another node if the master does not answer.
//
// It is an option of each call, but not of an item of a batch. With strong consistency, a
// [ReadMode] may restrict it to the master.
type Replica uint8

// The replicas.
const (
	// ReplicaDefault leaves the choice to the backend's policy, which is
	// ReplicaSequence unless it is configured otherwise.
	ReplicaDefault Replica = iota
	// ReplicaMaster is the node that has the master.
	ReplicaMaster
	// ReplicaMasterProles are the nodes that have the record, in turn.
	ReplicaMasterProles
	// ReplicaRandom is any node of the cluster. It suits a cluster whose nodes have all
	// records.
	ReplicaRandom
	// ReplicaSequence is the master first, and each other replica after an attempt that
	// failed.
	ReplicaSequence
	// ReplicaPreferRack is a node on the rack of the application, if it is configured
	// to have one, and otherwise ReplicaSequence.
	ReplicaPreferRack
)

func (r Replica) applyRead(o Options) Options {
	o.Replica = r
	return o
}

func (r Replica) applyWrite(o Options) Options { return r.applyRead(o) }

// A ReadMode says how much of the cluster a read considers. The first two are for
// namespaces that stay available when nodes cannot reach each other (AP), the others for
// those with strong consistency (SC). A mode of the other kind of namespace has no effect,
// but the Community Edition refuses ReadModeLinearize with [CodeEnterpriseOnly].
//
// It has a meaning for reads of single records and batches, and for Operate and
// BatchOperate if they only read.
type ReadMode uint8

// The read modes.
const (
	// ReadModeDefault leaves the choice to the backend's policy, which is ReadModeOne and
	// ReadModeSession unless it is configured otherwise.
	ReadModeDefault ReadMode = iota
	// ReadModeOne reads from one node.
	ReadModeOne
	// ReadModeAll compares all replicas while records move between nodes, and reads the
	// latest.
	ReadModeAll
	// ReadModeSession lets this client see the versions of a record in their order. It
	// reads from the master.
	ReadModeSession
	// ReadModeLinearize lets all clients see the versions of a record in their order. It
	// reads from the master, which checks with the other replicas.
	ReadModeLinearize
	// ReadModeAllowReplica reads from the master or another complete replica, which may
	// have an earlier version.
	ReadModeAllowReplica
	// ReadModeAllowUnavailable also reads from a partition that is not available, whose
	// records may be out of date.
	ReadModeAllowUnavailable
)

func (m ReadMode) applyRead(o Options) Options {
	o.ReadMode = m
	return o
}

func (m ReadMode) applyWrite(o Options) Options { return m.applyRead(o) }

// A CommitLevel says when a write is answered. A read ignores it.
type CommitLevel uint8

// The commit levels.
const (
	// CommitDefault leaves the choice to the backend's policy, which is CommitAll unless
	// it is configured otherwise.
	CommitDefault CommitLevel = iota
	// CommitAll answers when all replicas have the write.
	CommitAll
	// CommitMaster answers when the master has it. A write that was answered may be
	// lost with the master.
	CommitMaster
)

func (l CommitLevel) applyWrite(o Options) Options {
	o.CommitLevel = l
	return o
}
