package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/mocks"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/otlp"
)

func Example() {
	ctx := context.Background()
	store := memory.New()

	key := aerostore.NewKey("test", "users", "ada")
	err := store.Put(ctx, key, aerostore.Bins{"name": "Ada", "visits": 0}, aerostore.CreateOnly)
	if err != nil {
		log.Fatal(err)
	}
	record, err := store.Operate(ctx, key, []aerostore.Operation{
		aerostore.AddBin("visits", 1),
		aerostore.ReadBin("visits"),
	})
	if err != nil {
		log.Fatal(err)
	}
	visits, err := record.Int("visits")
	fmt.Println("visits:", visits, err)

	for record, err := range store.Query(ctx, aerostore.Query{Namespace: "test", Set: "users"}) {
		if err != nil {
			log.Fatal(err)
		}
		name, err := record.Str("name")
		fmt.Println("user:", name, err)
	}

	_, err = store.Get(ctx, aerostore.NewKey("test", "users", "nobody"))
	fmt.Println("a miss:", errors.Is(err, aerostore.ErrNotFound))
	// Output:
	// visits: 1 <nil>
	// user: Ada <nil>
	// a miss: true
}

// Changes to a list and a map within a record.
func ExampleStore_operate() {
	ctx := context.Background()
	store := memory.New()
	key := aerostore.NewKey("test", "players", "ada")

	scores, devices := aerostore.ListBin("scores"), aerostore.MapBin("devices")
	record, err := store.Operate(ctx, key, []aerostore.Operation{
		scores.Append(17, 42, 8, 23),
		scores.Get(cdt.Ranks(-2, 2)), // the two highest
		devices.Put("phone", "online"),
		devices.Remove(cdt.Not(cdt.Keys("phone", "laptop"))), // all others
	})
	if err != nil {
		log.Fatal(err)
	}
	best, err := record.Step(1).List()
	fmt.Println(best, err)
	// Output: [23 42] <nil>
}

// Points are taken from a balance, if it has enough, and what is left is returned.
func ExampleWriteExp() {
	ctx, store := context.Background(), memory.New()
	key := aerostore.NewKey("test", "accounts", "ada")
	if err := store.Put(ctx, key, aerostore.Bins{"points": 50, "reserved": 10}); err != nil {
		log.Fatal(err)
	}

	points := exp.IntBin("points")
	free := exp.Subtract(points, exp.IntBin("reserved"))
	pay := func(price int) {
		enough := free.AtLeast(price)
		record, err := store.Operate(ctx, key, []aerostore.Operation{
			aerostore.WriteExp("points", exp.If(enough, exp.Subtract(points, exp.IntVal(price))).ElseUnknown()),
			aerostore.ReadExp("free", free),
		})
		if errors.Is(err, aerostore.CodeOpNotApplicable) {
			fmt.Println("there are not enough points")
			return
		}
		fmt.Println(record.Int("free"))
	}
	pay(30)
	pay(30)
	// Output:
	// 10 <nil>
	// there are not enough points
}

// A discount for good customers, and a search for those who came lately.
func Example_filters() {
	ctx, store := context.Background(), memory.New()
	index := aerostore.Index{Namespace: "test", Set: "users", Name: "users_seen", Bin: "seen", Type: aerostore.IndexInt}
	if err := store.CreateIndex(ctx, index); err != nil {
		log.Fatal(err)
	}
	for i, spent := range []int{500, 1500} {
		key := aerostore.NewKey("test", "users", i)
		bins := aerostore.Bins{"plan": "gold", "spent": spent, "price": 200, "seen": time.Now().Unix()}
		if err := store.Put(ctx, key, bins); err != nil {
			log.Fatal(err)
		}
	}
	key := aerostore.NewKey("test", "users", 1)

	good := exp.And(exp.StringBin("plan").Equal("gold"), exp.IntBin("spent").AtLeast(1000))
	record, err := store.Operate(ctx, key, []aerostore.Operation{
		aerostore.WriteExp("price", exp.Subtract(exp.IntBin("price"), exp.IntVal(10))),
		aerostore.ReadBin("price"),
	}, aerostore.Filter(good)) // ErrFilteredOut for all others

	lastWeek, now := time.Now().AddDate(0, 0, -7).Unix(), time.Now().Unix()
	query := aerostore.Query{
		Namespace: "test", Set: "users",
		Where:   aerostore.Range("seen", lastWeek, now), // needs an index
		Options: []aerostore.ReadOption{aerostore.Filter(good)},
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(record.Int("price"))
	for record, err := range store.Query(ctx, query) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(record.Int("spent"))
	}
	// Output:
	// 190 <nil>
	// 1500 <nil>
}

