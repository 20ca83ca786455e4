package asbackend_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

// counted returns the Store with the result of its last operation.
func counted(s *asbackend.Store) (aerostore.Store, *aerostore.Result) {
	last := new(aerostore.Result)
	return aerostore.Chain(s, aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			r, err := next(ctx, call)
			*last = r
			return r, err
		}
	})), last
}

// writes are writes of one key and of several.
var writes = append(slices.Clone(doubtful),
	doubtfulWrite{"BatchOperate", func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error {
		return worst(s.BatchOperate(ctx, []aerostore.Key{k, k}, addOne, opts...))
	}},
	doubtfulWrite{"Remove", func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error {
		_, err := s.Remove(ctx, k, opts...)
		return err
	}},
	doubtfulWrite{"BatchRemove of one key", func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error {
		return worst(s.BatchRemove(ctx, []aerostore.Key{k}, opts...))
	}},
)

// isOver reports whether the answer ends a write that has attempts left.
func isOver(a answer) bool { return a != hangsUp && a != saysNone && a != 9 }

// scriptsOf returns every sequence of answers to a number of attempts.
func scriptsOf(attempts int, answers ...answer) (scripts [][]answer) {
	for _, a := range answers {
		if attempts == 1 || isOver(a) {
			scripts = append(scripts, []answer{a})
			continue
		}
		for _, rest := range scriptsOf(attempts-1, answers...) {
			scripts = append(scripts, append([]answer{a}, rest...))
		}
	}
	return scripts
}

func TestEveryAttemptOfAWriteIsCountedAndNoneIsForgotten(t *testing.T) {
	t.Parallel()
	for _, w := range writes {
		for _, attempts := range []int{1, 2, 3} {
			t.Run(fmt.Sprintf("%s, attempts: %d", w.name, attempts), func(t *testing.T) {
				t.Parallel()
				answers := []answer{hangsUp, 9, 22, answersOK}
				if attempts < 3 {
					answers = append(answers, saysNone) // which takes time
				}
				n := newFakeNode(t)
				waiting := func(patience time.Duration) (aerostore.Store, *aerostore.Result) {
					return counted(dialTo(t, n.addr(), withBase(func(p *as.BasePolicy) {
						p.MaxRetries, p.TotalTimeout, p.SocketTimeout, p.SleepBetweenRetries = attempts, time.Minute, patience, 0
					})))
				}
				patient, lastOfPatient := waiting(time.Minute)
				impatient, lastOfImpatient := waiting(250 * time.Millisecond)
				for _, script := range scriptsOf(attempts, answers...) {
					s, last := patient, lastOfPatient
					if slices.Contains(script, saysNone) {
						s, last = impatient, lastOfImpatient
					}
					before := n.got()
					n.will(script...)
					err := w.do(t.Context(), s, key("set", 1))
					if errors.Is(err, aerostore.CodeNoResponse) && script[len(script)-1] == answersOK {
						err = nil // the fake node does not answer for each key
					}
					var want error
					doubt := len(script) > 1
					switch end := script[len(script)-1]; {
					case end == 22:
						want = aerostore.CodeForbidden
					case end != answersOK:
						want, doubt = aerostore.CodeMaxRetries, true
					}
					if !errors.Is(err, want) || err != nil && aerostore.InDoubt(err) != doubt {
						t.Errorf("%v gave %v (in doubt: %t), want %v (%t)", script, err, aerostore.InDoubt(err), want, doubt)
					}
					if got := n.got() - before; got != len(script) || int(last.Attempts) != got {
						t.Errorf("%v: %d attempts, %d were counted, and %d commands came in", script, len(script), last.Attempts, got)
					}
				}
			})
		}
	}
}

