package mocks

import "github.com/aerostore/aerostore"

// Unwrap returns nil: there is nothing beneath a mock, so [aerostore.Do] runs
// its function once it is through the layers around it.
func (*MockStore) Unwrap() aerostore.Store { return nil }
