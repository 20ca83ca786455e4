package asbackend

import (
	"context"
	"strconv"
	"time"

	"github.com/aerostore/aerostore"
)

// Truncate implements [aerostore.Truncator]. It returns when every node has removed the
// records, or when ctx ends. It returns [aerostore.ErrInvalidNamespace] if the cluster does
// not have the namespace.
func (s *Store) Truncate(ctx context.Context, t aerostore.Truncation) error {
	return s.administer(ctx, t.Namespace, t.Check, t.NewError, func(a *administration) error {
		if t.Before.IsZero() {
			time.Sleep(tick)
		}
		if err := a.send(truncateCommand(t)); err != nil {
			return err
		}
		return a.awaitTruncation(t)
	})
}

// tick is longer than the unit in which a server compares times. A truncation keeps the
// records of its own millisecond.
const tick = 2 * time.Millisecond

func truncateCommand(t aerostore.Truncation) string {
	command := "truncate:namespace=" + t.Namespace + ";set=" + t.Set
	if t.AllSets {
		command = "truncate-namespace:namespace=" + t.Namespace
	}
	if !t.Before.IsZero() {
		command += ";lut=" + strconv.FormatInt(t.Before.UnixNano(), 10)
	}
	return command
}

// awaitTruncation waits until no node is truncating. Each node has begun when one of them
// has accepted the command.
func (a *administration) awaitTruncation(t aerostore.Truncation) error {
	command, separator := scopeCommand(t.Namespace, t.Set)
	for _, node := range a.nodes {
		err := a.poll(func() (bool, error) {
			answer, err := a.info(node, command)
			return field(answer, separator, "truncating") != "true", err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// scopeCommand returns the command for what a node has of a set, or of a namespace if
// set is empty. The answer has its separator between fields, and is empty if the node does
// not have the set.
func scopeCommand(namespace, set string) (command, separator string) {
	if set == "" {
		return "namespace/" + namespace, ";"
	}
	return "sets/" + namespace + "/" + set, ":"
}