// A moving average, for which there is no operation.
func ExampleUpdate() {
	ctx, store := context.Background(), memory.New()
	key := aerostore.NewKey("test", "sensors", "kitchen")

	// measure moves the average a tenth of the way to a new value.
	measure := func(value float64) error {
		return aerostore.Update(ctx, store, key, func(r *aerostore.Record) (aerostore.Bins, error) {
			average, err := r.Float("average")
			switch {
			case errors.Is(err, aerostore.ErrBinNotFound): // or no record
				average = value
			case err != nil:
				return nil, err // nothing is written
			}
			return aerostore.Bins{"average": average + (value-average)/10}, nil
		})
	}

	fmt.Println(measure(20), measure(30))
	record, err := store.Get(ctx, key)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(record.Float("average"))
	// Output:
	// <nil> <nil>
	// 21 <nil>
}

// The layers that most services need.
func Example_production() {
	wire := func(backend aerostore.Store) aerostore.Store {
		stack := middleware.Production() // Timeout, Retry, CircuitBreaker
		store := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics(), stack.Middleware())
		return store
	}
	_ = wire
}

// The wiring of a service on a real cluster.
func Example_wiring() {
	wire := func(ctx context.Context) error {
		backend, err := asbackend.Dial(ctx, "127.0.0.1:3000")
		if err != nil {
			return err
		}
		defer backend.Close()

		// Both read OTEL_*. A collector that is down stops nothing.
		if err := errors.Join(otlp.InitTracing(ctx), otlp.InitMetrics(ctx)); err != nil {
			return err
		}
		defer otlp.Shutdown(context.WithoutCancel(ctx)) // runs before backend.Close

		store := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics())
		return serve(ctx, store)
	}
	_ = wire
}

// A chain with a middleware that the application defines; see [Slow].
func Example_middleware() {
	wire := func(backend aerostore.Store, log *slog.Logger) {
		store := aerostore.Chain(backend, otelmw.Tracing(), aerostore.Intercept(Slow(50*time.Millisecond, log)))
		_ = store
	}
	_ = wire
}

func serve(context.Context, aerostore.Store) error { return nil }

// The order of a chain: the first layer is the outermost.
func ExampleChain() {
	layer := func(name string) aerostore.Middleware {
		return aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				fmt.Println(name, "before", call)
				result, err := next(ctx, call)
				fmt.Println(name, "after")
				return result, err
			}
		})
	}
	store := aerostore.Chain(memory.New(), layer("a"), layer("b"))
	_ = store.Put(context.Background(), aerostore.NewKey("test", "users", "ada"), aerostore.Bins{"age": 36})
	// Output:
	// a before PUT test.users
	// b before PUT test.users
	// b after
	// a after
}

// Slow returns a middleware that logs operations that take longer than threshold.
func Slow(threshold time.Duration, log *slog.Logger) aerostore.Interceptor {
	return func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			start := time.Now()
			result, err := next(ctx, call)
			if took := time.Since(start); took > threshold {
				log.WarnContext(ctx, "slow operation", "call", call.String(), "took", took, "err", err)
			}
			return result, err
		}
	}
}

