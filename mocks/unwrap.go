package mocks

import "github.com/aerostore/aerostore"

// Unwrap returns nil, because a mock wraps no store. [aerostore.Do] then calls its
// function after the layers around the mock.
func (*MockStore) Unwrap() aerostore.Store { return nil }
