package storetest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// The sets of the cases. They differ from run to run, so that two runs can share a
// server.
var (
	mainSet  = "storetest_" + rand.Text()[:8]
	otherSet = mainSet + "_other"
	manySet  = mainSet + "_many" // of cases with many records, which the scans of others skip
	noSet    = mainSet + "_none" // never written
)

const unknownNamespace = "storetest_nons"

// A trial is a running case.
type trial struct {
	testing.TB
	*config

	store   aerostore.Store
	why     string
	secrets []string // no error may contain them
	began   time.Time
	passed  time.Duration // on the clock of the store, in addition to real time
}

// Errorf adds the reason for the case.
func (t *trial) Errorf(format string, args ...any) {
	t.Helper()
	t.TB.Errorf("%s\nwhy: %s", fmt.Sprintf(format, args...), t.why)
}

// Fatalf adds the reason for the case.
func (t *trial) Fatalf(format string, args ...any) {
	t.Helper()
	t.TB.Fatalf("%s\nwhy: %s", fmt.Sprintf(format, args...), t.why)
}

// skip ends the case and logs the reason.
func (t *trial) skip(reason string) {
	t.Helper()
	t.skipped.add(reason, t.Name())
	t.Skip(reason)
}

// key returns a new key, whose record is removed after the case.
func (t *trial) key() aerostore.Key { return t.keyIn(mainSet) }

func (t *trial) keyIn(set string) aerostore.Key {
	return t.owned(aerostore.NewKey(t.namespace, set, t.secret()))
}

func (t *trial) keys(n int) []aerostore.Key {
	keys := make([]aerostore.Key, n)
	for i := range keys {
		keys[i] = t.key()
	}
	return keys
}

// record returns the key of a new record with the bins of before.
func (t *trial) record() aerostore.Key {
	t.Helper()
	return t.records(1)[0]
}

func (t *trial) records(n int) []aerostore.Key {
	t.Helper()
	keys := t.keys(n)
	for _, key := range keys {
		t.put(key, before)
	}
	return keys
}

// owned removes the record of the key after the case.
func (t *trial) owned(key aerostore.Key) aerostore.Key {
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if _, err := t.store.Remove(ctx, key); err != nil && !errors.Is(err, aerostore.ErrClosed) {
			t.Errorf("the clean-up failed to remove a record: %v", err)
		}
	})
	return key
}

// strangerKey returns a key in a namespace that does not exist.
func (t *trial) strangerKey() aerostore.Key {
	return aerostore.NewKey(unknownNamespace, mainSet, t.secret())
}

// secret returns a random text that no error may contain.
func (t *trial) secret() string {
	s := rand.Text()
	t.secrets = append(t.secrets, s)
	return s
}

// secretNumber returns a random integer that no error may contain.
func (t *trial) secretNumber() int {
	n := int(t.number())
	t.secrets = append(t.secrets, strconv.Itoa(n))
	return n
}

// number returns a random integer.
func (*trial) number() int64 {
	var raw [8]byte
	_, _ = rand.Read(raw[:])                                   // never fails
	return int64(binary.BigEndian.Uint64(raw[:]) &^ (1 << 63)) //nolint:gosec // G115: it has 63 bits
}

// bin returns a random bin name, so that a query for the bin returns records of the
// case only.
func (*trial) bin() string { return "b" + rand.Text()[:14] }

// pass waits for d on the clock of the store.
func (t *trial) pass(d time.Duration) {
	if t.advance != nil {
		t.advance(t.store, d)
		t.passed += d
		return
	}
	time.Sleep(d)
}

// ok ends the case if err is not nil.
func (t *trial) ok(err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("failed with %q, want no error", err)
	}
}

// fails checks that err is an *Error that matches want, that it is not in doubt, and
// that it contains no secret.
func (t *trial) fails(err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v (%T), want one that matches %q", err, err, want)
		return
	}
	if _, ok := errors.AsType[*aerostore.Error](err); !ok {
		t.Errorf("errors.As finds no *aerostore.Error in the %T %q", err, err)
	}
	if aerostore.InDoubt(err) {
		t.Errorf("the error %q is in doubt, want one that is not", err)
	}
	t.discreet(err)
}

// discreet checks that err and the errors that it wraps contain no secret.
func (t *trial) discreet(err error) {
	t.Helper()
	text := fmt.Sprintf("%v %+v", err, err)
	for _, secret := range t.secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the error %q contains the id or value %q", err, secret)
		}
	}
	switch e := err.(type) { //nolint:errorlint // each error by itself
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			t.discreet(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			t.discreet(inner)
		}
	}
}

