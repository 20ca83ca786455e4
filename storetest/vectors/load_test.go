package vectors

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const good = `{"name":"good","tags":["a"],"steps":[` + putA + `,` + getA + `]}`

func written(t *testing.T, name string, data []byte) file {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := filesIn(os.DirFS(dir), ".")
	if err != nil || len(files) != 1 {
		t.Fatalf("the files are %v, %v", files, err)
	}
	return files[0]
}

func TestABadLineIsAnErrorAndTheOthersAreVectors(t *testing.T) {
	t.Parallel()
	vector := func(step string) string { return `{"name":"bad","steps":[` + putA + `,` + step + `]}` }
	for _, tc := range []struct{ name, line, want string }{
		{"no JSON", `{"name":`, "unexpected"},
		{"another type", `[1,2]`, "cannot decode [1,2]"},
		{"something after it", good + ` 1`, "after top-level value"},
		{"an unknown field", `{"name":"bad","stages":[]}`, `unknown field "stages"`},
		{"no name", `{"steps":[` + putA + `]}`, "a vector needs a name and steps"},
		{"no steps", `{"name":"bad","steps":[]}`, "a vector needs a name and steps"},
		{"a name twice", good, "line 1 has a vector of the same name"},
		{"a step that is none", vector(`7`), "step 2: "},
		{"a step that is null", vector(`null`), `step 2: operation "" is unknown`},
		{"an unknown operation", vector(`{"op":"frob","want":{"code":0}}`), `step 2: operation "frob" is unknown`},
		{"an unknown argument", vector(`{"op":"get","key":` + keyA + `,"bin":"v","want":{"code":2}}`), `step 2: get: unknown field "bin"`},
		{"no key", vector(`{"op":"get","want":{"code":2}}`), "step 2: get: the key is missing"},
		{"a key without a set", vector(`{"op":"get","key":{"ns":"test","id":{"i":1}},"want":{"code":2}}`), "a key needs ns, set and id"},
		{"a key of a wrong type", vector(`{"op":"get","key":{"ns":"test","set":"gv","id":{"f":1}},"want":{"code":2}}`), "an id of type float64 cannot be a key"},
		{"a digest that is none", vector(`{"op":"get","key":{"ns":"test","set":"gv","digest":"ab"},"want":{"code":2}}`), "a digest has 20 bytes"},
		{"a value without a type", vector(put(`7`)), "cannot decode 7"},
		{"a value of two types", vector(put(`{"i":1,"s":"x"}`)), "a value needs one type: the object has several fields"},
		{"a value that is null", vector(put(`null`)), "a value needs one type: cannot decode null"},
		{"a value of an unknown type", vector(put(`{"x":1}`)), `value of type "x": the type is unknown`},
		{"a value that is only read", vector(put(`{"list":[{"op_results":[]}]}`)), `value of type "op_results": the type is unknown`},
		{"a fraction for an integer", vector(put(`{"i":1.5}`)), `value of type "i": cannot decode`},
		{"an integer over 64 bits", vector(put(`{"i":9223372036854775808}`)), `value of type "i": cannot decode`},
		{"no base64", vector(put(`{"b":"?"}`)), `value of type "b": illegal base64`},
		{"a false nil", vector(put(`{"nil":false}`)), `value of type "nil": the value must be true`},
		{"a null string", vector(put(`{"s":null}`)), `value of type "s": null is not a string`},
		{"an unknown float", vector(put(`{"f":"nan"}`)), `value of type "f": cannot decode`},
		{"an entry without a value", vector(put(`{"map":[[{"i":1}]]}`)), "a key and a value, not 1"},
		{"an unknown policy", vector(touch(`{"tll":1}`)), `policy: unknown field "tll"`},
		{"an unknown ttl", vector(touch(`{"ttl":"soon"}`)), `policy: ttl "soon" is unknown`},
		{"a negative ttl", vector(touch(`{"ttl":-1}`)), `policy: cannot decode`},
		{"an unknown gen_policy", vector(touch(`{"gen_policy":"less"}`)), `policy: gen_policy "less" is unknown`},
		{"an unknown exists", vector(touch(`{"exists":"maybe"}`)), `policy: exists "maybe" is unknown`},
		{"no operation's name", vector(operate(`{"bin":"v"}`)), `operate: operation "" is unknown`},
		{"an unknown step of operate", vector(operate(`{"op":"frob"}`)), `operate: operation "frob" is unknown`},
		{"a step of operate without a value", vector(operate(`{"op":"put","bin":"v"}`)), `operation "put" has no value`},
		{"an unknown field in a step of operate", vector(operate(`{"op":"get","bins":"v"}`)), `operation "get": unknown field "bins"`},
		{"no want", vector(`{"op":"get","key":` + keyA + `}`), "get: want is missing"},
		{"no code", vector(`{"op":"get","key":` + keyA + `,"want":{}}`), "get: want: code is missing"},
		{"no record", vector(`{"op":"get","key":` + keyA + `,"want":{"code":0}}`), "get: want: a record needs bins, gen and ttl"},
		{"no exists", vector(`{"op":"exists","key":` + keyA + `,"want":{"code":0}}`), "exists: want: exists or existed is missing"},
		{"half a range", vector(`{"op":"get","key":` + keyA + `,"want":{"code":0,"bins":{},"gen":1,"ttl":[1]}}`), "a range of TTLs has two ends"},
		{"an answer missing", vector(`{"op":"batch_read","keys":[` + keyA + `],"want":{"code":0,"records":[]}}`), "0 answers for 1 keys"},
		{"an answer without a code", vector(`{"op":"batch_remove","keys":[` + keyA + `],"want":{"code":0,"records":[{}]}}`), "record 1: code is missing"},
		{"a batch write without a key", vector(`{"op":"batch_write","records":[{"bins":{}}],"want":{"code":0,"records":[{"code":0}]}}`), "the key is missing"},
		{"no set", vector(`{"op":"scan","ns":"test","want":{"code":0,"records":[]}}`), "a query needs ns and set"},
		{"an unknown condition", vector(`{"op":"query","ns":"test","set":"gv","where":{"type":"like"},"want":{"code":0}}`), `where of type "like" is unknown`},
		{"half a condition", vector(`{"op":"query","ns":"test","set":"gv","where":{"type":"range","bin":"v","begin":1},"want":{"code":0}}`), `where of type "range" is unknown or incomplete`},
		{"a row without a key", vector(`{"op":"scan","ns":"test","set":"gv","want":{"code":0,"records":[{"bins":{},"gen":1,"ttl":0}]}}`), "record 1: the key is missing"},
		{"an index without a name", vector(`{"op":"drop_index","ns":"test","set":"gv","want":{"code":0}}`), "an index needs ns, set and name"},
		{"an index of an unknown collection", vector(`{"op":"create_index","ns":"test","set":"gv","name":"x","bin":"v","type":"blob","collection":"set","want":{"code":0}}`), `collection "set" is unknown`},
		{"an index of an unknown path", vector(`{"op":"create_index","ns":"test","set":"gv","name":"x","bin":"v","type":"blob","ctx":[["up"]],"want":{"code":0}}`), `the step "up" of a path is unknown`},
		{"an index without a type", vector(`{"op":"create_index","ns":"test","set":"gv","name":"x","bin":"v","want":{"code":0}}`), "the index has no type"},
		{"an index of an unknown type", vector(`{"op":"create_index","ns":"test","set":"gv","name":"x","bin":"v","type":"odd","want":{"code":0}}`), `type "odd" is unknown`},
		{"a wait back", vector(`{"op":"sleep","ms":-1,"want":{}}`), "a wait of -1 ms is out of range"},
		{"an unknown operation on a list", vector(operate(`{"op":"list_frob","bin":"v"}`)), `operation "list_frob": the operation is unknown`},
		{"an unknown field of an operation on a list", vector(operate(`{"op":"list_size","bins":"v"}`)), `operation "list_size": unknown field "bins"`},
		{"an unknown part of a batch", vector(`{"op":"batch","records":[{"kind":"look","key":` + keyA + `}],"want":{"code":0}}`), `batch: kind "look" is unknown`},
		{"a part of a batch without a key", vector(`{"op":"batch","records":[{"kind":"read"}],"want":{"code":0}}`), "the key is missing"},
		{"a bad step after an unsupported one", vector(operate(`{"op":"exp_read","bin":"v"}`) + `,` + put(`7`)), "step 3: put: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			lines := good + "\n" + tc.line + "\n\n" + strings.Replace(good, "good", "better", 1) + "\n"
			f := written(t, "some.jsonl", []byte(lines))
			vectors, errs := f.load(1)
			if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "some.jsonl:2: ") || !strings.Contains(errs[0].Error(), tc.want) {
				t.Errorf("the errors are %v, want one with %q", errs, tc.want)
			}
			if len(vectors) != 2 || vectors[0].name != "good" || vectors[1].name != "better" {
				t.Errorf("the vectors are %v", vectors)
			}
		})
	}
}

