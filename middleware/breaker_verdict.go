package middleware

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// judge returns the verdict of an operation. Only an answer of the cluster is a
// success. A hurried operation had too little time for its timeout to count.
func (b *breaker) judge(
	ctx context.Context, call aerostore.Call, result aerostore.Result, err error, hurried bool,
) verdict {
	byKeys := err == nil || aerostore.CodeOf(err) == aerostore.CodeBatchFailed
	if !call.IsBatch() || !byKeys {
		return b.verdictOf(ctx, call, err, judgement.Of(ctx, call, err, judgement.Default), hurried)
	}
	failures, answers := 0, 0
	for i, r := range result.Batch() {
		switch b.verdictOf(ctx, call, r.Err, judgement.OfKey(ctx, call, i, r.Err, judgement.Default), hurried) {
		case success:
			answers++
		case failure:
			failures++
		case neither:
		}
	}
	switch {
	case failures > 0 && float64(failures) >= b.FailureRate*float64(failures+answers):
		return failure
	case answers > 0:
		return success
	default:
		return neither
	}
}

func (b *breaker) verdictOf(
	ctx context.Context, call aerostore.Call, err error, j judgement.Judgement, hurried bool,
) verdict {
	switch {
	case err == nil:
		return success
	case j.Kind == judgement.Rejected, j.Kind == judgement.Refused, j.Kind == judgement.Canceled,
		hurried && ranOutOfTime(err):
		return neither
	case b.IsFailure(ctx, call, err):
		return failure
	case fromServer(err) && !j.InDoubt:
		return success
	default: // it may not have reached the cluster
		return neither
	}
}

// ranOutOfTime reports whether a timeout of the client or the server ended the
// operation.
func ranOutOfTime(err error) bool {
	err = ofLastAttempt(err)
	return errors.Is(err, aerostore.ErrTimeout) || aerostore.CodeOf(err) == aerostore.CodeQueryTimeout
}

// fromServer reports whether a server returned the error. The client has the code
// of a timeout in common with it.
func fromServer(err error) bool {
	code := aerostore.CodeOf(ofLastAttempt(err))
	return code.FromServer() && code != aerostore.CodeTimeout
}
