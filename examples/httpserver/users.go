package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/aerostore/aerostore"
)

const (
	usersSet       = "users"
	maxBody        = 1 << 16
	requestTimeout = 5 * time.Second
)

// user is what the service keeps of a user.
type user struct {
	Email string `json:"email"`
}

// routes serves /users/{name} and /metrics.
func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("PUT /users/{name}", timed(s.putUser))
	mux.Handle("GET /users/{name}", timed(s.getUser))
	mux.Handle("DELETE /users/{name}", timed(s.deleteUser))
	mux.Handle("GET "+metricsPath, s.metrics)
	return mux
}

// timed gives a request a deadline, which reaches each of its store operations.
func timed(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		h(w, r.WithContext(ctx))
	})
}

func (s *service) keyOf(r *http.Request) aerostore.Key {
	return aerostore.NewKey(s.namespace, usersSet, r.PathValue("name"))
}

func (s *service) putUser(w http.ResponseWriter, r *http.Request) {
	var u user
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&u); err != nil {
		http.Error(w, "the body is not a user", http.StatusBadRequest)
		return
	}
	if err := s.store.Put(r.Context(), s.keyOf(r), aerostore.Bins{"email": u.Email}); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *service) getUser(w http.ResponseWriter, r *http.Request) {
	record, err := s.store.Get(r.Context(), s.keyOf(r))
	if err != nil {
		fail(w, err)
		return
	}
	email, err := record.Str("email")
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(user{Email: email})
}

func (s *service) deleteUser(w http.ResponseWriter, r *http.Request) {
	existed, err := s.store.Remove(r.Context(), s.keyOf(r))
	switch {
	case err != nil:
		fail(w, err)
	case !existed:
		fail(w, aerostore.ErrNotFound)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// fail answers with the status that fits the error.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusServiceUnavailable
	switch {
	case errors.Is(err, aerostore.ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, aerostore.ErrInvalid):
		status = http.StatusBadRequest
	case errors.Is(err, aerostore.ErrTimeout):
		status = http.StatusGatewayTimeout
	}
	http.Error(w, http.StatusText(status), status)
}
