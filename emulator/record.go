package emulator

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/wire"
)

// single answers a command on one record.
func (c *conn) single(m *message) error {
	start := len(c.out)
	c.out = appendFrame(c.out, frameMessage)
	if c.answer(m, 0) == aerostore.CodeOK {
		c.node.counts.applied[recordCommandOf(m)].Add(1)
	}
	return c.endAnswer(m, start)
}

// answer carries out a command on one record and appends what the record answers, without
// a frame. The index is that of the key in a batch.
func (c *conn) answer(m *message, index uint32) aerostore.ResultCode {
	start := len(c.out)
	result, code := c.carryOut(m)
	h := header{code: code, index: index}
	r := result.Record()
	if code != aerostore.CodeOK || r == nil {
		c.out = appendHeader(c.out, h)
		return code
	}
	h.generation, h.voidTime = r.Generation, voidTime(r)
	c.out = appendHeader(c.out, h)
	n, err := c.appendResults(m, r)
	if err != nil {
		c.log().Error("emulator: cannot answer", "error", err)
		c.out = appendHeader(c.out[:start], header{code: aerostore.CodeServer, index: index})
		return aerostore.CodeServer
	}
	setCounts(c.out, start, 0, n)
	return aerostore.CodeOK
}

// carryOut carries out a command on one record.
func (c *conn) carryOut(m *message) (aerostore.Result, aerostore.ResultCode) {
	key, code := c.key(m)
	if code != aerostore.CodeOK {
		return aerostore.Result{}, code
	}
	call := aerostore.Call{Key: key, Options: options(m)}
	unfit := false
	if packed := m.field(fieldFilter); packed != nil {
		filter, ok := c.node.cluster.filters.of(packed)
		if unfit = !ok; unfit {
			filter = never
		}
		call.Options.Filter = filter
	}
	switch {
	case m.info2&info2Write == 0 && m.info1&info1Read == 0:
		return aerostore.Result{}, aerostore.CodeParameter
	case m.info2&info2Delete != 0:
		call.Op, call.Options.TTL = aerostore.OpRemove, 0
	case m.info2&info2Write != 0:
		call.Op = aerostore.OpOperate
	case m.info1&info1NoBins != 0:
		call.Op = aerostore.OpSelect
	case m.info1&info1GetAll != 0 && m.nops == 0:
		call.Op = aerostore.OpGet
	case m.nops == 0:
		return aerostore.Result{}, c.refuseIfExists(key)
	case m.readsBins():
		call.Op = aerostore.OpSelect
		call = call.WithBinNames(c.binNames(m))
	default:
		call.Op = aerostore.OpOperate
	}
	if call.Op == aerostore.OpOperate {
		ops, code := c.operationsOf(m)
		if code != aerostore.CodeOK {
			if m.info2&info2Write == 0 && c.refuseIfExists(key) == aerostore.CodeNotFound {
				code = aerostore.CodeNotFound
			}
			return aerostore.Result{}, code
		}
		const mustExist = info3UpdateOnly | info3ReplaceOnly
		if m.info2&info2Write != 0 && m.info2&info2CreateOnly != 0 && m.info3&mustExist != 0 {
			if code = c.refuseIfExists(key); code == aerostore.CodeParameter {
				code = aerostore.CodeExists
			}
			return aerostore.Result{}, code
		}
		call = call.WithOperations(ops)
	}
	result, err := c.node.cluster.handler(context.Background(), call)
	switch {
	case unfit && aerostore.CodeOf(err) == aerostore.CodeFilteredOut:
		return aerostore.Result{}, aerostore.CodeParameter
	case err != nil && m.info2&info2Write == 0 && aerostore.CodeOf(err) == aerostore.CodeBinNameTooLong && c.refuseIfExists(key) == aerostore.CodeNotFound:
		return aerostore.Result{}, aerostore.CodeNotFound // a server looks for the record first
	case err != nil:
		return aerostore.Result{}, codeOf(err)
	case call.Op == aerostore.OpRemove && !result.Existed():
		return aerostore.Result{}, aerostore.CodeNotFound
	}
	return result, aerostore.CodeOK
}

// never stands for a filter that is no expression, or none that is true or false. A server
// refuses such a one where it would evaluate it: not if there is no record, and after it
// has compared the generation.
var never = aerostore.Filter(exp.BoolVal(false))

// refuseIfExists returns CodeParameter if the record exists, and CodeNotFound if it does
// not.
func (c *conn) refuseIfExists(key aerostore.Key) aerostore.ResultCode {
	result, err := c.node.cluster.handler(context.Background(), aerostore.Call{Op: aerostore.OpExists, Key: key})
	switch {
	case err != nil:
		return codeOf(err)
	case result.Existed():
		return aerostore.CodeParameter
	default:
		return aerostore.CodeNotFound
	}
}

