package aerostore

// A StatsReporter is a backend that counts what becomes of its connections.
// Find it under any layers with As[StatsReporter].
type StatsReporter interface {
	// Stats returns what has been counted until now, or false if there is
	// nothing to tell: the backend is closed. It sends nothing, costs little
	// enough to be asked every few seconds, and is safe for concurrent use.
	// What it returns belongs to the caller.
	Stats() (Stats, bool)
}

// Stats are the counts of a backend.
type Stats struct {
	// Nodes are those in use and those that have left.
	Nodes []NodeStats
}

// NodeStats are the counts for one node, by its address: a node that comes back
// goes on counting. All but ConnectionsOpen only grow while the backend is open.
type NodeStats struct {
	Node Node // without a name if that is not known any more
	Left bool // not in use: it left the cluster or did not answer

	ConnectionsOpen        int64 // at this moment, in use or not
	ConnectionsAttempted   int64 // tried to open
	ConnectionsSuccessful  int64 // opened, logged in where that is needed
	ConnectionsFailed      int64 // errors in opening or using one
	ConnectionsTimedOut    int64 // timeouts in using one; they are among the failed, too
	ConnectionsClosed      int64 // for any reason
	ConnectionsIdleDropped int64 // closed after lying idle for too long

	PoolEmpty    int64 // none was opened, since there were as many as there may be
	PoolOverflow int64 // closed after use, since the pool had no room

	CircuitBreakerHits int64 // commands refused because too many had failed

	TendsAttempted  int64 // times the node was asked for its state
	TendsSuccessful int64
	TendsFailed     int64

	PartitionMapUpdates int64

	Added   int64 // times the node was taken into use
	Removed int64 // times it was taken out of use
}
