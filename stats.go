package aerostore

// A StatsReporter is a backend that counts what its connections do. Find it in a chain
// with As[StatsReporter].
type StatsReporter interface {
	// Stats returns the current counts, or false if the backend is closed. It sends
	// nothing to the cluster, is cheap enough to be called every few seconds, and is
	// safe for concurrent use. The result belongs to the caller.
	Stats() (Stats, bool)
}

// Stats are the counts of a backend.
type Stats struct {
	// MaxConnections is how many connections to each node may be open, 0 if there is no
	// limit or it is not known.
	MaxConnections int64

	// Nodes are the nodes that are or have been in use.
	Nodes []NodeStats
}

// NodeStats are the counts of one node, which is identified by its address. The counts
// of a node that leaves and returns continue. All except ConnectionsOpen only grow while
// the backend is open.
type NodeStats struct {
	Node Node // the name is "" if it is no longer known
	Left bool // the node is not in use: it left the cluster or did not answer

	ConnectionsOpen        int64 // currently open, in use or idle
	ConnectionsAttempted   int64 // attempts to open a connection
	ConnectionsSuccessful  int64 // connections opened and, if required, logged in
	ConnectionsFailed      int64 // errors while opening or using a connection
	ConnectionsTimedOut    int64 // timeouts while using a connection; included in ConnectionsFailed
	ConnectionsClosed      int64 // connections closed for any reason
	ConnectionsIdleDropped int64 // connections closed because they were idle for too long

	PoolEmpty    int64 // times no connection was opened because the limit was reached
	PoolOverflow int64 // connections closed after use because the pool was full
	PoolTimeouts int64 // commands that failed because no connection was free in time

	CircuitBreakerHits int64 // commands refused because too many had failed

	TendsAttempted  int64 // requests for the state of the node
	TendsSuccessful int64
	TendsFailed     int64

	PartitionMapUpdates int64

	Added   int64 // times the node was added to those in use
	Removed int64 // times it was removed from them
}
