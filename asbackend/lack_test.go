package asbackend

import (
	"strings"
	"testing"
)

func TestTheClientsTextsForALackAreUnchanged(t *testing.T) {
	t.Parallel()
	for text, phrase := range map[string]string{emptyText: "pool is empty", exhaustedText: "pool is exhausted"} {
		if !strings.Contains(text, phrase) || strings.Contains(text, "ResultCode") {
			t.Errorf("%q is not a text with %q alone", text, phrase)
		}
	}
}

func TestWhyAPoolIsFull(t *testing.T) {
	t.Parallel()
	const (
		inUse = "every connection of the pool is in use (limit 4)"
		away  = "the pool has 1 of 4 connections, and the node did not accept the others in time"
	)
	for name, c := range map[string]struct {
		opened, closed, left, failed float64
		logsIn                       bool
		want                         string
	}{
		"all are open":                                         {opened: 9, closed: 5, want: inUse},
		"one is open":                                          {opened: 6, closed: 5, want: away},
		"one is open, after failures":                          {opened: 6, closed: 5, failed: 3, want: away},
		"all are open, with logins":                            {opened: 9, closed: 5, failed: 3, logsIn: true, want: inUse},
		"one is open, with logins":                             {opened: 6, closed: 5, logsIn: true, want: away},
		"one seems open, but logins failed":                    {opened: 6, closed: 5, failed: 3, logsIn: true},
		"all seem open, but some were in use as the node left": {opened: 9, closed: 5, left: 1},
		"one is open at most, after the node left":             {opened: 6, closed: 5, left: 1, want: away},
	} {
		counted := counters{
			"connections-successful": c.opened, "closed-connections": c.closed,
			"node-removed-count": c.left, "connections-failed": c.failed,
		}
		if got := counted.lack(4, c.logsIn); c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
