package aerostore_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// A jobber is a store that answers jobs, truncations and counts.
type jobber struct {
	aerostore.Store
	job      aerostore.Job
	cut      aerostore.Truncation
	counting aerostore.Counting
	progress aerostore.Progress
	err      error
}

func (*jobber) Unwrap() aerostore.Store { return nil }

func (j *jobber) Execute(_ context.Context, job aerostore.Job) (aerostore.Progress, error) {
	j.job = job
	return j.progress, j.err
}

func (j *jobber) Truncate(_ context.Context, t aerostore.Truncation) error {
	j.cut = t
	return j.err
}

func (j *jobber) Count(_ context.Context, c aerostore.Counting) (int64, error) {
	j.counting = c
	return 7, j.err
}

var (
	everyUser = aerostore.Query{Namespace: "test", Set: "users"}
	removal   = []aerostore.Operation{aerostore.DeleteRecord()}
)

func TestJobsRunThroughTheLayers(t *testing.T) {
	var seen aerostore.Call
	j := &jobber{Store: silent{}}
	s := aerostore.Chain(j, keep(&seen))
	for want, run := range map[string]func() error{
		"EXECUTE test.users": func() error {
			_, err := aerostore.Execute(t.Context(), s, everyUser, removal)
			return err
		},
		"TRUNCATE test.users": func() error { return aerostore.Truncate(t.Context(), s, "test", "users", time.Time{}) },
		"TRUNCATE test":       func() error { return aerostore.TruncateNamespace(t.Context(), s, "test", time.Time{}) },
		"COUNT test.users": func() error {
			n, err := aerostore.Count(t.Context(), s, "test", "users")
			if n != 7 {
				t.Errorf("Count = %d, want 7", n)
			}
			return err
		},
	} {
		if err := run(); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if seen.String() != want || seen.Writes() != !strings.HasPrefix(want, "COUNT") {
			t.Errorf("the layer saw %v, writes %v, want %s", seen, seen.Writes(), want)
		}
	}
}

func TestAStoreWithoutJobsIsAnError(t *testing.T) {
	for name, s := range map[string]aerostore.Store{"a store": silent{}, "a chain": aerostore.Chain(newBackend(), passOn), "nil": nil} {
		_, executed := aerostore.Execute(t.Context(), s, everyUser, removal)
		_, counted := aerostore.Count(t.Context(), s, "test", "users")
		for missing, err := range map[string]error{
			"aerostore.Executor":  executed,
			"aerostore.Counter":   counted,
			"aerostore.Truncator": aerostore.Truncate(t.Context(), s, "test", "users", time.Time{}),
		} {
			if !errors.Is(err, aerostore.CodeUnsupportedFeature) || !strings.Contains(err.Error(), missing) || aerostore.InDoubt(err) {
				t.Errorf("%s: the error is %v, want that there is no %s", name, err, missing)
			}
		}
	}
}

func TestExecutePassesOnWhatItGets(t *testing.T) {
	j := &jobber{Store: silent{}}
	q := everyUser
	q.Options = []aerostore.ReadOption{aerostore.Timeout(time.Hour), aerostore.SocketTimeout(time.Second)}
	var seen []aerostore.Progress
	j.progress = aerostore.Progress{Fraction: 1, Applied: 3}
	done, err := aerostore.Execute(t.Context(), j, q, removal, nil, aerostore.KeepTTL, aerostore.DurableDelete, aerostore.ReplaceOnly,
		aerostore.OnProgress(func(p aerostore.Progress) { seen = append(seen, p) }))
	if err != nil || done != j.progress || !slices.Equal(seen, []aerostore.Progress{j.progress}) {
		t.Errorf("Execute = %v, %v after %v", done, err, seen)
	}
	want := aerostore.Options{
		Timeout: time.Hour, SocketTimeout: time.Second, TTL: aerostore.KeepTTL, DurableDelete: true, Exists: aerostore.ReplaceOnly,
	}
	if j.job.Options != want || !reflect.DeepEqual(j.job.Operations, removal) {
		t.Errorf("the job is %+v", j.job)
	}
}

func TestRecordsThatFailedAreAnError(t *testing.T) {
	j := &jobber{Store: silent{}, progress: aerostore.Progress{Fraction: 1, Applied: 3, Failed: 2}}
	done, err := aerostore.Execute(t.Context(), j, everyUser, removal)
	if done != j.progress || !errors.Is(err, aerostore.ErrSomeFailed) || !aerostore.InDoubt(err) {
		t.Errorf("Execute = %v, %v", done, err)
	}
	if text := err.Error(); !strings.Contains(text, "EXECUTE test.users") || !strings.Contains(text, "2 records") {
		t.Errorf("the error says %q", text)
	}
}

func TestAJobThatDidNotStartHasNoProgress(t *testing.T) {
	for _, inDoubt := range []bool{false, true} {
		j := &jobber{Store: silent{}}
		failed := aerostore.Job{Query: everyUser}.NewError(aerostore.CodeTimeout, nil)
		failed.InDoubt = inDoubt
		j.err = failed
		calls := 0
		_, err := aerostore.Execute(t.Context(), j, everyUser, removal, aerostore.OnProgress(func(aerostore.Progress) { calls++ }))
		if !errors.Is(err, aerostore.ErrTimeout) || aerostore.InDoubt(err) != inDoubt || (calls > 0) != inDoubt {
			t.Errorf("in doubt %t: error %v after %d calls", inDoubt, err, calls)
		}
	}
}

