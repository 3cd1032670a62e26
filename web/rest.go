package web

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"hubd/wire"
)

const (
	restPath   = "/api/rest/"
	exportPath = "/export"
)

// ownRest tells a wearer of the own rest: as it stands, or minute by minute.
func (h *handler) ownRest(w http.ResponseWriter, r *http.Request) {
	id, export := strings.CutSuffix(strings.TrimPrefix(r.URL.EscapedPath(), restPath), exportPath)
	var rest wire.OwnRest
	ok := slices.Contains(h.o.Wearers, id)
	if ok {
		rest, ok = h.o.OwnRest(id)
	}
	switch {
	case !ok:
		fail(w, http.StatusNotFound, "nobody here is called so")
	case export:
		h.exportRest(w, rest)
	default:
		send(w, http.StatusOK, wire.AppendOwnRest(nil, rest))
	}
}

func (h *handler) exportRest(w http.ResponseWriter, rest wire.OwnRest) {
	file, err := h.o.Export(rest)
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	send(w, http.StatusOK, bytes.TrimSuffix(file, []byte{'\n'})) // send ends the line itself
}
