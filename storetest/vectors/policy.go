package vectors

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aerostore/aerostore"
)

// options are the policy of a write.
type options struct {
	aerostore.Options
	respondsAll bool // the client then returns a result for each operation
}

func (o *options) UnmarshalJSON(data []byte) error {
	var raw struct {
		Filter           filter
		TTL              json.RawMessage
		Gen              uint32
		GenPolicy        string `json:"gen_policy"`
		Exists           string
		SendKey          bool `json:"send_key"`
		DurableDelete    bool `json:"durable_delete"`
		RespondPerEachOp bool `json:"respond_per_each_op"`
	}
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	ttl, ttlErr := ttlOption(raw.TTL)
	check, checkErr := oneOf("gen_policy", raw.GenPolicy, generationChecks)
	exists, existsErr := oneOf("exists", raw.Exists, existsActions)
	if err := errors.Join(ttlErr, checkErr, existsErr); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	o.Options = aerostore.Options{
		TTL: ttl, Generation: raw.Gen, GenerationCheck: check, Exists: exists,
		SendKey: raw.SendKey, DurableDelete: raw.DurableDelete, Filter: raw.Filter.Filter,
	}
	o.respondsAll = raw.RespondPerEachOp
	return nil
}

// itemOptions are the policy of an item of a batch. One that a Store cannot have is
// refused.
type itemOptions struct {
	options
	refused error
}

func (o *itemOptions) UnmarshalJSON(data []byte) error {
	err := o.options.UnmarshalJSON(data)
	if errors.As(err, new(compileError)) {
		o.refused, err = err, nil
	}
	return err
}

var generationChecks = map[string]aerostore.GenerationCheck{
	"none":    aerostore.GenerationIgnored,
	"equal":   aerostore.GenerationMustEqual,
	"greater": aerostore.GenerationMustBeLess,
}

var existsActions = map[string]aerostore.RecordExists{
	"update":       aerostore.CreateOrUpdate,
	"create_only":  aerostore.CreateOnly,
	"update_only":  aerostore.UpdateOnly,
	"replace":      aerostore.Replace,
	"replace_only": aerostore.ReplaceOnly,
}

// ttlOption decodes a word or a number of seconds.
func ttlOption(data json.RawMessage) (aerostore.TTL, error) {
	if len(data) == 0 || isNull(data) {
		return 0, nil
	}
	if data[0] != '"' {
		seconds, err := decodeAs[uint32](data)
		return aerostore.TTLFromSeconds(seconds), err
	}
	word, err := decodeAs[string](data)
	if err != nil {
		return 0, err
	}
	return oneOf("ttl", word, map[string]aerostore.TTL{
		"never":       aerostore.NeverExpire,
		"dont_update": aerostore.KeepTTL,
		"default":     aerostore.NamespaceTTL,
	})
}

// readPolicy is the policy of a read.
type readPolicy struct{ aerostore.Options }

func (p *readPolicy) UnmarshalJSON(data []byte) error {
	var raw struct{ Filter filter }
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	p.Filter = raw.Filter.Filter
	return nil
}

// batchPolicy is the policy of a whole batch. AllowInline and AllowPartialResults do
// not change the answer of a Store. The client ignores SendKey.
type batchPolicy struct {
	aerostore.Options
	endsAtFailure bool // the server then leaves out what follows a key that fails
}

func (p *batchPolicy) UnmarshalJSON(data []byte) error {
	var raw struct {
		Filter              filter
		SendKey             bool  `json:"send_key"`
		RespondAllKeys      *bool `json:"respond_all_keys"`
		AllowPartialResults bool  `json:"allow_partial_results"`
		AllowInline         bool  `json:"allow_inline"`
	}
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	p.Filter = raw.Filter.Filter
	p.endsAtFailure = raw.RespondAllKeys != nil && !*raw.RespondAllKeys
	return nil
}

// queryPolicy is the policy of a query.
type queryPolicy struct {
	aerostore.Options
	withoutBins bool
}

func (p *queryPolicy) UnmarshalJSON(data []byte) error {
	var raw struct {
		Filter         filter
		IncludeBinData *bool `json:"include_bin_data"`
	}
	if err := decode(data, &raw); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	p.Filter = raw.Filter.Filter
	p.withoutBins = raw.IncludeBinData != nil && !*raw.IncludeBinData
	return nil
}
