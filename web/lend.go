package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/wire"
)

const (
	lendPath = "/api/lend/"
	// lendLook is how often a lend looks whether it is over: a pause must reach the borrower well within 0.3 s.
	lendLook = 50 * time.Millisecond
)

// LendRequest asks for a bus. Wearer is whose own act this is, empty where nobody's: then only those are read who are sensed already.
type LendRequest struct {
	Device string // i2c/1 or spi/0.0
	Wearer string
	Length time.Duration
}

// Lend is a bus that was lent.
type Lend struct {
	Bus     string
	Wearers []string      // whose sensors may be read
	Length  time.Duration // at most
	Over    func() string // why it is over, in words; empty while it is not
	Return  func()        // gives the bus back

	LeadsOff func() []wire.LeadsOff // who of Wearers has an electrode off; nil: nothing tells
}

// lend lends a bus until the connection closes, the time is over, or somebody pauses.
func (h *handler) lend(w http.ResponseWriter, r *http.Request) {
	q, problem := lendRequest(r)
	if problem != "" {
		fail(w, http.StatusBadRequest, problem)
		return
	}
	if n, err := r.Body.Read(make([]byte, 1)); n > 0 || err != io.EOF { // the server notices a borrower's end only when nothing is left to read
		fail(w, http.StatusBadRequest, "a bus is asked for without a body")
		return
	}
	lent, refusal, err := h.o.Lend(r.Context(), q)
	switch {
	case refusedOrFailed(w, refusal, err):
		return
	case lent.Return == nil:
		fail(w, http.StatusNotFound, "hubd does not use this bus: it is free")
		return
	}
	defer lent.Return()
	keepLending(w, r.Context(), lent)
}

func keepLending(w http.ResponseWriter, ctx context.Context, lent Lend) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // the server's own are for requests and answers that are there; a closed connection is noticed all the same
	_ = c.SetWriteDeadline(time.Now().Add(lent.Length + DefaultWithin))
	send(w, http.StatusOK, wire.AppendLent(nil, wire.LentBus{Lent: lent.Bus, Wearers: lent.Wearers, Seconds: int(lent.Length / time.Second)}))
	if c.Flush() != nil {
		return
	}
	look := time.NewTicker(lendLook)
	defer look.Stop()
	var off []wire.LeadsOff
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if off = tellLeads(w, c, lent, off); ctx.Err() != nil {
			return
		}
		if why := lent.Over(); why != "" {
			_, _ = w.Write(append(wire.AppendLendOver(nil, wire.LendOver{Ended: why}), '\n'))
			return
		}
	}
}

// tellLeads writes whose electrodes are off where that is not what was told before, and gives it.
func tellLeads(w io.Writer, c *http.ResponseController, lent Lend, told []wire.LeadsOff) []wire.LeadsOff {
	if lent.LeadsOff == nil {
		return nil
	}
	now := lent.LeadsOff()
	if !slices.Equal(now, told) {
		_, _ = w.Write(append(wire.AppendLeadsOff(nil, now), '\n')) // a borrower that is gone shows in the context
		_ = c.Flush()
	}
	return now
}

// lendRequest reads what is asked for.
func lendRequest(r *http.Request) (q LendRequest, problem string) {
	q.Device = strings.TrimPrefix(r.URL.EscapedPath(), lendPath)
	kind, place, ok := strings.Cut(q.Device, "/")
	if !ok || kind != "i2c" && kind != "spi" || place == "" || strings.ContainsAny(place, "/%") {
		return q, "a bus is asked for at " + lendPath + "i2c/<number> or " + lendPath + "spi/<port.select>"
	}
	values := r.URL.Query()
	q.Wearer = values.Get("wearer")
	seconds, err := strconv.Atoi(values.Get("seconds"))
	if err != nil || seconds < 1 || seconds > 24*60*60 {
		return q, "seconds says for how long at most: 1 to 86400"
	}
	q.Length = time.Duration(seconds) * time.Second
	return q, ""
}
