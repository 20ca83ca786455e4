package asbackend

import (
	"context"
	"errors"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	value "github.com/aerostore/aerostore/internal/value"
)

// ClientKey returns a key as the client takes it, for a call of the client within
// [aerostore.Do]. A key that is a digest has no id. The error of a key that is not valid
// matches [aerostore.ErrInvalid].
func ClientKey(key aerostore.Key) (*as.Key, error) {
	if err := (aerostore.Call{Op: aerostore.OpExists, Key: key}).Validate(); err != nil {
		if e, ok := errors.AsType[*aerostore.Error](err); ok {
			e.Op = 0
		}
		return nil, err
	}
	k, err := clientKey(key, true)
	if err != nil {
		return nil, err
	}
	return k, nil
}

// ClientValue returns a value of a bin as the client takes it, such as the argument of a
// user-defined function. The error of a value that cannot be stored matches
// [aerostore.ErrInvalid] and does not contain the value.
func ClientValue(v any) (as.Value, error) {
	if reason := value.Check(v); reason != "" {
		return nil, invalid("the value cannot be sent: %s", reason)
	}
	return as.NewValue(clientValue(v)), nil
}

// ClientExpression returns an expression as the client takes it. For a filter, pass
// exp.Bool(filter). The error of one that no server evaluates matches
// [aerostore.ErrInvalid].
func ClientExpression(e exp.Any) (*as.Expression, error) {
	if e == nil || e.Node() == nil {
		return nil, invalid("the expression is empty")
	}
	if err := e.Node().Ready(); err != nil {
		return nil, invalid("no server evaluates the expression: %w", err)
	}
	return clientExpression(e.Node())
}

// RecordOf returns a record that the client read, and nil for nil. Its key has an id if
// that of the client has one. The result owns the client's bins.
func RecordOf(record *as.Record) *aerostore.Record {
	if record == nil {
		return nil
	}
	var key aerostore.Key
	if record.Key != nil {
		key = storeKey(record.Key)
	}
	return storeRecord(key, record)
}

// ValueOf returns a value that the client read, such as the result of a user-defined
// function, in the types of [aerostore.Bins]. The result owns the client's value.
func ValueOf(v any) any {
	v, _ = storeValue(v)
	return v
}

// ReadPolicy returns the policy with which the Store reads a record under the context and
// options, for a call of the client within [aerostore.Do]. The deadline of ctx limits its
// timeouts. The caller may change it. ReadPolicy returns the error of ctx if that has
// ended, and one that matches [aerostore.ErrInvalid] if ctx is nil or an option is not
// valid.
func (s *Store) ReadPolicy(ctx context.Context, opts ...aerostore.ReadOption) (*as.BasePolicy, error) {
	o, err := aerostore.ReadOptions(opts...)
	if err != nil {
		return nil, err
	}
	p := *s.readPolicy()
	return &p, adapt(ctx, &p, &o)
}

// WritePolicy is [Store.ReadPolicy] for a call that writes a record or executes a
// user-defined function. The client makes the attempts that the policy allows.
func (s *Store) WritePolicy(ctx context.Context, opts ...aerostore.WriteOption) (*as.WritePolicy, error) {
	o, err := aerostore.WriteOptions(opts...)
	if err != nil {
		return nil, err
	}
	p := *s.writePolicy()
	setWriteOptions(&p, &o)
	return &p, adapt(ctx, &p.BasePolicy, &o)
}

// BatchPolicy is [Store.ReadPolicy] for a batch.
func (s *Store) BatchPolicy(ctx context.Context, opts ...aerostore.ReadOption) (*as.BatchPolicy, error) {
	o, err := aerostore.ReadOptions(opts...)
	if err != nil {
		return nil, err
	}
	p := *s.batchPolicy()
	return &p, adapt(ctx, &p.BasePolicy, &o)
}

// QueryPolicy is [Store.ReadPolicy] for a query or a scan, such as of one node.
func (s *Store) QueryPolicy(ctx context.Context, opts ...aerostore.ReadOption) (*as.QueryPolicy, error) {
	o, err := aerostore.ReadOptions(opts...)
	if err != nil {
		return nil, err
	}
	p := *s.queryPolicy()
	err = adapt(ctx, &p.BasePolicy, &o)
	avoidRandom(&p)
	return &p, err
}

// InfoPolicy is [Store.ReadPolicy] for info commands.
func (s *Store) InfoPolicy(ctx context.Context) (*as.InfoPolicy, error) {
	p := *s.infoPolicy()
	left, err := remaining(ctx)
	if isShorter(left, p.Timeout) {
		p.Timeout = left
	}
	return &p, err
}

// AdminPolicy is [Store.ReadPolicy] for the administration of users.
func (s *Store) AdminPolicy(ctx context.Context) (*as.AdminPolicy, error) {
	p := *firstOf(nil, s.client.GetDefaultAdminPolicy, as.NewAdminPolicy)
	left, err := remaining(ctx)
	if isShorter(left, p.Timeout) {
		p.Timeout = left
	}
	return &p, err
}

// adapt sets what the options and the deadline of ctx say.
func adapt(ctx context.Context, p *as.BasePolicy, o *aerostore.Options) error {
	left, err := remaining(ctx)
	setBaseOptions(p, o)
	p.TotalTimeout, p.SocketTimeout, _ = timeoutsOf(p, o, left)
	return err
}
