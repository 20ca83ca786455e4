package emulator

import (
	"errors"
	"log/slog"

	"github.com/aerostore/aerostore"
)

// command handles a message. An error ends the connection.
func (c *conn) command(body []byte) error {
	m := &c.message
	if err := m.parse(body); errors.Is(err, errTrailing) {
		return c.refuse(m, aerostore.CodeParameter, "a message that is longer than it says")
	} else if err != nil {
		return err
	}
	command := commandOf(m)
	f := c.receive(command, m)
	if f == nil {
		return c.obey(command, m)
	}
	return c.sufferAll(f, func() error { return c.obey(command, m) }, func() error {
		if command == Batch || command == Query {
			return c.failLast(f.Code)
		}
		return c.fail(f.Code)
	})
}

// commandOf returns what a message is.
func commandOf(m *message) Command {
	switch {
	case m.info1&info1Batch != 0, m.has(fieldBatch), m.has(fieldBatchWithSet):
		return Batch
	case m.has(fieldDigest), m.has(fieldKey):
		return recordCommandOf(m)
	case m.info2&info2Write != 0:
		return Job
	default:
		return Query
	}
}

// recordCommandOf returns what a message on one record is.
func recordCommandOf(m *message) Command {
	switch {
	case m.info2&info2Delete != 0:
		return Delete
	case m.info2&info2Write != 0:
		return Write
	default:
		return Read
	}
}

// obey carries out a message and appends the answer.
func (c *conn) obey(command Command, m *message) error {
	switch {
	case c.mustLogIn():
		return c.refuse(m, aerostore.CodeNotAuthenticated, "a command before the login")
	case m.has(fieldTransaction):
		return c.refuse(m, aerostore.CodeEnterpriseOnly, "a transaction")
	case command != Batch && (m.has(fieldUDFPackage) || m.has(fieldUDFFunction)):
		return c.refuse(m, aerostore.CodeUnsupportedFeature, "a user-defined function")
	case command <= Delete:
		return c.single(m)
	case command != Batch && !m.has(fieldNamespace):
		return c.refuse(m, aerostore.CodeInvalidNamespace, "a command without a namespace")
	}
	c.node.counts.applied[command].Add(1)
	switch command {
	case Batch:
		return c.batch(m)
	case Job:
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