func TestOnlyKeysWithoutAnAnswerAreSentAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script []answer
		want   error // of the keys without an answer to the first attempt
		doubt  bool
		sent   []int // keys
	}{
		"then carried out":        {[]answer{answersFirst, eachKey}, nil, false, []int{3, 2}},
		"then refused":            {[]answer{answersFirst, eachKey + 22}, aerostore.CodeForbidden, true, []int{3, 2}},
		"then refused as a whole": {[]answer{answersFirst, 22}, aerostore.CodeForbidden, true, []int{3, 2}},
		"then one by one":         {[]answer{answersFirst, answersFirst, answersOK}, nil, false, []int{3, 2, 0}},
		"then never":              {[]answer{answersFirst, hangsUp, hangsUp}, aerostore.CodeMaxRetries, true, []int{3, 2, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newFakeNode(t)
			s, last := counted(dialTo(t, n.addr(), tries(3)))
			n.will(c.script...)
			keys := []aerostore.Key{key("set", 1), key("set", 2), key("set", 3)}
			results, err := s.BatchOperate(t.Context(), keys, addOne)
			if err != nil || results[0].Err != nil {
				t.Errorf("the first key was answered: %v", cmp.Or(err, results[0].Err))
			}
			for _, r := range results[1:] {
				if !errors.Is(r.Err, c.want) || aerostore.InDoubt(r.Err) != c.doubt {
					t.Errorf("%v (in doubt: %t), want %v (%t)", r.Err, aerostore.InDoubt(r.Err), c.want, c.doubt)
				}
			}
			if !slices.Equal(n.batches(), c.sent) || int(last.Attempts) != len(c.sent) {
				t.Errorf("commands of %v keys came in, want %v; %d attempts were counted", n.batches(), c.sent, last.Attempts)
			}
		})
	}
}

// The client marks only an operation on a single record as in doubt.
func TestTheServersOwnTimeoutLeavesAKeyOfABatchInDoubt(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), tries(1))
	n.will(eachKey + 9)
	keys := []aerostore.Key{key("set", 1), key("set", 2)}
	written, err := s.BatchOperate(t.Context(), keys, addOne)
	if err != nil {
		t.Fatal(err)
	}
	read, err := s.BatchRead(t.Context(), keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range keys {
		if !errors.Is(written[i].Err, aerostore.ErrTimeout) || !aerostore.InDoubt(written[i].Err) {
			t.Errorf("a write: %v", written[i].Err)
		}
		if !errors.Is(read[i].Err, aerostore.ErrTimeout) || aerostore.InDoubt(read[i].Err) {
			t.Errorf("a read: %v", read[i].Err)
		}
	}
}

func TestAFurtherAttemptGoesToTheCurrentMaster(t *testing.T) {
	t.Parallel()
	nodes, proxies := newFakeCluster(t, 2)
	backend := dialTo(t, proxies[0].Addr(), attentive(), withBase(func(p *as.BasePolicy) {
		p.MaxRetries, p.TotalTimeout, p.SleepBetweenRetries = 2, time.Minute, 200*time.Millisecond
	}))
	s, last := counted(backend)
	moves := keysOf(2)[0]
	nodes[0].will(hangsUp)
	taken := make(chan struct{})
	time.AfterFunc(20*time.Millisecond, func() {
		defer close(taken)
		nodes[1].takeOver(t, backend, nodes[0], moves)
	})
	err := s.Put(t.Context(), moves, aerostore.Bins{"a": 1})
	<-taken
	if err != nil || last.Attempts != 2 || nodes[0].got() != 1 || nodes[1].got() != 1 {
		t.Errorf("%v after %d attempts; the nodes got %d and %d commands", err, last.Attempts, nodes[0].got(), nodes[1].got())
	}
}

// The function may have done more than the command that failed.
func TestACustomCallThatWritesAndFailsInTheClientIsInDoubt(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), tries(1))
	for _, writes := range []bool{true, false} {
		for _, code := range []answer{9, 22} {
			n.will(answersOK, code)
			err := aerostore.Do(t.Context(), s, aerostore.Custom{Name: "ADD AND READ", Namespace: namespace, Writes: writes}, func(context.Context) error {
				k, err := as.NewKey(namespace, "set", 1)
				if err == nil {
					err = s.Client().Add(nil, k, as.BinMap{"n": 1})
				}
				if err == nil {
					_, err = s.Client().GetHeader(nil, k)
				}
				return err
			})
			if err == nil || aerostore.InDoubt(err) != writes {
				t.Errorf("it writes: %t, the server said %d: %v (in doubt: %t)", writes, code, err, aerostore.InDoubt(err))
			}
		}
	}
}
