package middleware_test

import (
	"slices"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

func TestTheCodesOfAClusterFailure(t *testing.T) {
	want := []aerostore.ResultCode{
		aerostore.CodeGRPC, aerostore.CodeNoResponse, aerostore.CodeNetwork, aerostore.CodeMaxRetries,
		aerostore.CodeMaxErrorRate, aerostore.CodeInvalidPartitionMap, aerostore.CodeServerNotAvailable,
		aerostore.CodeNoConnections, aerostore.CodeInvalidNode, aerostore.CodeServer,
		aerostore.CodeClusterKeyMismatch, aerostore.CodeServerMemory, aerostore.CodeTimeout,
		aerostore.CodePartitionUnavailable, aerostore.CodeDeviceOverload, aerostore.CodeBatchQueuesFull,
		aerostore.CodeQueryQueueFull, aerostore.CodeQueryTimeout, aerostore.CodeQueryNetIO,
	}
	var got []aerostore.ResultCode
	for code := aerostore.ResultCode(-100); code < 2000; code++ {
		if middleware.IsClusterFailure(&aerostore.Error{Code: code}) {
			got = append(got, code)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the codes are %q, want %q", got, want)
	}
}
