package emulator

import "github.com/aerostore/aerostore"

// compressed handles a compressed message.
func (c *conn) compressed(body []byte) error {
	return c.fail(aerostore.CodeEnterpriseOnly)
}

// compressAnswer compresses the answer whose frame begins at start, if the client asked
// for that.
func (c *conn) compressAnswer(m *message, start int) error { return nil }