// equal compares a part of an answer.
func (t *trial) equal(what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %s (%T), want %s (%T)", what, show(got), got, show(want), want)
	}
}

// show prints a value, the beginning of a long one.
func show(value any) string {
	const most = 1000
	text := fmt.Sprintf("%#v", beginning(value))
	if len(text) > most {
		return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:most], ""), len(text))
	}
	return text
}

// A cut value is the beginning of one, with its length.
type cut string

func (c cut) GoString() string { return string(c) }

// beginning cuts long strings, bytes and lists, also in bins and lists, since fmt takes a
// second for a mebibyte.
func beginning(value any) any {
	const most = 200
	switch v := value.(type) {
	case string:
		if len(v) > most {
			return cut(fmt.Sprintf("%q… (%d bytes)", v[:most], len(v)))
		}
	case []byte:
		if len(v) > most {
			return cut(fmt.Sprintf("%#v… (%d bytes)", v[:most], len(v)))
		}
	case []any:
		first := make([]any, min(len(v), most))
		for i := range first {
			first[i] = beginning(v[i])
		}
		if len(v) > most {
			return cut(fmt.Sprintf("%#v… (%d values)", first, len(v)))
		}
		return first
	case aerostore.Bins:
		if v == nil {
			return v
		}
		all := make(aerostore.Bins, len(v))
		for name, bin := range v {
			all[name] = beginning(bin)
		}
		return all
	}
	return value
}

// bins compares the bins of a record that was read.
func (t *trial) bins(r *aerostore.Record, want aerostore.Bins) {
	t.Helper()
	switch {
	case r == nil:
		t.Fatalf("got a nil record and no error, want a record")
	case r.Bins == nil:
		t.Errorf("Bins is nil, want %s", show(want))
	}
	for name, value := range want {
		got, ok := r.Bins[name]
		if !ok {
			t.Errorf("bin %q is missing, want %s", name, show(value))
			continue
		}
		t.equal(fmt.Sprintf("bin %q", name), got, value)
	}
	for name, value := range r.Bins {
		if _, ok := want[name]; !ok {
			t.Errorf("bin %q is %s, want no such bin", name, show(value))
		}
	}
}

// put writes a record that a case starts with.
func (t *trial) put(key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) {
	t.Helper()
	if err := t.store.Put(t.Context(), key, bins, opts...); err != nil {
		t.Fatalf("Put failed with %q, want no error", err)
	}
}

// get reads a record that must exist.
func (t *trial) get(key aerostore.Key) *aerostore.Record {
	t.Helper()
	r, err := t.store.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get failed with %q, want no error", err)
	}
	if r == nil {
		t.Fatalf("Get returned a nil record and no error, want a record")
	}
	return r
}

// holds checks the bins of a record.
func (t *trial) holds(key aerostore.Key, want aerostore.Bins) {
	t.Helper()
	t.bins(t.get(key), want)
}

// unchanged checks that a record was written once, with these bins.
func (t *trial) unchanged(key aerostore.Key, want aerostore.Bins) {
	t.Helper()
	r := t.get(key)
	t.bins(r, want)
	t.equal("the generation", r.Generation, uint32(1))
}

// missing checks that a record does not exist.
func (t *trial) missing(key aerostore.Key) {
	t.Helper()
	if r, err := t.store.Get(t.Context(), key); !errors.Is(err, aerostore.ErrNotFound) {
		t.Errorf("Get returned the record %v and error %v, want no record and ErrNotFound", r, err)
	}
	if existed, err := t.store.Exists(t.Context(), key); existed || err != nil {
		t.Errorf("Exists returned %t and error %v, want false and no error", existed, err)
	}
}

// written checks that a record was written a second time, or removed.
func (t *trial) written(key aerostore.Key, removed bool) {
	t.Helper()
	if removed {
		t.missing(key)
		return
	}
	t.equal("Generation", t.get(key).Generation, uint32(2))
}

// about checks the fields of an error.
func (t *trial) about(err error, op aerostore.Op, key aerostore.Key, code aerostore.ResultCode) {
	t.Helper()
	e, ok := errors.AsType[*aerostore.Error](err)
	if !ok {
		return // reported by fails
	}
	t.equal("Op", e.Op, op)
	t.equal("Namespace", e.Namespace, key.Namespace())
	t.equal("Set", e.Set, key.Set())
	t.equal("Code", e.Code, code)
}

// needs skips the case for a store without the feature.
func (t *trial) needs(f Feature) {
	if reason, lacks := t.without[f]; lacks {
		t.skip(fmt.Sprintf("without %s: %s", f, reason))
	}
}
