package web

import (
	"context"
	"net/http"
	"time"

	"hubd/wire"
)

const (
	backupPath   = "/api/backup"
	backupWithin = 10 * time.Minute // a slow card writes 256 MiB in less
)

// backup writes a copy of what lasts and answers where it is.
func (h *handler) backup(w http.ResponseWriter, r *http.Request) {
	if h.o.History == nil {
		fail(w, http.StatusNotFound, noHistory)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), backupWithin)
	defer cancel()
	longer(w, backupWithin)
	path, err := h.o.History.Backup(ctx)
	if !refusedOrFailed(w, "", err) {
		send(w, http.StatusOK, wire.AppendBackup(nil, path))
	}
}
