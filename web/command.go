package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"hubd/wire"
)

const commandPath = "/api/command/"

// command reads one command and answers with what became of it: 200 done, 400 not understood, 409 refused, 413 too long,
// 503 not known (try again).
func (h *handler) command(w http.ResponseWriter, r *http.Request) {
	target, name, ok := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), commandPath), "/")
	if !ok || target == "" || name == "" || strings.ContainsAny(target+name, "/%") {
		fail(w, http.StatusNotFound, "a command is sent to "+commandPath+"<room or wearer>/<name>")
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxPayload))
	switch {
	case tooLong(err):
		fail(w, http.StatusRequestEntityTooLarge, "the payload is longer than 4096 bytes")
		return
	case err != nil:
		fail(w, http.StatusBadRequest, "the request ended before its payload")
		return
	}
	h.obey(w, r, target, name, payload)
}

func (h *handler) obey(w http.ResponseWriter, r *http.Request, target, name string, payload []byte) {
	c, err := wire.ParseCommand(target, name, payload, false, h.o.Origin, h.o.Wearers)
	if err != nil {
		h.refused(target, name, err)
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	refusal, err := h.o.Do(ctx, c)
	switch {
	case err != nil:
		fail(w, http.StatusServiceUnavailable, err.Error())
	case refusal != "":
		fail(w, http.StatusConflict, refusal)
	default:
		send(w, http.StatusOK, wire.AppendDone(nil))
	}
}

// refused tells of a command that could not be read; of one for nobody here, the room is told.
func (h *handler) refused(target, name string, err error) {
	if h.o.Refused == nil {
		return
	}
	if !slices.Contains(h.o.Wearers, target) {
		target = ""
	}
	h.o.Refused(target, wire.Refusal(name, err))
}
