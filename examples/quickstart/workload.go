package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"

	"github.com/aerostore/aerostore"
)

// accounts is the part of a service that stores its users. It has a Store and does
// not know the backend or the layers.
type accounts struct {
	store     aerostore.Store
	namespace string
	set       string
	out       io.Writer
}

func (a *accounts) key(user string) aerostore.Key {
	return aerostore.NewKey(a.namespace, a.set, user)
}

// run runs the steps, each in its own span.
func (a *accounts) run(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"prepare", a.prepare},
		{"sign-up", a.signUp},
		{"profile", a.profile},
		{"count a visit", a.countVisit},
		{"team page", a.teamPage},
		{"who is over thirty", a.overThirty},
		{"unknown user", a.unknownUser},
		{"two editors", a.twoEditors},
		{"busy record", a.busyRecord},
		{"clean up", a.cleanUp},
	} {
		ctx, span := otel.Tracer("quickstart").Start(ctx, step.name)
		said, err := step.do(ctx)
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
			err = fmt.Errorf("%s: %w", step.name, err)
		}
		span.End()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(a.out, "  %-20s%s\n", step.name, said); err != nil {
			return err
		}
	}
	return nil
}

// prepare removes what an interrupted run may have left, and creates the secondary
// index that the query needs.
func (a *accounts) prepare(ctx context.Context) (string, error) {
	return "an index on age", a.clear(ctx, "CREATE INDEX", aerostore.Indexer.CreateIndex)
}

func (a *accounts) cleanUp(ctx context.Context) (string, error) {
	return "records and index removed", a.clear(ctx, "DROP INDEX", aerostore.Indexer.DropIndex)
}

// clear removes the records and changes the index. Store has no method for an index, so
// Do runs it through the same layers.
func (a *accounts) clear(ctx context.Context, name string, change func(aerostore.Indexer, context.Context, aerostore.Index) error) error {
	if _, err := a.store.BatchRemove(ctx, a.team()); err != nil {
		return err
	}
	indexer, ok := aerostore.As[aerostore.Indexer](a.store)
	if !ok {
		return errors.New("the backend has no indexes")
	}
	return aerostore.Do(ctx, a.store, aerostore.Custom{Name: name, Namespace: a.namespace, Set: a.set, Writes: true},
		func(ctx context.Context) error { return change(indexer, ctx, a.index()) })
}

func (a *accounts) index() aerostore.Index {
	return aerostore.Index{
		Namespace: a.namespace, Set: a.set, Name: a.set + "_age", Bin: "age", Type: aerostore.IndexInt,
	}
}

var team = []aerostore.Bins{
	{"name": "Ada", "age": 36, "visits": 0},
	{"name": "Grace", "age": 45, "visits": 0},
	{"name": "Alan", "age": 24, "visits": 0},
}

func (a *accounts) team() []aerostore.Key {
	keys := make([]aerostore.Key, 0, len(team))
	for _, bins := range team {
		name, _ := bins["name"].(string)
		keys = append(keys, a.key(name))
	}
	return keys
}

// signUp creates each user once. A second sign-up under the same name fails.
func (a *accounts) signUp(ctx context.Context) (string, error) {
	for _, bins := range team {
		name, _ := bins["name"].(string)
		if err := a.store.Put(ctx, a.key(name), bins, aerostore.CreateOnly); err != nil {
			return "", err
		}
	}
	err := a.store.Put(ctx, a.key("Ada"), aerostore.Bins{"name": "Ada"}, aerostore.CreateOnly)
	if !errors.Is(err, aerostore.ErrExists) {
		return "", fmt.Errorf("the second sign-up returned %w, want ErrExists", err)
	}
	return fmt.Sprintf("%d users; a second Ada is refused", len(team)), nil
}

func (a *accounts) profile(ctx context.Context) (string, error) {
	record, err := a.store.Select(ctx, a.key("Ada"), []string{"name", "age"})
	if err != nil {
		return "", err
	}
	name, err := record.Str("name")
	if err != nil {
		return "", err
	}
	age, err := record.Int("age")
	return fmt.Sprintf("%s is %d", name, age), err
}

// countVisit adds and reads in one round trip.
func (a *accounts) countVisit(ctx context.Context) (string, error) {
	record, err := a.store.Operate(ctx, a.key("Grace"), []aerostore.Operation{
		aerostore.AddBin("visits", 1),
		aerostore.ReadBin("visits"),
	})
	if err != nil {
		return "", err
	}
	visits, err := record.Int("visits")
	return fmt.Sprintf("Grace came %d time(s)", visits), err
}

// teamPage reads several users in one batch; one of them does not exist.
func (a *accounts) teamPage(ctx context.Context) (string, error) {
	results, err := a.store.BatchRead(ctx, []aerostore.Key{a.key("Ada"), a.key("Grace"), a.key("Nobody")}, []string{"name"})
	if err != nil {
		return "", err
	}
	found := 0
	for _, r := range results {
		switch {
		case r.Err == nil:
			found++
		case !errors.Is(r.Err, aerostore.ErrNotFound):
			return "", r.Err
		}
	}
	return fmt.Sprintf("%d of %d users found", found, len(results)), nil
}

func (a *accounts) overThirty(ctx context.Context) (string, error) {
	n := 0
	query := aerostore.Query{Namespace: a.namespace, Set: a.set, Where: aerostore.Range("age", 31, 200)}
	for _, err := range a.store.Query(ctx, query) {
		if err != nil {
			return "", err
		}
		n++
	}
	return fmt.Sprintf("%d users", n), nil
}

// unknownUser shows that a miss is an answer, not a failure.
func (a *accounts) unknownUser(ctx context.Context) (string, error) {
	_, err := a.store.Get(ctx, a.key("Nobody"))
	if !errors.Is(err, aerostore.ErrNotFound) {
		return "", fmt.Errorf("the read returned %w, want ErrNotFound", err)
	}
	return "not found, which is an answer", nil
}

// twoEditors shows a conflict: both writes expect the same generation, and the server
// refuses the second.
func (a *accounts) twoEditors(ctx context.Context) (string, error) {
	key := a.key("Alan")
	read, err := a.store.Get(ctx, key)
	if err != nil {
		return "", err
	}
	unchanged := aerostore.GenerationEqual(read.Generation)
	if err := a.store.Put(ctx, key, aerostore.Bins{"age": 25}, unchanged); err != nil {
		return "", err
	}
	err = a.store.Put(ctx, key, aerostore.Bins{"age": 26}, unchanged)
	if !errors.Is(err, aerostore.ErrGeneration) {
		return "", fmt.Errorf("the write returned %w, want ErrGeneration", err)
	}
	return "the second write is a conflict", nil
}

// busyRecord meets a transient failure. The write was certainly not applied, so it may
// be sent again; a write in doubt may not.
func (a *accounts) busyRecord(ctx context.Context) (string, error) {
	for attempt := 1; ; attempt++ {
		err := a.store.Increment(ctx, a.key("Ada"), aerostore.Bins{"visits": 1})
		if err == nil {
			return fmt.Sprintf("counted at attempt %d", attempt), nil
		}
		if attempt == 3 || aerostore.InDoubt(err) || !errors.Is(err, aerostore.CodeKeyBusy) {
			return "", err
		}
	}
}

// busyOnce is a middleware that an application could write: the first increment fails
// because its record is busy.
func busyOnce() aerostore.Interceptor {
	busy := true
	return func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if busy && call.Op == aerostore.OpIncrement {
				busy = false
				return aerostore.Result{}, call.NewError(aerostore.CodeKeyBusy, nil)
			}
			return next(ctx, call)
		}
	}
}
