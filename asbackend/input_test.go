package asbackend_test

import (
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

func TestAnInvalidClientPolicyIsRefused(t *testing.T) {
	t.Parallel()
	changed := func(change func(*as.ClientPolicy)) asbackend.Option {
		p := as.NewClientPolicy()
		change(p)
		return asbackend.WithClientPolicy(p)
	}
	for name, c := range map[string]struct {
		opts []asbackend.Option
		want string
	}{
		"no connections":              {[]asbackend.Option{asbackend.WithConnections(0, 0)}, "ConnectionQueueSize"},
		"the client's own alone":      {[]asbackend.Option{asbackend.WithConnections(0, 1)}, "ConnectionQueueSize of 1"},
		"fewer than none":             {[]asbackend.Option{asbackend.WithConnections(0, -1)}, "ConnectionQueueSize"},
		"a negative minimum":          {[]asbackend.Option{asbackend.WithConnections(-1, 5)}, "MinConnectionsPerNode"},
		"a minimum above the maximum": {[]asbackend.Option{asbackend.WithConnections(6, 5)}, "MinConnectionsPerNode (6)"},
		"an error rate per no time":   {[]asbackend.Option{changed(func(p *as.ClientPolicy) { p.ErrorRateWindow = 0 })}, "ErrorRateWindow"},
		"racks without a rack":        {[]asbackend.Option{changed(func(p *as.ClientPolicy) { p.RackAware = true })}, "RackIds"},
		"a password without a user":   {[]asbackend.Option{asbackend.WithUser("", "geheim")}, "without a user"},
		"LDAP in the clear":           {[]asbackend.Option{asbackend.WithUser("u", "geheim"), asbackend.WithAuthMode(as.AuthModeExternal)}, "needs TLS"},
		"PKI without TLS":             {[]asbackend.Option{asbackend.WithAuthMode(as.AuthModePKI)}, "needs TLS"},
		"a file that is missing":      {[]asbackend.Option{asbackend.WithTLSFiles("/nowhere/ca.pem", "", "")}, "/nowhere/ca.pem"},
		"half of a pair":              {[]asbackend.Option{asbackend.WithTLSFiles("", "cert.pem", "")}, "one of the two files is missing"},
		"no command may be abandoned": {[]asbackend.Option{asbackend.WithAbandonOnCancel(0)}, "WithAbandonOnCancel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newFakeNode(t)
			s, err := asbackend.Dial(t.Context(), n.addr(), c.opts...)
			if err == nil {
				s.Close()
				t.Fatal("Dial took it")
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "geheim") {
				t.Errorf("the error is %v, want one that says %q", err, c.want)
			}
			if !errors.Is(err, aerostore.ErrInvalid) && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%v does not match ErrInvalid", err)
			}
		})
	}
}

func TestAFileWithoutACertificateIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := newFakeNode(t)
	_, noCA := asbackend.Dial(t.Context(), n.addr(), asbackend.WithTLSFiles(file, "", ""))
	if !errors.Is(noCA, aerostore.ErrInvalid) || !strings.Contains(noCA.Error(), file) {
		t.Errorf("the authorities: %v", noCA)
	}
	_, noPair := asbackend.Dial(t.Context(), n.addr(), asbackend.WithTLSFiles("", file, file))
	if noPair == nil || !strings.Contains(noPair.Error(), "the client's certificate") {
		t.Errorf("the pair: %v", noPair)
	}
}

