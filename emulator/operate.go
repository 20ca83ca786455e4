package emulator

import (
	"log/slog"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/wire"
)

// operationsOf returns the operations of a command on one record. They are valid until the
// next call.
func (c *conn) operationsOf(m *message) ([]aerostore.Operation, aerostore.ResultCode) {
	// With writes, all bins can be read only if no other operation is answered.
	if m.info2&info2Write != 0 && m.info1&info1GetAll != 0 && m.info2&info2RespondAllOps != 0 {
		return nil, aerostore.CodeParameter
	}
	clear(c.operations)
	ops := c.operations[:0]
	for _, raw := range m.operations {
		op, err := c.operationOf(m, raw)
		if err != nil {
			c.log().Debug("emulator: refusing an operation", slog.Any("error", err))
			return nil, codeOf(err)
		}
		if op.Writes() && m.info2&info2Write == 0 {
			return nil, aerostore.CodeParameter
		}
		ops = append(ops, op)
	}
	c.operations = ops
	return ops, aerostore.CodeOK
}

// binNames returns the names of the bins that a command reads. They are valid until the
// next call.
func (c *conn) binNames(m *message) []string {
	c.selected = c.selected[:0]
	for _, raw := range m.operations {
		c.selected = append(c.selected, c.names.of(raw.name))
	}
	return c.selected
}

func (c *conn) operationOf(m *message, raw operation) (aerostore.Operation, error) {
	if raw.kind == wire.Read && len(raw.name) == 0 {
		if m.info1&info1GetAll != 0 {
			return aerostore.ReadAll(), nil
		}
		return aerostore.ReadHeader(), nil
	}
	return wire.ParseOperation(raw.kind, raw.particle, c.names.of(raw.name), raw.data)
}

// appendResults appends what a command on one record returns: the bins of the record, or
// the results of its operations. It returns how many they are.
func (c *conn) appendResults(m *message, r *aerostore.Record) (n int, err error) {
	readsAll := m.info1&info1GetAll != 0
	switch {
	case m.nops == 0, readsAll:
		return c.appendBins(r)
	case m.info2&info2Write == 0 && m.info1&info1NoBins != 0:
		return 0, nil
	}
	selects := m.info2&info2Write == 0 && m.readsBins()
	every := m.info2&info2RespondAllOps != 0
	for i, raw := range m.operations {
		result := r.Step(i).Value()
		if selects {
			result = r.Bins[string(raw.name)]
		}
		switch {
		case raw.kind == wire.Touch:
			continue
		case result == nil && !every:
			continue
		}
		if c.out, err = appendBin(c.out, raw.kind, string(raw.name), result); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// appendBins appends the bins of a record.
func (c *conn) appendBins(r *aerostore.Record) (n int, err error) {
	for name, v := range r.Bins {
		if c.out, err = appendBin(c.out, wire.Read, name, v); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
