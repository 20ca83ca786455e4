package aerostore

// A Backend is a Store whose methods call a [Handler]. [Intercept] calls the handler
// directly. Operations are then not converted twice, and layers see the Attempts and
// Node of its [Result]. A Store does not have to be a Backend.
type Backend interface {
	Store

	// HandlerFor returns the backend's handler if s is the backend itself, and nil
	// otherwise. A struct that embeds the backend and overrides Get is not the
	// backend itself: its Get would be bypassed.
	HandlerFor(s Store) Handler
}

// handlerOf returns a handler that performs the store's operations.
func handlerOf(s Store) Handler {
	if h := ownHandler(s); h != nil {
		return h
	}
	return typedHandler(s)
}

// ownHandler returns the handler that s is made of, or nil if there is none.
func ownHandler(s Store) Handler {
	switch s := s.(type) {
	case Handler:
		return s
	case *chained:
		return s.Handler
	case Backend:
		return s.HandlerFor(s)
	default:
		return nil
	}
}