func TestInvalidPoliciesAreRefused(t *testing.T) {
	t.Parallel()
	s := dialTo(t, newFakeNode(t).addr())
	read := func(change func(*as.BasePolicy)) asbackend.Policies {
		p := as.NewPolicy()
		change(p)
		return asbackend.Policies{Read: p}
	}
	write := func(change func(*as.WritePolicy)) asbackend.Policies {
		p := as.NewWritePolicy(0, 0)
		change(p)
		return asbackend.Policies{Write: p}
	}
	batch, query := as.NewBatchPolicy(), as.NewQueryPolicy()
	batch.MaxRetries, query.SocketTimeout = -2, -time.Second
	record, removal := as.NewBatchWritePolicy(), as.NewBatchDeletePolicy()
	record.Generation, removal.Generation = 3, 3
	for name, c := range map[string]struct {
		policies asbackend.Policies
		want     string
	}{
		"a negative timeout":           {read(func(p *as.BasePolicy) { p.TotalTimeout = -1 }), "Read policy is invalid: a TotalTimeout of -1ns"},
		"a negative socket timeout":    {asbackend.Policies{Query: query}, "Query policy is invalid: a SocketTimeout"},
		"a negative pause":             {write(func(p *as.WritePolicy) { p.SleepBetweenRetries = -1 }), "Write policy is invalid: a SleepBetweenRetries"},
		"fewer than no retries":        {asbackend.Policies{Batch: batch}, "Batch policy is invalid: MaxRetries of -2"},
		"pauses that shrink below 0":   {read(func(p *as.BasePolicy) { p.SleepMultiplier = -1 }), "SleepMultiplier"},
		"an unknown replica":           {read(func(p *as.BasePolicy) { p.ReplicaPolicy = 99 }), "ReplicaPolicy 99"},
		"a generation that is ignored": {write(func(p *as.WritePolicy) { p.Generation = 3 }), "Generation 3 has no effect"},
		"a new record that is not new": {write(func(p *as.WritePolicy) {
			p.Generation, p.GenerationPolicy, p.RecordExistsAction = 3, as.EXPECT_GEN_EQUAL, as.CREATE_ONLY
		}), "exclude each other"},
		"a generation of a record that is ignored":  {asbackend.Policies{BatchWrite: record}, "BatchWrite policy"},
		"a generation of a removal that is ignored": {asbackend.Policies{BatchRemove: removal}, "BatchRemove policy"},
		"a negative info timeout":                   {asbackend.Policies{Info: &as.InfoPolicy{Timeout: -1}}, "Info policy"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := asbackend.New(s.Client(), asbackend.WithPolicies(c.policies))
			if !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want one that says %q", err, c.want)
			}
		})
	}
	good := asbackend.Policies{
		Read: as.NewPolicy(), Write: as.NewWritePolicy(0, 60), Batch: as.NewBatchPolicy(), BatchWrite: as.NewBatchWritePolicy(),
		BatchRemove: as.NewBatchDeletePolicy(), Query: as.NewQueryPolicy(), Info: as.NewInfoPolicy(),
	}
	for name, policies := range map[string]asbackend.Policies{"the client's": good, "none": {}} {
		if _, err := asbackend.New(s.Client(), asbackend.WithPolicies(policies)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInvalidKeysAreNotSent(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr())
	ctx := t.Context()
	var none aerostore.Key
	_, get := s.Get(ctx, none)
	_, batch := s.BatchRemove(ctx, []aerostore.Key{key("set", 1), none})
	_, wrongType := aerostore.KeyOf(namespace, "set", 1.5)
	for name, err := range map[string]error{
		"Get": get, "Put": s.Put(ctx, none, aerostore.Bins{"a": 1}), "BatchRemove": batch, "a float": wrongType,
	} {
		if !errors.Is(err, aerostore.ErrInvalid) || aerostore.InDoubt(err) {
			t.Errorf("%s: %v, want an error that matches ErrInvalid", name, err)
		}
	}
	if n.got() != 0 {
		t.Errorf("%d commands were sent", n.got())
	}
}

func TestARecordThatIsTooLargeToSendIsNotInDoubt(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), withBase(func(p *as.BasePolicy) { p.TotalTimeout = time.Minute }))
	huge := aerostore.Bins{"a": make([]byte, as.MaxBufferSize)}
	err := s.Put(t.Context(), key("set", 1), huge)
	wantError(t, err, aerostore.ErrRecordTooBig)
	results, err := s.BatchWrite(t.Context(), []aerostore.BatchItem{{Key: key("set", 1), Bins: huge}, {Key: key("set", 2), Bins: aerostore.Bins{"a": 1}}})
	wantError(t, err, aerostore.ErrRecordTooBig)
	for i, r := range results {
		if r.Err == nil || aerostore.InDoubt(r.Err) {
			t.Errorf("key %d: %v", i, r.Err)
		}
	}
	if n.got() != 0 {
		t.Errorf("%d commands were sent", n.got())
	}
}

func TestDialFromEnvReadsHostsAndUser(t *testing.T) {
	n := newFakeNode(t)
	for name, c := range map[string]struct {
		hosts, user, password string
		want                  string // of the error, "" for none
	}{
		"nothing":                 {"", "", "", "AEROSPIKE_HOSTS is not set"},
		"hosts":                   {n.addr(), "", "", ""},
		"hosts that do not parse": {"h1:x", "", "", "invalid hosts"},
		"a password alone":        {n.addr(), "", "geheim", "AEROSPIKE_PASSWORD is set and AEROSPIKE_USER is not"},
		"a user":                  {n.addr(), "ada", "geheim", "cannot connect"}, // the node does not support logging in
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AEROSPIKE_HOSTS", c.hosts)
			t.Setenv("AEROSPIKE_USER", c.user)
			t.Setenv("AEROSPIKE_PASSWORD", c.password)
			policy := lonely()
			policy.Timeout, policy.LoginTimeout = time.Second, time.Second
			s, err := asbackend.DialFromEnv(t.Context(), asbackend.WithClientPolicy(policy))
			if err == nil {
				s.Close()
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the password shows in %v", err)
			}
		})
	}
}

func TestOptionsOverrideTheClientPolicy(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	policy := lonely()
	policy.ClusterName = "another"
	s, err := asbackend.Dial(t.Context(), n.addr(),
		asbackend.WithConnections(2, 7), asbackend.WithClusterName("fake"), asbackend.WithClientPolicy(policy))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := s.Client().Cluster().ClientPolicy()
	if got.MinConnectionsPerNode != 2 || got.ConnectionQueueSize != 7 || got.ClusterName != "fake" || got.TendInterval != time.Hour {
		t.Errorf("the client has %+v", got)
	}
	if d := s.Describe(); d.Cluster != "fake" {
		t.Errorf("the Store describes itself as %+v", d)
	}
	if policy.ClusterName != "another" {
		t.Error("the application's policy was changed")
	}
	if _, err := asbackend.Dial(t.Context(), n.addr(), asbackend.WithClientPolicy(lonely()), asbackend.WithClusterName("other")); err == nil ||
		!strings.Contains(err.Error(), "CLUSTER_NAME_MISMATCH") {
		t.Errorf("another cluster: %v", err)
	}
	if _, err := asbackend.New(s.Client(), asbackend.WithTLS(&tls.Config{MinVersion: tls.VersionTLS12})); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("TLS for a client that exists: %v", err)
	}
}