// The commands and answers of a server are lines of text, with these names within.
func TestJobsRefuseNamesThatAreMoreThanPartOfALine(t *testing.T) {
	for name, valid := range map[string]struct{ namespace, set bool }{
		"users": {true, true}, "a b": {true, true}, "é": {true, true},
		"a:status=done(ok);b": {false, true}, "\xff": {false, true},
		"a\tb": {}, "a\nb": {}, "a\r": {}, " a": {}, "a ": {}, "a\x7f": {},
	} {
		for q, valid := range map[*aerostore.Query]bool{
			{Namespace: name, Set: "users"}: valid.namespace,
			{Namespace: "test", Set: name}:  valid.set,
		} {
			err := aerostore.Job{Query: *q, Operations: removal}.Check(t.Context())
			if valid != (err == nil) || err != nil && !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("namespace %q, set %q: the error is %v, want none: %t", q.Namespace, q.Set, err, valid)
			}
		}
	}
}

// Each field of a query either has a meaning for a job or is refused, so that nothing is
// ignored silently.
func TestJobsUseOrRefuseEveryFieldOfAQuery(t *testing.T) {
	used := []string{"Namespace", "Set", "Where", "RecordsPerSecond", "Options"}
	set := map[string]any{
		"Bins": []string{}, "MaxRecords": 1, "Cursor": new(aerostore.Cursor),
		"Partitions": aerostore.PartitionRange{First: 1, Count: 1},
	}
	for field := range reflect.TypeFor[aerostore.Query]().Fields() {
		if slices.Contains(used, field.Name) {
			continue
		}
		q := everyUser
		value, ok := set[field.Name]
		if !ok {
			t.Errorf("say here whether jobs use the field %s of a query", field.Name)
			continue
		}
		reflect.ValueOf(&q).Elem().FieldByName(field.Name).Set(reflect.ValueOf(value))
		if err := (aerostore.Job{Query: q, Operations: removal}).Check(t.Context()); !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), field.Name) {
			t.Errorf("%s: the error is %v", field.Name, err)
		}
	}
}

func TestJobsUseOrRefuseEveryOption(t *testing.T) {
	used := []string{"Timeout", "SocketTimeout", "TTL", "DurableDelete", "Filter"}
	refused := map[string]aerostore.Options{
		"Generation":      {Generation: 1, GenerationCheck: aerostore.GenerationMustEqual},
		"GenerationCheck": {GenerationCheck: aerostore.GenerationMustBeLess},
		"Exists":          {Exists: aerostore.CreateOnly},
		"SendKey":         {SendKey: true},
		"Compress":        {Compress: true},
		"Replica":         {Replica: aerostore.ReplicaMaster},
		"ReadMode":        {ReadMode: aerostore.ReadModeAll},
		"CommitLevel":     {CommitLevel: aerostore.CommitMaster},
		"ReadTouch":       {ReadTouch: 80},
	}
	for field := range reflect.TypeFor[aerostore.Options]().Fields() {
		o, ok := refused[field.Name]
		switch err := (aerostore.Job{Query: everyUser, Operations: removal, Options: o}).Check(t.Context()); {
		case slices.Contains(used, field.Name):
		case !ok:
			t.Errorf("say here whether jobs use the option %s", field.Name)
		case !errors.Is(err, aerostore.ErrInvalid):
			t.Errorf("%s: the error is %v", field.Name, err)
		}
	}
	for _, exists := range []aerostore.RecordExists{aerostore.CreateOrUpdate, aerostore.UpdateOnly, aerostore.ReplaceOnly} {
		if err := (aerostore.Job{Query: everyUser, Operations: removal, Options: aerostore.Options{Exists: exists}}).Check(t.Context()); err != nil {
			t.Errorf("%d: %v", exists, err)
		}
	}
}

func TestJobsAreRefusedWithoutAContext(t *testing.T) {
	j := &jobber{Store: silent{}}
	var none context.Context
	_, executed := aerostore.Execute(none, j, everyUser, removal)
	_, counted := aerostore.Count(none, j, "test", "users")
	for _, err := range []error{
		executed, counted, aerostore.Truncate(none, j, "test", "users", time.Time{}),
		aerostore.Job{Query: everyUser, Operations: removal}.Check(none),
		aerostore.Truncation{Namespace: "test", Set: "users"}.Check(none), aerostore.Counting{Namespace: "test"}.Check(none),
	} {
		if !errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestProgressPrintsInWords(t *testing.T) {
	p := aerostore.Progress{Fraction: 0.424, Applied: 1200, Filtered: 3, Failed: 1}
	if got, want := p.String(), "42 %, 1200 records changed, 3 filtered out, 1 failed"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestATruncationSaysWhatItRemoves(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		t    aerostore.Truncation
		says string
	}{
		"a set":            {aerostore.Truncation{Namespace: "test", Set: "users"}, ""},
		"a set until now":  {aerostore.Truncation{Namespace: "test", Set: "users", Before: now}, ""},
		"all sets":         {aerostore.Truncation{Namespace: "test", AllSets: true}, ""},
		"no set":           {aerostore.Truncation{Namespace: "test"}, "TruncateNamespace"},
		"a set and all":    {aerostore.Truncation{Namespace: "test", Set: "users", AllSets: true}, "AllSets"},
		"no namespace":     {aerostore.Truncation{Set: "users"}, "namespace"},
		"another command":  {aerostore.Truncation{Namespace: "test", Set: "users;lut=1"}, "separate"},
		"before all times": {aerostore.Truncation{Namespace: "test", Set: "users", Before: time.Unix(1, 0)}, "2010"},
		"after all times":  {aerostore.Truncation{Namespace: "test", Set: "users", Before: now.AddDate(300, 0, 0)}, "2262"},
	} {
		err := tt.t.Check(t.Context())
		if tt.says == "" && err != nil || tt.says != "" && (!errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: the error is %v, want %q", name, err, tt.says)
		}
	}
}
