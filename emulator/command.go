package emulator

import (
	"log/slog"

	"github.com/aerostore/aerostore"
)

// command handles a message. An error ends the connection.
func (c *conn) command(body []byte) error {
	m := &c.message
	if err := m.parse(body); err != nil {
		return err
	}
	switch {
	case c.mustLogIn():
		return c.refuse(m, aerostore.CodeNotAuthenticated, "a command before the login")
	case m.has(fieldTransaction):
		return c.refuse(m, aerostore.CodeEnterpriseOnly, "a transaction")
	case m.info1&info1Batch != 0, m.has(fieldBatch), m.has(fieldBatchWithSet):
		return c.batch(m)
	case m.has(fieldUDFPackage), m.has(fieldUDFFunction):
		return c.refuse(m, aerostore.CodeUnsupportedFeature, "a user-defined function")
	case m.has(fieldDigest), m.has(fieldKey):
		return c.single(m)
	case !m.has(fieldNamespace):
		return c.refuse(m, aerostore.CodeInvalidNamespace, "a command without a namespace")
	case m.info2&info2Write != 0:
		return c.job(m)
	default:
		return c.query(m)
	}
}

// refuse answers a message with a code, and logs what is not supported.
func (c *conn) refuse(m *message, code aerostore.ResultCode, what string) error {
	c.log().Warn("emulator: refusing "+what,
		slog.String("code", code.String()),
		slog.String("namespace", string(m.field(fieldNamespace))), slog.String("set", string(m.field(fieldSet))))
	return c.fail(code)
}

// fail answers a message with a code.
func (c *conn) fail(code aerostore.ResultCode) error { return c.reply(header{code: code}) }

// failLast answers a message that can have several answers with a code, as the last one.
func (c *conn) failLast(code aerostore.ResultCode) error {
	return c.reply(header{code: code, info3: info3Last})
}

// reply answers with a header alone.
func (c *conn) reply(h header) error {
	start := len(c.out)
	c.out = appendHeader(appendFrame(c.out, frameMessage), h)
	endFrame(c.out, start)
	return nil
}
