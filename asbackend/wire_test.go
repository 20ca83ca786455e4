package asbackend_test

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/race"
	"github.com/aerostore/aerostore/internal/wire"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/storetest/vectors"
)

// A wireTrip sends operations by the client, and reads them from its bytes.
type wireTrip struct {
	t     *testing.T
	node  *fakeNode
	store *asbackend.Store

	mu         sync.Mutex
	trips      int
	unsendable int
}

// trip returns what a server receives for the operation, false if the client sends nothing.
func (w *wireTrip) trip(op aerostore.Operation) (aerostore.Operation, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.node.mu.Lock()
	w.node.commands = nil
	w.node.mu.Unlock()
	_, _ = w.store.Operate(w.t.Context(), key("set", 1), []aerostore.Operation{op})
	w.node.mu.Lock()
	defer w.node.mu.Unlock()
	if len(w.node.commands) != 1 {
		w.unsendable++
		return op, false
	}
	w.trips++
	got, err := firstOperation(w.node.commands[0])
	if err != nil {
		w.t.Errorf("%s: %v", op.Source(), err)
		return op, false
	}
	if want := asSent(op); !got.Equal(want) && got.Source() != want.Source() {
		w.t.Errorf("%s was read, want %s", got.Source(), want.Source())
	}
	return got, true
}

func firstOperation(command []byte) (aerostore.Operation, error) {
	rest := command[messageHeader:]
	for range binary.BigEndian.Uint16(command[18:]) {
		rest = rest[4+binary.BigEndian.Uint32(rest):]
	}
	body := rest[4 : 4+binary.BigEndian.Uint32(rest)]
	name := body[4 : 4+int(body[3])]
	return wire.ParseOperation(body[0], body[1], string(name), body[4+len(name):])
}

// asSent returns the operation that the client makes of another.
func asSent(o aerostore.Operation) aerostore.Operation {
	if o.CDT() == nil {
		if o.Kind() == aerostore.OperationRead && o.Bin() == "" {
			return aerostore.ReadAll()
		}
		return o
	}
	op := *o.CDT()
	switch op.Kind {
	case cdt.ListSet:
		op.Order = 0
	case cdt.ListAppend, cdt.ListInsert:
		if op.Kind == cdt.ListInsert {
			op.Order = 0
		}
		if values, ok := op.Values.([]any); ok && len(values) == 1 {
			op.Value, op.Values = values[0], nil
		}
	case cdt.ListIncrement:
		if op.Value == nil {
			op.Value = 1
		}
	case cdt.ListPopRange:
		if op.Counted && op.Count == 1 {
			op = cdt.Op{Kind: cdt.ListRemove, Path: op.Path, Select: cdt.Indexes(op.Index, 1).Selector(), Give: uint8(cdt.Elements)}
		}
	case cdt.ListRemoveRange:
		if op.Counted && op.Count == 1 {
			op = cdt.Op{Kind: cdt.ListRemove, Path: op.Path, Select: cdt.Indexes(op.Index, 1).Selector(), Give: uint8(cdt.Count)}
		}
	case cdt.MapAdd, cdt.MapAddAll:
		if op.Stored {
			op.Kind, op.Flags = map[cdt.Kind]cdt.Kind{cdt.MapAdd: cdt.MapPut, cdt.MapAddAll: cdt.MapPutAll}[op.Kind], cdt.CreateOnly.Number()
		}
	case cdt.MapReplace, cdt.MapReplaceAll:
		op.Order, op.Stored = 0, false
	case cdt.MapSetOrder:
		op.Flags, op.Stored = 0, op.Stored && len(op.Path) == 0
	case cdt.HLLAdd:
		values, _ := op.Values.([]any)
		sent := make([]any, len(values))
		for i, v := range values {
			sent[i] = v
			if h, ok := v.(aerostore.HLL); ok {
				sent[i] = []byte(h)
			}
		}
		op.Values = sent
	case cdt.BitAdd, cdt.BitSubtract:
		op.Signed, op.Action = op.Signed || op.Action&1 != 0, op.Action&^1
	}
	return aerostore.OperationOf(o.Bin(), op)
}

// Operations that go through the client's bytes are those that were sent, and memory
// answers them as the server answered them.
func TestOperationsAreReadFromTheClientsBytes(t *testing.T) {
	n := newFakeNode(t)
	n.will(2)
	w := &wireTrip{t: t, node: n, store: dialTo(t, n.addr())}
	layer := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			ops := call.Operations()
			if len(ops) == 0 || call.Validate() != nil {
				return next(ctx, call)
			}
			sent := make([]aerostore.Operation, len(ops))
			for i, op := range ops {
				if sent[i] = op; op.Kind() != aerostore.OperationReadHeader {
					sent[i], _ = w.trip(op)
				}
			}
			return next(ctx, call.WithOperations(sent))
		}
	})
	vectors.Run(t, func(tb testing.TB) aerostore.Store { return aerostore.Chain(memory.NewT(tb), layer) },
		vectors.WithSample(max(race.OneIn, asbackend.VectorSample)))
	if w.trips == 0 {
		t.Error("no operation was sent")
	}
	t.Logf("%d operations were read, %d not sent", w.trips, w.unsendable)
}
