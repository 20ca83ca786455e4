package emulator

import "github.com/aerostore/aerostore"

// batch answers a command on many records.
func (c *conn) batch(m *message) error {
	return c.refuse(m, aerostore.CodeUnsupportedFeature, "a batch")
}