func put(value string) string {
	return `{"op":"put","key":` + keyA + `,"bins":{"v":` + value + `},"want":{"code":0}}`
}

func touch(policy string) string {
	return `{"op":"touch","key":` + keyA + `,"policy":` + policy + `,"want":{"code":0}}`
}

func operate(op string) string {
	return `{"op":"operate","key":` + keyA + `,"ops":[` + op + `],"want":{"code":2}}`
}

func TestWhatAStoreCannotSayIsSkippedWithTheReason(t *testing.T) {
	t.Parallel()
	batch := func(more string) string { return `{"op":"batch_read","keys":[],` + more + `,"want":{"code":0}}` }
	parts := func(part string) string {
		return `{"op":"batch","records":[` + part + `],"want":{"code":0,"records":[{"code":0,"record":null}]}}`
	}
	for step, want := range map[string]string{
		operate(`{"op":"list_append","bin":"v","values":[{"map":[[{"list":[]},{"i":1}]]}]}`): "map keys that a Go map cannot have",

		touch(`{"filter":["int_bin","v"]}`): "what does not compile: exp: the bytes are an expression of another type",
		parts(`{"kind":"write","key":` + keyA + `,"ops":[{"op":"touch"}],"policy":{"filter":["int_bin","v"]}}`): "a filter that is none, and lets a record through that does not exist",
		put(`{"map":[[{"list":[]},{"i":1}]]}`):                             "map keys that a Go map cannot have",
		put(`{"map":[[{"i":1},{"i":1}],[{"i":1},{"i":2}]]}`):               "map keys that a Go map cannot have",
		batch(`"ops":[{"op":"touch"}]`):                                    "reads that write",
		parts(`{"kind":"read","key":` + keyA + `,"ops":[{"op":"touch"}]}`): "reads that write",
		parts(`{"kind":"write","key":` + keyA + `,"ops":[]}`):              "writes of nothing",
		`{"op":"get","key":` + keyA + `,"want":{"client_panic":true}}`:     "steps in which the client panicked",
	} {
		v, err := parse([]byte(`{"name":"x","steps":[` + step + `]}`))
		if err != nil || v.unsupported != want {
			t.Errorf("%s is %+v, %v, want to be skipped for %q", step, v, err, want)
		}
	}
	for _, tag := range []string{"nan_order", "map_storage_order"} {
		if v, err := parse([]byte(`{"name":"x","tags":["` + tag + `"],"steps":[` + putA + `]}`)); err != nil || v.unsupported == "" {
			t.Errorf("a vector tagged %s is %+v, %v, want to be skipped", tag, v, err)
		}
	}
}

