package emulator

import "github.com/aerostore/aerostore"

// query answers a scan or a query.
func (c *conn) query(m *message) error {
	return c.refuse(m, aerostore.CodeUnsupportedFeature, "a query")
}
