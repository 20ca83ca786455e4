package asop

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/engine/enginetest"
	value "github.com/aerostore/aerostore/internal/value"
)

// TestAgainstServer compares random operations of the engine with a real server.
// AEROSPIKE_HOSTS names it, ENGINE_SEED the first of ENGINE_RUNS seeds.
func TestAgainstServer(t *testing.T) {
	client := connect(t)
	runs, seed := number("ENGINE_RUNS", 300), number("ENGINE_SEED", 1)
	compared := 0
	for run := range runs {
		for of := enginetest.Lists; of <= enginetest.HLLs; of++ {
			n, difference := compare(t, client, uint64(seed+run), of)
			compared += n
			if difference != "" {
				t.Errorf("ENGINE_SEED=%d ENGINE_RUNS=1, family %d: %s", seed+run, of, difference)
			}
		}
		if t.Failed() && run > 20 {
			break
		}
	}
	t.Logf("%d operations compared", compared)
}

func number(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		return otherwise
	}
	return n
}

func connect(t *testing.T) *as.Client {
	t.Helper()
	hosts := os.Getenv("AEROSPIKE_HOSTS")
	if hosts == "" {
		t.Skip("AEROSPIKE_HOSTS names no server")
	}
	host, port, err := net.SplitHostPort(strings.Split(hosts, ",")[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	client, aerr := as.NewClient(host, p)
	if aerr != nil {
		t.Fatal(aerr)
	}
	t.Cleanup(client.Close)
	return client
}

// compare carries operations on one bin out twice, until they differ.
func compare(t *testing.T, client *as.Client, seed uint64, of enginetest.Family) (compared int, difference string) {
	random := rand.New(rand.NewPCG(seed, uint64(of)))
	data := make([]byte, 3000)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	s := enginetest.NewSource(data)
	s.Sendable = true
	key, err := as.NewKey("test", "engine", fmt.Sprint(seed, of))
	if err != nil {
		t.Fatal(err)
	}
	bin := s.Bin(of)
	sent, cannot := toClient(bin)
	if cannot != nil || bin == nil {
		return 0, ""
	}
	write := as.NewWritePolicy(0, 600)
	write.RecordExistsAction = as.REPLACE
	if err := client.PutBins(write, key, as.NewBin("b", sent), as.NewBin("x", 1)); err != nil {
		t.Fatal(err)
	}
	policy := as.NewWritePolicy(0, 600)
	policy.RespondPerEachOp = true
	for !s.Done() {
		op := s.Op(of)
		if undefined(op) {
			continue
		}
		translated, cannot := Translate("b", op)
		if cannot != nil {
			continue
		}
		if last := os.Getenv("ENGINE_LAST"); last != "" { // to find what ends a server
			if err := os.WriteFile(last, fmt.Appendf(nil, "seed %d family %d: %s on %s", seed, of, describe(op), show(bin)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		record, aerr := client.Operate(policy, key, translated, as.GetBinOp("b"))
		code := 0
		if aerr != nil {
			var e *as.AerospikeError
			if !errors.As(aerr, &e) || e.ResultCode < 0 {
				continue // the client refused it
			}
			code = int(e.ResultCode)
		}
		compared++
		after, result, applyErr := engine.Apply(bin, op, nil)
		var refused *engine.Error
		errors.As(applyErr, &refused)
		switch {
		case refused != nil && int(refused.Code) != code:
			return compared, fmt.Sprintf("%s on %.300s: code %d (%v), the server %d", describe(op), show(bin), refused.Code, refused, code)
		case refused != nil:
			continue
		case code != 0:
			return compared, fmt.Sprintf("%s: done, the server has code %d, on %.300s", describe(op), code, show(bin))
		}
		got, cannot := FromClient(record.Bins["b"])
		if cannot != nil {
			t.Fatal(cannot)
		}
		want := value.NewList(read(result), read(after))
		if !value.Identical(read(got), want) {
			return compared, fmt.Sprintf("%s: %.400s, the server %.400s", describe(op), show(want), show(read(got)))
		}
		bin = after
	}
	return compared, ""
}

// undefined reports whether an operation must not be sent, or its answer
// depends on the order in which a client sends a map, or on how the server
// searches for a wildcard.
func undefined(op *cdt.Op) bool {
	if op.Check() != nil {
		return true
	}
	if op.Kind == cdt.ListSetOrder && op.Stored { // much that is done to such a list ends the server
		return true
	}
	if op.Kind == cdt.ListSort && op.Flags > uint8(cdt.DropDuplicates) { // no flags of a client
		return true
	}
	for _, step := range op.Path {
		if s := step.Selector(); s.Kind() == cdt.ByValue && (hasMap(s.Value()) || hasEdge(s.Value())) || s.Kind() == cdt.ByKey && hasEdge(s.Value()) {
			return true
		}
	}
	if s := op.Select; s != nil {
		to, _ := s.To()
		values := append([]any{s.Value(), to}, s.Values()...)
		for _, v := range values {
			if hasEdge(v) || hasMap(v) {
				return true
			}
		}
	}
	return false
}

func hasMap(v any) bool {
	switch v := v.(type) {
	case *value.List:
		for _, e := range v.Items {
			if hasMap(e) {
				return true
			}
		}
	case *value.Map:
		return true
	}
	return false
}

func hasEdge(v any) bool {
	switch v := v.(type) {
	case value.Edge:
		return true
	case *value.List:
		for _, e := range v.Items {
			if hasEdge(e) {
				return true
			}
		}
	}
	return false
}

// read returns a value as a caller reads it.
func read(v any) any {
	switch v := v.(type) {
	case *value.List:
		out := &value.List{Items: make([]any, len(v.Items))}
		for i, e := range v.Items {
			out.Items[i] = read(e)
		}
		return out
	case *value.Map:
		pairs := read(value.Pairs(v.Pairs)).(*value.List)
		if v.Order == value.Unordered {
			pairs.Items = append([]any{"unordered"}, pairs.Items...)
		}
		return pairs
	case value.Pairs:
		out := &value.List{Items: make([]any, len(v))}
		for i, p := range v {
			out.Items[i] = value.NewList("pair", read(p.Key), read(p.Value))
		}
		return out
	case value.HLL:
		return []byte(v)
	default:
		return v
	}
}

func show(v any) string { return fmt.Sprint(value.Export(v)) }

func describe(op *cdt.Op) string {
	text := fmt.Sprintf("%s path %v select %v give %d flags %d order %d stored %v index %d count %d/%v key %v value %v values %v action %d signed %v shift %d",
		op.Kind, op.Path, op.Select, op.Give, op.Flags, op.Order, op.Stored, op.Index, op.Count, op.Counted, op.Key, op.Value, op.Values, op.Action, op.Signed, op.Shift)
	if s := op.Select; s != nil {
		to, _ := s.To()
		text += fmt.Sprintf(" (%v %v %v)", s.Value(), to, s.Values())
	}
	return text
}
