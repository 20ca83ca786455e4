package emulator

import "github.com/aerostore/aerostore"

// job starts to change the records that a query selects.
func (c *conn) job(m *message) error {
	return c.refuse(m, aerostore.CodeUnsupportedFeature, "a background job")
}
