package otelmw

import (
	"github.com/aerostore/aerostore"
)

// An operation is the name of a call with the namespace and set of its keys. The
// namespace or set is "" unless all keys share it.
type operation struct{ name, namespace, set string }

// operationOf takes a pointer, because copying a call takes as long as the rest.
func operationOf(call *aerostore.Call) operation {
	if call.Op.IsSingle() {
		return operation{call.Op.String(), call.Key.Namespace(), call.Key.Set()}
	}
	namespace, set := call.Target()
	return operation{operationName(*call), namespace, set}
}

// isBatch excludes a batch of one key, which the conventions name as the operation
// on a single record.
func isBatch(call aerostore.Call) bool { return call.IsBatch() && call.Len() != 1 }

func operationName(call aerostore.Call) string {
	if call.IsBatch() && call.Len() == 1 {
		return single(&call).String()
	}
	return call.Name()
}

// single returns the operation on a single record that corresponds to a batch.
func single(batch *aerostore.Call) aerostore.Op {
	switch batch.Op {
	case aerostore.OpBatchRead:
		return aerostore.OpGet
	case aerostore.OpBatchWrite:
		switch item := &batch.Items()[0]; {
		case item.Remove:
			return aerostore.OpRemove
		case item.Operations != nil:
			return aerostore.OpOperate
		default:
			return aerostore.OpPut
		}
	case aerostore.OpBatchOperate:
		return aerostore.OpOperate
	default:
		return aerostore.OpRemove
	}
}
