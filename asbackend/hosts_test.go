package asbackend

import (
	"errors"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestHostsAreParsed(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]as.Host{
		"h1":                  {{Name: "h1", Port: 3000}},
		"h1:4000":             {{Name: "h1", Port: 4000}},
		"h1:tls1:4000":        {{Name: "h1", TLSName: "tls1", Port: 4000}},
		"10.0.0.1:3000":       {{Name: "10.0.0.1", Port: 3000}},
		"h1:3000,h2:3001":     {{Name: "h1", Port: 3000}, {Name: "h2", Port: 3001}},
		" h1 , h2:tls2:3001 ": {{Name: "h1", Port: 3000}, {Name: "h2", TLSName: "tls2", Port: 3001}},
		"[::1]":               {{Name: "::1", Port: 3000}},
		"[::1]:4000":          {{Name: "::1", Port: 4000}},
		"[::1]:tls:4000":      {{Name: "::1", TLSName: "tls", Port: 4000}},
		"[fe80::1%eth0]:3000": {{Name: "fe80::1%eth0", Port: 3000}},
	} {
		hosts, err := parseHosts(list)
		if err != nil {
			t.Errorf("%q: %v", list, err)
			continue
		}
		if len(hosts) != len(want) {
			t.Errorf("%q: %v, want %v", list, hosts, want)
			continue
		}
		for i := range want {
			if *hosts[i] != want[i] {
				t.Errorf("%q: host %d is %#v, want %#v", list, i, *hosts[i], want[i])
			}
		}
	}
}

func TestInvalidHostsAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for list, reason := range map[string]string{
		"":                   "the host is empty",
		",":                  "the host is empty",
		"h1,,h2":             "the host is empty",
		":3000":              "the host is empty",
		"h1:":                "the port is empty",
		"[::1]:":             "the port is empty",
		"h1:0":               "the port is not a number from 1 to 65535",
		"h1:65536":           "the port is not a number from 1 to 65535",
		"h1:http":            "the port is not a number from 1 to 65535",
		"h1:tls:":            "the port is not a number from 1 to 65535",
		"h1::3000":           "the TLS name is empty",
		"::1":                "write an IPv6 address in brackets",
		"2001:db8:0:1:2:3:4": "write an IPv6 address in brackets",
		"[::1":               "the bracket is not closed",
		"[::1]3000":          "between the bracket and the colon",
		"h 1:3000":           "a character that no host name may have",
		"aerospike://h1":     "a character that no host name may have",
		"a\x00b":             "a character that no host name may have",
		"a\x7fb:3000":        "a character that no host name may have",
		"caf\xe9:3000":       "a character that no host name may have",
	} {
		_, err := parseHosts(list)
		if !errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%q: %v, want an error that matches ErrInvalid", list, err)
			continue
		}
		if text := err.Error(); !strings.Contains(text, reason) || strings.Contains(text, "\n") {
			t.Errorf("%q: the error is %q, want %q in it", list, text, reason)
		}
	}
}

func TestAPasswordAmongTheHostsIsNotRepeated(t *testing.T) {
	t.Parallel()
	_, err := parseHosts("admin:geheim@h1:3000")
	if !errors.Is(err, aerostore.ErrInvalid) || strings.Contains(err.Error(), "geheim") {
		t.Errorf("the error is %v", err)
	}
}

func FuzzParseHosts(f *testing.F) {
	for _, list := range []string{"", "h1", "h1:3000,h2", "[::1]:3000", "h1:tls:3000", "a:b:c:d", "[", "u:p@h"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		hosts, err := parseHosts(list)
		if (err == nil) != (len(hosts) > 0) {
			t.Fatalf("%q gave %d hosts and %v", list, len(hosts), err)
		}
		if err != nil {
			if !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("%q gave %v, want ErrInvalid", list, err)
			}
			return
		}
		for _, h := range hosts {
			if h.Name == "" || h.Port < 1 || h.Port > maxPort {
				t.Errorf("%q gave %q, port %d", list, h.Name, h.Port)
			}
		}
	})
}
