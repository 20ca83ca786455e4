package vectors

import (
	"testing"

	"github.com/aerostore/aerostore/memory"
)

func TestRulesTranslateWhatTheySayAndNoMore(t *testing.T) {
	t.Parallel()
	const (
		long     = `"ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"`
		longKey  = `{"ns":"test","set":` + long + `,"id":{"i":1}}`
		header   = `{"op":"get_header"}`
		get      = `{"op":"get","bin":"v"}`
		get0     = `,"want":{"code":0,"bins":{"v":{"list":[{"i":1},{"i":2}]}},"gen":1,"ttl":4294967295}}`
		putList  = `{"op":"put","key":` + keyA + `,"bins":{"v":{"list":[{"i":1},{"i":2}]}},"want":{"code":0}}`
		operateA = `{"op":"operate","key":` + keyA + `,"ops":[`
	)
	for _, tc := range []struct {
		name    string
		steps   []string
		applied string
		severed bool
	}{
		{"nothing to translate", []string{putA, getA}, "", false},
		{"a refusal with the recorded code", []string{`{"op":"put","key":` + keyA + `,"bins":{},"want":{"code":4}}`, putA, getA}, "", false},
		{"a refusal with another code", []string{`{"op":"get","key":` + longKey + `,"want":{"code":2}}`, putA}, "refused with one code", false},
		{"a refusal where nothing was found", []string{`{"op":"exists","key":` + longKey + `,"want":{"code":0,"exists":false}}`, putA}, "refused where the server accepts", false},
		{"a refusal of what the server did", []string{putA, `{"op":"remove","key":` + keyA + `,"policy":{"ttl":315360001},"want":{"code":0,"existed":true}}`, getA}, "refused where the server accepts", true},
		{"a missing header", []string{`{"op":"get_header","key":` + keyA + `,"want":{"code":0,"record":null}}`}, "missing is ErrNotFound", false},
		{"a list that is read once", []string{putList, operateA + get + `]` + get0}, "", false},
		{"a list that is read beside others", []string{putList, operateA + `{"op":"get_all"},` + get + `,` + get + `]` + get0}, "", false},
		{
			"two reads of a bin",
			[]string{putA, operateA + get + `,` + get + `],"want":{"code":0,"bins":{"v":{"list":[{"i":7},{"i":7}]}},"gen":1,"ttl":4294967295}}`},
			"a result for each operation", false,
		},
		{
			"a batch that the client stopped",
			[]string{putA, `{"op":"batch_remove","keys":[` + keyA + `,{"ns":"nons","set":"gv","id":{"i":1}}],"want":{"code":20,"records":[{"code":-19,"record":null},{"code":20,"record":null}]}}`, getA},
			"a code for each key", true,
		},
		{
			"headers beside bins",
			[]string{putA, `{"op":"batch_operate","keys":[` + keyA + `,` + keyA + `],"ops":[` + header + `,` + get + `],"want":{"code":0,"records":[{"code":0,"record":{"bins":{},"gen":1,"ttl":4294967295}},{"code":0,"record":{"bins":{},"gen":1,"ttl":4294967295}}]}}`},
			"a header beside bins", false,
		},
		{
			"a read in the bin with the empty name",
			[]string{putA, operateA + `{"op":"list_size","bin":""}],"want":{"code":12}}`, getA},
			"a read in the bin with the empty name", false,
		},
		{
			"results read again after a removal",
			[]string{
				`{"op":"put","key":` + keyA + `,"bins":{"l":{"list":[{"i":7}]}},"want":{"code":0}}`,
				`{"op":"batch","records":[{"key":` + keyA + `,"kind":"read","ops":[{"bin":"l","op":"list_get_by_value","value":{"i":8},"rt":"count"},{"bin":"l","op":"list_size"}]},` +
					`{"key":` + keyA + `,"kind":"remove"}],"want":{"code":0,"records":[{"code":0,"record":{"bins":{"l":{"i":1}},"gen":1,"ttl":4294967295}},{"code":0,"record":null}]}}`,
			},
			"results read again", false,
		},
		{
			"a removal after waiting",
			[]string{`{"op":"sleep","ms":1,"want":{}}`, `{"op":"remove","key":` + keyA + `,"want":{"code":0,"existed":true}}`},
			"removal of an expired record", false,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := vectorOf(t, tc.steps...)
			if tc.applied == "" != (len(v.translated) == 0) || tc.applied != "" && v.translated[tc.applied] != 1 {
				t.Errorf("the rules %v applied, want %q", v.translated, tc.applied)
			}
			if severed := v.severedBy != ""; severed != tc.severed || severed != (len(v.steps) < len(tc.steps)) {
				t.Errorf("%d of %d steps are left, severed by %q", len(v.steps), len(tc.steps), v.severedBy)
			}
			if got := replayed(t, memory.NewT(t), v); got != nil {
				t.Errorf("the differences are %q", got)
			}
		})
	}
}
