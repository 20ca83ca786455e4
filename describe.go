package aerostore

// A Describer is a backend that says what it talks to. Find it under any
// layers with As[Describer].
type Describer interface {
	Describe() Description
}

// A Description says which system a backend talks to and where.
type Description struct {
	// System is the name of the database for telemetry: "aerospike".
	System string

	// Address and Port are where the application configured the backend to
	// connect to first. They are "" and 0 where the backend connects to
	// nothing.
	Address string
	Port    int

	// Cluster is the cluster's name, "" where it is not known.
	Cluster string
}