func ExampleIntercept() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "took" {
				return slog.Attr{} // differs from run to run
			}
			return a
		},
	}))
	store := aerostore.Chain(memory.New(), otelmw.Tracing(), aerostore.Intercept(Slow(0, log)))
	_ = store.Touch(context.Background(), aerostore.NewKey("test", "users", "ada"))
	// Output:
	// level=WARN msg="slow operation" call="TOUCH test.users" err="aerostore: TOUCH test.users: KEY_NOT_FOUND_ERROR (2): there is no such record"
}

// A function for which Store has no method runs through the same layers.
func ExampleDo() {
	store := aerostore.Chain(memory.New(), aerostore.Intercept(Slow(time.Hour, slog.Default())))
	err := aerostore.Do(context.Background(), store,
		aerostore.Custom{Name: "CREATE INDEX", Namespace: "test", Set: "users", Writes: true},
		func(ctx context.Context) error {
			indexer, ok := aerostore.As[aerostore.Indexer](store)
			if !ok {
				return errors.New("this backend has no indexes")
			}
			return indexer.CreateIndex(ctx, aerostore.Index{
				Namespace: "test", Set: "users", Name: "users_age", Bin: "age", Type: aerostore.IndexInt,
			})
		})
	fmt.Println(err)
	// Output: <nil>
}

// A job removes what a query selects.
func ExampleExecute() {
	ctx := context.Background()
	store := memory.New()
	index := aerostore.Index{Namespace: "test", Set: "users", Name: "deleted", Bin: "deleted", Type: aerostore.IndexInt}
	if err := store.CreateIndex(ctx, index); err != nil {
		log.Fatal(err)
	}
	for year := 2020; year < 2025; year++ {
		deleted := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		if err := store.Put(ctx, aerostore.NewKey("test", "users", year), aerostore.Bins{"deleted": deleted}); err != nil {
			log.Fatal(err)
		}
	}

	lastMonth := time.Now().AddDate(0, -1, 0).Unix()
	done, err := aerostore.Execute(ctx, store,
		aerostore.Query{Namespace: "test", Set: "users", Where: aerostore.Range("deleted", 0, lastMonth)},
		[]aerostore.Operation{aerostore.DeleteRecord()},
		aerostore.OnProgress(func(p aerostore.Progress) { fmt.Println(p) }))
	fmt.Println(done.Applied, err)
	// Output:
	// 100 %, 5 records changed, 0 filtered out, 0 failed
	// 5 <nil>
}

// Users is a part of an application, for the README's tests.
type Users struct{ Store aerostore.Store }

var ErrTaken = errors.New("the name is taken")

// SignUp creates a user, or fails with ErrTaken if the name is in use.
func (u Users) SignUp(ctx context.Context, name string) error {
	err := u.Store.Put(ctx, aerostore.NewKey("test", "users", name), aerostore.Bins{"name": name}, aerostore.CreateOnly)
	if errors.Is(err, aerostore.ErrExists) {
		return ErrTaken
	}
	return err
}

func TestSignUpTwiceIsRefused(t *testing.T) {
	users := Users{Store: memory.NewT(t)}
	if err := users.SignUp(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if err := users.SignUp(t.Context(), "ada"); !errors.Is(err, ErrTaken) {
		t.Errorf("the second sign-up returned %v", err)
	}
}

func TestAnOutageIsReported(t *testing.T) {
	store := mocks.NewMockStore(gomock.NewController(t))
	store.EXPECT().Put(gomock.Any(), gomock.Any(), gomock.Any(), aerostore.CreateOnly).
		Return(&aerostore.Error{Op: aerostore.OpPut, Code: aerostore.CodeTimeout, InDoubt: true})
	users := Users{Store: store}
	if err := users.SignUp(t.Context(), "ada"); !aerostore.InDoubt(err) {
		t.Errorf("SignUp returned %v, want an error in doubt", err)
	}
}
