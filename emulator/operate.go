package emulator

import (
	"log/slog"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
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
			isExp := raw.kind == wire.ExpRead || raw.kind == wire.ExpModify
			if !isExp || len(raw.name) == 0 || !m.has(fieldDigest) {
				return nil, codeOf(err)
			}
			op = refusedInTurn(raw.kind == wire.ExpModify, c.names.of(raw.name))
		}
		if op.Writes() && m.info2&info2Write == 0 {
			return nil, aerostore.CodeParameter
		}
		ops = append(ops, op)
		if m.answersPresent() && mayReturnNil(op) {
			ops = append(ops, sizeOf(op))
		}
	}
	c.operations = ops
	return ops, aerostore.CodeOK
}

// refusedInTurn returns an operation that stands for one with an expression that a server
// refuses. A server parses it when it is its turn: another one before it may fail first.
// The store refuses it then for its flags.
func refusedInTurn(writes bool, name string) aerostore.Operation {
	if writes {
		return aerostore.WriteExp(name, exp.BoolVal(false), ^exp.CreateOnly)
	}
	return aerostore.ReadExp(name, exp.BoolVal(false), ^exp.EvalNoFail)
}

// answersPresent reports whether a read of a list or map that is there is answered even if
// it returns nil, and one of a missing bin is not. A read command answers neither.
func (m *message) answersPresent() bool {
	return m.info2&info2Write != 0 && m.info2&info2RespondAllOps == 0 && m.info1&info1GetAll == 0
}

// mayReturnNil reports whether an operation may return nil of a bin that is there.
func mayReturnNil(op aerostore.Operation) bool {
	kind := op.Kind()
	return (kind == aerostore.OperationList || kind == aerostore.OperationMap) && !op.Writes()
}

// sizeOf returns an operation that says whether the bin of another one is there: it returns
// the size of the list or map, nil if there is none.
func sizeOf(op aerostore.Operation) aerostore.Operation {
	within := op.CDT()
	isMap := within.Kind.Family() == cdt.OfMaps
	if len(within.Path) > 0 {
		isMap = within.Path[0].OfMap()
	}
	size := cdt.Op{Kind: cdt.ListSize}
	if isMap {
		size.Kind = cdt.MapSize
	}
	return aerostore.OperationOf(op.Bin(), size)
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
	op, err := wire.ParseOperation(raw.kind, raw.particle, c.names.of(raw.name), raw.data)
	if err == nil && raw.kind == wire.ExpRead && len(raw.name) == 0 && m.info2&info2Write == 0 {
		return aerostore.ReadAll(), nil // as every read of the bin without a name
	}
	return op, err
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
	step := 0
	for _, raw := range m.operations {
		result := r.Step(step).Value()
		if selects {
			result = r.Bins[string(raw.name)]
		}
		present := false
		if m.answersPresent() && mayReturnNil(c.operations[step]) {
			step++
			present = r.Step(step).Value() != nil
		}
		step++
		switch {
		case raw.kind == wire.Touch:
			continue
		case result == nil && !every && !present:
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
