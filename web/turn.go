package web

import (
	"net/http"
	"time"
)

// atOnce is how many files and reports are made at once on one way in. Each takes megabytes, and the disk, of which a Pi has little; whoever asks
// for more waits.
const atOnce = 2

// turn waits until one more file or report may be made, and gives the end of that; false where it was answered that this is not now.
func (h *handler) turn(w http.ResponseWriter, r *http.Request) (done func(), ok bool) {
	wait := time.NewTimer(h.o.Within)
	defer wait.Stop()
	select {
	case h.large <- struct{}{}:
		return func() { <-h.large }, true
	case <-r.Context().Done():
	case <-wait.C:
	}
	fail(w, http.StatusServiceUnavailable, "other files or reports of yours are being made: ask again when one is done")
	return nil, false
}
