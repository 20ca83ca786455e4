package aerostore

// A Describer is a backend that describes the system it is connected to. Find it in a
// chain with As[Describer].
type Describer interface {
	// Describe returns the description. It is safe for concurrent use.
	Describe() Description
}

// A Description describes the system that a backend is connected to.
type Description struct {
	// System is the name of the database in telemetry, such as "aerospike".
	System string

	// Address and Port are the first host that the application configured. They are
	// "" and 0 if the backend connects to none.
	Address string
	Port    int

	// Cluster is the name of the cluster, or "" if it is not known.
	Cluster string
}
