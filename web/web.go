package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/pipeline"
	"hubd/wire"
)

// DefaultWithin bounds how long a command may wait for its answer.
const DefaultWithin = 5 * time.Second

// Options says what the handler is for and whom it asks. Every function may be called from several goroutines at once.
type Options struct {
	Wearers []string        // ids
	Origin  pipeline.Origin // of every command: the way in that this handler is
	Within  time.Duration   // longest wait for Do; 0: DefaultWithin

	// Do obeys or refuses a command. refusal is the reason in words for people, empty when obeyed; err says that it is not
	// known what became of it: the queue is full, hubd stops, or ctx ended.
	Do func(ctx context.Context, c pipeline.Command) (refusal string, err error)
	// Refused is told of a command that could not be read, so that it is answered on MQTT like any other; target is a wearer's
	// id, or empty for the room. It may be nil.
	Refused func(target string, r pipeline.Refused)
	// Status is how it is with the hub now.
	Status func() wire.Status
	// History is what lasts; nil: nothing is stored.
	History *History
	// Sealing is what opens it; nil: there is nothing at its paths.
	Sealing *Sealing
	// Report makes a report of what is kept of a wearer. As OwnRest it is for a way in that is the wearer's own; nil: there is nothing
	// at its paths.
	Report func(ctx context.Context, q ReportRequest) (body []byte, refusal string, err error)
	// OwnRest is a wearer's own rest, which tells of the body: only a way in that is the wearer's own has it. It may be nil: then
	// there is nothing at its paths. Of an id that is nobody's it answers false.
	OwnRest func(wearer string) (wire.OwnRest, bool)
	// Export is a wearer's own rest as a file that hubd replay --baseline reads. It goes with OwnRest.
	Export func(wire.OwnRest) ([]byte, error)
	// Page makes tokens and takes them back: for the local socket. It may be nil: then there is nothing at its paths.
	Page *PageControl
	// Lend lends a bus to a command that sets up sensors. It is for a way in that is the machine's own; nil: there is nothing at its
	// paths. A Lend without Return: hubd does not use this bus.
	Lend func(ctx context.Context, q LendRequest) (lent Lend, refusal string, err error)
	// Calibration measures a wearer's skin-conductance board: for a way in that is the wearer's own. nil: there is nothing at its paths.
	Calibration *Calibration
	// Captures are the wearers' recordings. They go with OwnRest; nil: there are none.
	Captures *Captures
	// Health says what keeps hubd from working, nil when it works. It may be nil: then answering is proof enough.
	Health func() error
}

// handler answers requests by path.
type handler struct {
	o     Options
	large chan struct{} // has room for atOnce
}

// New makes the handler. It refuses cross-origin requests that change something, so that no web page can send commands through
// a browser or a proxy that reaches it.
func New(o Options) http.Handler {
	if o.Within == 0 {
		o.Within = DefaultWithin
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusForbidden, "requests from other sites are not answered")
	}))
	return guard.Handler(&handler{o: o, large: make(chan struct{}, atOnce)})
}

// ServeHTTP routes by the path exactly as it was sent: nothing is unescaped, cleaned or redirected, so no two spellings of a
// path mean the same.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	strict(w.Header())
	path := r.URL.EscapedPath()
	switch {
	case path == "/healthz":
		h.only(w, r, http.MethodGet, h.health)
	case path == "/api/status":
		h.only(w, r, http.MethodGet, h.status)
	case strings.HasPrefix(path, commandPath):
		h.only(w, r, http.MethodPost, h.command)
	case strings.HasPrefix(path, journalPath):
		h.journal(w, r)
	case path == sealingPath || strings.HasPrefix(path, sealingPath+"/"):
		h.sealing(w, r)
	case strings.HasPrefix(path, erasePath):
		h.erase(w, r)
	case path == backupPath:
		h.only(w, r, http.MethodPost, h.backup)
	case strings.HasPrefix(path, keptPath):
		h.only(w, r, http.MethodGet, h.kept)
	case strings.HasPrefix(path, partPath):
		h.only(w, r, http.MethodPost, h.part)
	case strings.HasPrefix(path, minutesPath):
		h.only(w, r, http.MethodGet, h.minutes)
	case h.o.Lend != nil && strings.HasPrefix(path, lendPath):
		h.only(w, r, http.MethodPost, h.lend)
	case h.o.Calibration != nil && strings.HasPrefix(path, calibrationPath):
		h.only(w, r, http.MethodPost, h.calibration)
	case h.o.Report != nil && strings.HasPrefix(path, reportPath):
		h.only(w, r, http.MethodGet, h.report)
	case h.o.Page != nil && path == pageOpenPath:
		h.only(w, r, http.MethodPost, h.pageOpen)
	case h.o.Page != nil && path == pageClosePath:
		h.only(w, r, http.MethodPost, h.pageClose)
	case h.o.OwnRest != nil && strings.HasPrefix(path, exportsPath):
		h.only(w, r, http.MethodGet, h.exports)
	case h.o.OwnRest != nil && strings.HasPrefix(path, restPath):
		h.only(w, r, http.MethodGet, h.ownRest)
	default:
		fail(w, http.StatusNotFound, "there is nothing at this path")
	}
}

func (h *handler) only(w http.ResponseWriter, r *http.Request, method string, next http.HandlerFunc) {
	only(w, r, method, next)
}

// only lets one method through. HEAD counts as GET: net/http sends no body then.
func only(w http.ResponseWriter, r *http.Request, method string, next http.HandlerFunc) {
	if r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
		w.Header().Set("Allow", method)
		fail(w, http.StatusMethodNotAllowed, "this path takes "+method+" only")
		return
	}
	next(w, r)
}

func (h *handler) status(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, wire.AppendStatus(nil, h.o.Status()))
}

func (h *handler) health(w http.ResponseWriter, _ *http.Request) {
	if h.o.Health != nil {
		if err := h.o.Health(); err != nil {
			fail(w, http.StatusServiceUnavailable, err.Error())
			return
		}
	}
	send(w, http.StatusOK, []byte(`{"up":true}`))
}

// strict sets the headers of every answer: never stored, never guessed at, never shown inside another page.
func strict(head http.Header) {
	head.Set("Content-Type", "application/json; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Content-Type-Options", "nosniff")
}

// longer gives an answer so much time from now on, in the place of the server's, which is for answers that are there.
func longer(w http.ResponseWriter, within time.Duration) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(within))
}

// send writes an answer. Whoever has gone by then cannot be told of an error.
func send(w http.ResponseWriter, code int, body []byte) {
	strict(w.Header())
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n'))
}

func fail(w http.ResponseWriter, code int, text string) {
	send(w, code, wire.AppendError(nil, text))
}

// tooLong reports whether reading stopped at the limit of the body.
func tooLong(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

// known answers a request of nobody's, or where nothing is stored, and is false then.
func (h *handler) known(w http.ResponseWriter, wearer string) bool {
	switch {
	case h.o.History == nil:
		fail(w, http.StatusNotFound, noHistory)
	case !slices.Contains(h.o.Wearers, wearer):
		fail(w, http.StatusNotFound, "nobody here is called "+strconv.Quote(wearer))
	default:
		return true
	}
	return false
}