func TestStepsFromWhatAStoreCannotSayAreLeftOut(t *testing.T) {
	t.Parallel()
	reads := operate(`{"op":"get","bin":"v"}`)
	v, err := parse([]byte(`{"name":"x","steps":[` + reads + `,` + touch(`{"filter":["int_bin","v"]}`) + `,` + reads + `]}`))
	if err != nil || v.unsupported != "" || !strings.Contains(v.severedBy, "another type") || len(v.steps) != 1 {
		t.Errorf("%+v, %v, want one step, and the others cut off by a filter that is none", v, err)
	}
}

func TestAPackedFileIsReadLikeAnyOther(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(good)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := written(t, "some.jsonl.gz", packed.Bytes())
	if vectors, errs := f.load(1); f.name != "some" || len(vectors) != 1 || errs != nil {
		t.Errorf("file %s has the vectors %v and errors %v", f.name, vectors, errs)
	}
	for what, data := range map[string][]byte{"no gzip": []byte(good), "half of it": packed.Bytes()[:packed.Len()/2]} {
		vectors, errs := written(t, "some.jsonl.gz", data).load(1)
		if vectors != nil || len(errs) != 1 || !strings.Contains(errs[0].Error(), "some.jsonl.gz: ") {
			t.Errorf("%s gives the vectors %v and the errors %v", what, vectors, errs)
		}
	}
}

func TestAFolderWithoutVectorsIsAnError(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		t.Setenv(folder, dir)
		if files, err := source(); err == nil {
			t.Errorf("folder %s has the files %v", dir, files)
		}
	}
}
