package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"hubd/history"
	"hubd/wire"
)

const (
	sealingPath = "/api/history"
	unlockPath  = "/api/history/unlock"
	rekeyPath   = "/api/history/rekey"

	unlockWithin = time.Minute // a passphrase is stretched: seconds on a slow Pi
	maxSecret    = history.MostPhrase + 2
)

// Sealing opens what is sealed and seals it anew. A refusal is for people; err says that it is not known what became of it. No answer holds
// a secret.
type Sealing struct {
	State func(ctx context.Context) (wire.Sealing, error)
	// Unlock opens the history with a passphrase or key. Where nothing was ever sealed fresh lets it be what seals from now on.
	Unlock func(ctx context.Context, secret string, fresh bool) (refusal string, err error)
	// Rekey seals everything under another secret: under the one of the config's key file where to is RekeyToFile, in the clear where it is
	// RekeyToNone. It may be nil: then this way in may not.
	Rekey func(ctx context.Context, to RekeyTo, secret string) (r wire.Rekeying, refusal string, err error)
}

// RekeyTo is what a history is to be sealed under.
type RekeyTo string

// The ways.
const (
	RekeyToSecret RekeyTo = "secret" // one that comes with the request
	RekeyToFile   RekeyTo = "file"   // the config's key file
	RekeyToNone   RekeyTo = "none"
)

// sealing answers the paths of Sealing.
func (h *handler) sealing(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.EscapedPath(); {
	case h.o.Sealing == nil:
		fail(w, http.StatusNotFound, noHistory)
	case path == sealingPath:
		h.only(w, r, http.MethodGet, h.sealingState)
	case path == unlockPath:
		h.only(w, r, http.MethodPost, h.unlock)
	case path == rekeyPath && h.o.Sealing.Rekey != nil:
		h.only(w, r, http.MethodPost, h.rekey)
	default:
		fail(w, http.StatusNotFound, "there is nothing at this path")
	}
}

func (h *handler) sealingState(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	s, err := h.o.Sealing.State(ctx)
	if !refusedOrFailed(w, "", err) {
		send(w, http.StatusOK, wire.AppendSealing(nil, s))
	}
}

func (h *handler) unlock(w http.ResponseWriter, r *http.Request) {
	secret, ok := secretOf(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), unlockWithin)
	defer cancel()
	longer(w, unlockWithin)
	refusal, err := h.o.Sealing.Unlock(ctx, secret, r.URL.Query().Get("new") == "1")
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendDone(nil))
	}
}

func (h *handler) rekey(w http.ResponseWriter, r *http.Request) {
	secret, ok := secretOf(w, r)
	if !ok {
		return
	}
	to := RekeyTo(r.URL.Query().Get("to"))
	if to != RekeyToSecret && to != RekeyToFile && to != RekeyToNone || (to == RekeyToSecret) != (secret != "") {
		fail(w, http.StatusBadRequest, "nothing is changed: to is secret, with it as the body, or file or none without a body")
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), backupWithin) // who asked may go: what is begun is done
	defer cancel()
	longer(w, backupWithin)
	came, refusal, err := h.o.Sealing.Rekey(ctx, to, secret)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendRekeying(nil, came))
	}
}

// secretOf reads a secret from a request's body. Nothing that is answered repeats it.
func secretOf(w http.ResponseWriter, r *http.Request) (secret string, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSecret))
	switch {
	case tooLong(err):
		fail(w, http.StatusRequestEntityTooLarge, "that is too long for a passphrase or a key")
	case err != nil:
		fail(w, http.StatusBadRequest, "the request ended before its passphrase or key")
	default:
		return string(body), true
	}
	return "", false
}