// codeOf returns the code with which an error of the store is answered.
func codeOf(err error) aerostore.ResultCode {
	if code := aerostore.CodeOf(err); code > aerostore.CodeOK {
		return code
	}
	return aerostore.CodeServer
}

// key returns the key of a command on one record. It has the user's key if that was sent
// and belongs to the digest.
func (c *conn) key(m *message) (aerostore.Key, aerostore.ResultCode) {
	namespace, ok := c.node.cluster.namespace(m.field(fieldNamespace))
	if !ok {
		return aerostore.Key{}, aerostore.CodeInvalidNamespace
	}
	set := c.names.of(m.field(fieldSet))
	if !isSet(set) && !m.mayCreate() {
		return aerostore.Key{}, aerostore.CodeNotFound
	}
	sent, hasID := sentKey(namespace, set, m.field(fieldKey))
	digest := m.field(fieldDigest)
	switch {
	case len(digest) == digestSize && !c.node.reaches(partitionOf(digest), m.info2&info2Write != 0):
		return aerostore.Key{}, aerostore.CodePartitionUnavailable
	case len(digest) == digestSize:
		key := aerostore.DigestKey(namespace, set, [digestSize]byte(digest))
		if hasID && sent.Digest() == [digestSize]byte(digest) {
			key = sent
		}
		return key, aerostore.CodeOK
	case digest == nil:
		return aerostore.Key{}, aerostore.CodeUnsupportedFeature
	default:
		return aerostore.Key{}, aerostore.CodeParameter
	}
}

// digestSize is the size of a digest.
const digestSize = 20

// partitionOf returns the partition of a digest.
func partitionOf(digest []byte) int {
	return (int(digest[0]) | int(digest[1])<<8) % aerostore.PartitionCount
}

// isSet reports whether a set can have the name.
func isSet(name string) bool {
	const most = 63
	return len(name) <= most && strings.IndexByte(name, 0) < 0
}

// sentKey returns the key that a user's key of a command identifies.
func sentKey(namespace, set string, sent []byte) (aerostore.Key, bool) {
	if len(sent) == 0 {
		return aerostore.Key{}, false
	}
	switch id := sent[1:]; {
	case sent[0] == wire.Integer && len(id) == 8:
		return aerostore.NewKey(namespace, set, int64(binary.BigEndian.Uint64(id))), true //nolint:gosec // G115: the bits are what is wanted
	case sent[0] == wire.String:
		return aerostore.NewKey(namespace, set, string(id)), true
	case sent[0] == wire.Blob:
		return aerostore.NewKey(namespace, set, bytes.Clone(id)), true
	default:
		return aerostore.Key{}, false
	}
}

// options returns the options of a command on one record.
func options(m *message) (o aerostore.Options) {
	if m.info2&info2Write == 0 {
		// The percentage of a read is where the TTL of a write is.
		if touch := int32(m.ttl); touch >= -1 && touch <= 100 { //nolint:gosec // G115: the bits are what is wanted
			o.ReadTouch = aerostore.ReadTouch(touch)
		}
	} else {
		writeOptions(m, &o)
	}
	return o
}

func writeOptions(m *message, o *aerostore.Options) {
	o.TTL = aerostore.TTLFromSeconds(m.ttl)
	o.SendKey = m.has(fieldKey)
	o.DurableDelete = m.info2&info2DurableDelete != 0
	switch {
	case m.info2&info2Generation != 0:
		o.Generation, o.GenerationCheck = m.generation, aerostore.GenerationMustEqual
	case m.info2&info2GenerationGT != 0:
		o.Generation, o.GenerationCheck = m.generation, aerostore.GenerationMustBeLess
	}
	switch {
	case m.info2&info2CreateOnly != 0:
		o.Exists = aerostore.CreateOnly
	case m.info3&info3UpdateOnly != 0 && m.info3&info3CreateOrReplace != 0:
		o.Exists = aerostore.ReplaceOnly
	case m.info3&info3UpdateOnly != 0:
		o.Exists = aerostore.UpdateOnly
	case m.info3&info3CreateOrReplace != 0:
		o.Exists = aerostore.Replace
	case m.info3&info3ReplaceOnly != 0:
		o.Exists = aerostore.ReplaceOnly
	}
	if m.info3&info3CommitMaster != 0 {
		o.CommitLevel = aerostore.CommitMaster
	}
}

// epoch is when the times of the protocol begin, in Unix seconds: 2010.
const epoch = 1262304000

// voidTime returns when a record expires: in seconds since epoch, or 0 for never.
func voidTime(r *aerostore.Record) uint32 {
	if r.Generation == 0 || r.TTL == aerostore.NeverExpire {
		return 0
	}
	return uint32(time.Now().Add(time.Duration(r.TTL)).Unix() - epoch) //nolint:gosec // G115: until 2146
}
