package asbackend

import (
	"cmp"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/attempt"
)

// attemptLayer is who makes the attempts that are reported.
const attemptLayer = "asbackend"

// attempts reports the attempts of a command to the layers around the Store. A command
// that the client repeats is a single attempt.
type attempts struct {
	last  *attempt.Attempt // nil if none are recorded
	ended bool             // the last one
	part  *aerostore.Call  // the keys of the last one, nil: those of the call
}

// begin reports that the command is about to be sent. If the last send found no
// connection, the attempt goes on.
func (a *attempts) begin() {
	if a.ended {
		a.last, a.ended = a.last.Next(), false
	}
}

// succeed reports that the last attempt succeeded.
func (a *attempts) succeed(call *aerostore.Call, node *aerostore.Node) {
	if a.last != nil {
		a.last.End(*cmp.Or(a.part, call), aerostore.Result{Node: node, Attempts: 1}, nil)
		a.ended = true
	}
}

// failAttempt reports how the last attempt ended. Its error is that of the attempt alone.
func (c *command) failAttempt(err *as.AerospikeError) {
	a := &c.retries.reported
	if a.last == nil || a.ended {
		return
	}
	cause := newClientError(err)
	cause.late = c.isLate(cause.err)
	of := *cause
	if !of.late {
		of.err = cause.root()
	}
	e := c.call.NewError(c.store.code(&of), cause)
	e.Node = c.store.nodes.of(c.store.client, err.Node)
	e.InDoubt = c.inDoubt(err)
	cause.shown, cause.inDoubt, cause.lack = e.Code, e.InDoubt, c.store.lackOf(cause, nil)
	a.last.End(*cmp.Or(a.part, &c.call), aerostore.Result{Node: e.Node, Attempts: 1}, e)
	a.ended = true
}

// reportCall sets the keys of the last attempt of a part.
func (p *part) reportCall(sent []as.BatchRecordIfc) {
	a := &p.retries.reported
	if a.last == nil {
		return
	}
	var call aerostore.Call
	if places := p.placesOf(sent); p.call.Op == aerostore.OpBatchWrite {
		items := make([]aerostore.BatchItem, len(places))
		for i, place := range places {
			items[i] = p.call.Items()[place]
		}
		call = p.call.WithItems(items)
	} else {
		keys := make([]aerostore.Key, len(places))
		for i, place := range places {
			keys[i] = p.call.KeyAt(place)
		}
		call = p.call.WithKeys(keys)
	}
	a.part = &call
}

// succeedAttempt reports that the last attempt of a part succeeded.
func (p *part) succeedAttempt(sent []as.BatchRecordIfc) {
	if p.retries != nil {
		p.reportCall(sent)
		p.retries.reported.succeed(&p.call, p.store.nodes.of(p.store.client, p.node))
	}
}

// placesOf returns the indexes in the batch of some of the part's records, in their order.
func (p *part) placesOf(some []as.BatchRecordIfc) []int {
	places := make([]int, 0, len(some))
	for i, record := range p.records {
		if len(places) < len(some) && some[len(places)] == record {
			places = append(places, p.place(i))
		}
	}
	return places
}
