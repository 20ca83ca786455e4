package memory_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// An action is what one goroutine does to one record, and an outcome what it
// sees of it.
type action struct {
	op      aerostore.Op
	key     int
	n       int
	checked bool // by generation, of a put; of an OpOperate, that it fails in its last step
	expect  uint32
}

type seen struct {
	code       aerostore.ResultCode
	existed    bool
	n          int
	text       string
	list       string // of digits
	generation uint32
}

// registers is what a record does, one operation after another.
var registers = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := make([][]porcupine.Operation, linearKeys)
		for _, o := range history {
			key := o.Input.(action).key
			byKey[key] = append(byKey[key], o)
		}
		return byKey
	},
	Init: func() any { return seen{} },
	Step: func(state, input, output any) (bool, any) {
		want, next := step(state.(seen), input.(action))
		return output.(seen) == want, next
	},
}

// step returns what an action sees of a record and what becomes of it.
func step(now seen, a action) (sees, next seen) {
	next = now
	next.existed = true
	next.generation++
	switch a.op {
	case aerostore.OpGet:
		if !now.existed {
			return seen{code: aerostore.CodeNotFound}, now
		}
		return now, now
	case aerostore.OpRemove:
		return seen{existed: now.existed}, seen{}
	case aerostore.OpPut:
		if a.checked && a.expect != now.generation {
			return seen{code: aerostore.CodeGeneration}, now
		}
		next.n = a.n
	case aerostore.OpIncrement:
		next.n += a.n
	case aerostore.OpAppend:
		next.text += strconv.Itoa(a.n)
	case aerostore.OpOperate:
		if a.checked {
			return seen{code: aerostore.CodeOpNotApplicable}, now
		}
		next.list += strconv.Itoa(a.n)
		return seen{n: len(next.list)}, next
	}
	return seen{}, next
}

// perform carries the action out on a store.
func (a action) perform(ctx context.Context, s aerostore.Store, key aerostore.Key) (result seen) {
	var err error
	switch a.op {
	case aerostore.OpGet:
		var r *aerostore.Record
		if r, err = s.Get(ctx, key); err == nil {
			result.existed, result.generation = true, r.Generation
			result.n, _ = r.Int("n")
			result.text, _ = r.Str("s")
			list, _ := r.List("l")
			for _, n := range list {
				result.list += strconv.Itoa(n.(int))
			}
		}
	case aerostore.OpRemove:
		result.existed, err = s.Remove(ctx, key)
	case aerostore.OpPut:
		var opts []aerostore.WriteOption
		if a.checked {
			opts = append(opts, aerostore.GenerationEqual(a.expect))
		}
		err = s.Put(ctx, key, bins{"n": a.n}, opts...)
	case aerostore.OpIncrement:
		err = s.Increment(ctx, key, bins{"n": a.n})
	case aerostore.OpAppend:
		err = s.Append(ctx, key, bins{"s": strconv.Itoa(a.n)})
	case aerostore.OpOperate:
		l := aerostore.ListBin("l")
		ops := []aerostore.Operation{l.Append(a.n)}
		if a.checked {
			ops = append(ops, l.GetAt(1000))
		}
		var r *aerostore.Record
		if r, err = s.Operate(ctx, key, ops); err == nil {
			result.n, _ = r.Step(0).Int()
		}
	}
	result.code = aerostore.CodeOf(err)
	return result
}

const (
	linearKeys    = 2
	linearClients = 4
	linearActions = 60
)

// record runs some goroutines on the store and returns what they saw.
// The first key is known by its digest from the middle on.
func record(ctx context.Context, s aerostore.Store, seed uint64) []porcupine.Operation {
	ops := []aerostore.Op{
		aerostore.OpGet, aerostore.OpGet, aerostore.OpPut, aerostore.OpPut,
		aerostore.OpIncrement, aerostore.OpAppend, aerostore.OpRemove, aerostore.OpOperate, aerostore.OpOperate,
	}
	var clock atomic.Int64
	var mu sync.Mutex
	var history []porcupine.Operation
	together(linearClients, func(client int) {
		random := rand.New(rand.NewPCG(seed, uint64(client)))
		var last uint32 // generation seen
		for i := range linearActions {
			a := action{
				op: ops[random.IntN(len(ops))], key: random.IntN(linearKeys), n: random.IntN(10),
				checked: random.IntN(2) == 0, expect: last,
			}
			k := aerostore.NewKey("test", "users", a.key)
			if a.key == 0 && i > linearActions/2 {
				k = aerostore.DigestKey("test", "users", k.Digest())
			}
			o := porcupine.Operation{ClientId: client, Input: a, Call: clock.Add(1)}
			result := a.perform(ctx, s, k)
			o.Output, o.Return = result, clock.Add(1)
			if a.op == aerostore.OpGet {
				last = result.generation
			}
			mu.Lock()
			history = append(history, o)
			mu.Unlock()
		}
	})
	return history
}

// linearizable checks some histories of the store behind the layers.
func linearizable(t *testing.T, layers ...aerostore.Middleware) bool {
	t.Helper()
	const histories = 100
	for seed := range uint64(histories) {
		history := record(t.Context(), aerostore.Chain(memory.NewT(t), layers...), seed)
		switch porcupine.CheckOperationsTimeout(registers, history, time.Minute) {
		case porcupine.Illegal:
			return false
		case porcupine.Unknown:
			t.Fatal("the check took too long")
		}
	}
	return true
}

func TestHistoriesAreLinearizable(t *testing.T) {
	if !linearizable(t) {
		t.Error("a history is not linearizable")
	}
}

func TestHistoriesBehindCoalescedReadsAreLinearizable(t *testing.T) {
	yields := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			runtime.Gosched()
			result, err := next(ctx, call)
			runtime.Gosched()
			return result, err
		}
	})
	if !linearizable(t, middleware.Coalesce(middleware.CoalesceOptions{}), yields) {
		t.Error("a history is not linearizable")
	}
}

func TestHistoriesOfABrokenStoreAreNot(t *testing.T) {
	for name, broken := range map[string]aerostore.Interceptor{
		"stale reads": func(next aerostore.Handler) aerostore.Handler {
			var last [linearKeys]atomic.Pointer[aerostore.Record]
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				result, err := next(ctx, call)
				id, ok := call.Key.ID().(int64)
				if call.Op != aerostore.OpGet || err != nil || !ok {
					return result, err
				}
				if before := last[id].Swap(result.Record()); before != nil {
					result = result.WithRecord(before)
				}
				return result, err
			}
		},
		"lost writes": func(next aerostore.Handler) aerostore.Handler {
			var count atomic.Int64
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				if call.Op == aerostore.OpIncrement && count.Add(1)%5 == 0 {
					return aerostore.Result{}, nil
				}
				return next(ctx, call)
			}
		},
		"writes in two steps": func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				if call.Op != aerostore.OpIncrement {
					return next(ctx, call)
				}
				r, err := next.Get(ctx, call.Key)
				if err != nil && !errors.Is(err, aerostore.ErrNotFound) {
					return aerostore.Result{}, err
				}
				n, _ := r.Int("n")
				m, _ := call.Bins()["n"].(int)
				runtime.Gosched()
				return aerostore.Result{}, next.Put(ctx, call.Key, bins{"n": n + m})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if linearizable(t, aerostore.Intercept(broken)) {
				t.Error("the checker found all histories linearizable")
			}
		})
	}
}
