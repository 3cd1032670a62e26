package web

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"hubd/wire"
)

// PageOptions says what the page is for and whom it asks. Every function may be called from several goroutines at once.
type PageOptions struct {
	Hub    string         // id, which the cookie is named after
	Tokens func() []Token // that open the page now; the slice is the page's own
	// Anyone answers whoever has no token: how hubd is, and a pause, which is anyone's.
	Anyone Options
	// Own is each wearer's own way in, by id.
	Own map[string]Options
	// Feeds is what each wearer's page is told, by id.
	Feeds map[string]*Feed
	// Me is what a wearer's page has to know once.
	Me func(wearer string) wire.Me
	// System is how it is with the hub, for a wearer's page.
	System func(wearer string) wire.System
	// Clock is stream time now, and how many of its seconds pass in one.
	Clock func() (now time.Duration, speed float64)
	// Metrics appends Prometheus's text.
	Metrics func(dst []byte) []byte
	Log     *slog.Logger
	Now     func() time.Time // for counting wrong tokens
}

// page answers a browser.
type page struct {
	o      PageOptions
	door   *door
	anyone http.Handler
	own    map[string]http.Handler
	assets map[string]*asset
	seats  atomic.Int32 // live streams now
}

// NewPage makes the page's handler. The server around it has the bounds that New asks for; a live stream moves its own deadlines.
//
// Whoever has no token gets the page's own files, which hold nothing of anybody, whether hubd is well, and may pause: stopping is
// anyone's. A wearer's token gets that wearer's data alone.
func NewPage(o PageOptions) (http.Handler, error) {
	p := &page{o: o, door: newDoor(o.Log, o.Now), anyone: New(o.Anyone), own: map[string]http.Handler{}}
	for id, own := range o.Own {
		p.own[id] = New(own)
	}
	var err error
	if p.assets, err = readAssets(); err != nil {
		return nil, err
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusForbidden, "requests from other sites are not answered")
	}))
	return guard.Handler(p), nil
}

// ServeHTTP routes by the path exactly as it was sent.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	strict(w.Header())
	path := r.URL.EscapedPath()
	switch {
	case !hostKnown(r.Host):
		fail(w, http.StatusMisdirectedRequest, "this page is not known under that name: use the machine's address")
	case path == "/healthz":
		p.anyone.ServeHTTP(w, r)
	case path == pausePath && r.Method == http.MethodPost:
		p.pause(w, r)
	case path == "/metrics":
		only(w, r, http.MethodGet, p.metrics)
	case path == loginPath && r.Method == http.MethodGet:
		p.whoIsIn(w, r)
	case path == loginPath:
		only(w, r, http.MethodPost, p.login)
	case path == logoutPath:
		only(w, r, http.MethodPost, p.logout)
	case strings.HasPrefix(path, "/api/"):
		p.api(w, r, path)
	default:
		only(w, r, http.MethodGet, p.asset)
	}
}

// tokens are those of the wearers who are here. One that was made for somebody whom the config names no more opens nothing.
func (p *page) tokens() []Token {
	return slices.DeleteFunc(p.o.Tokens(), func(t Token) bool { return p.own[t.Wearer] == nil })
}

// pausePath stops all sensing, for whoever asks: a token that was lost or a page that was shut must not stand before it.
const pausePath = commandPath + "room/pause"

// pause goes in under the own token where there is one.
func (p *page) pause(w http.ResponseWriter, r *http.Request) {
	h := p.anyone
	if c, err := r.Cookie(p.cookieName(r)); err == nil {
		if wearer, ok := whose(p.tokens(), c.Value); ok {
			h = p.own[wearer]
		}
	}
	h.ServeHTTP(w, r)
}

// api answers a wearer.
func (p *page) api(w http.ResponseWriter, r *http.Request, path string) {
	wearer, ok := p.who(w, r)
	own := p.own[wearer]
	switch {
	case !ok:
		p.turnAway(w, r, "this needs a wearer's own token: hubd page open makes one")
	case path == "/api/live":
		only(w, r, http.MethodGet, func(w http.ResponseWriter, r *http.Request) { p.live(w, r, wearer) })
	case path == "/api/me":
		only(w, r, http.MethodGet, func(w http.ResponseWriter, _ *http.Request) { p.sendMe(w, wearer) })
	case path == "/api/clock":
		only(w, r, http.MethodGet, p.clock)
	case path == "/api/system":
		only(w, r, http.MethodGet, func(w http.ResponseWriter, _ *http.Request) {
			send(w, http.StatusOK, wire.AppendSystem(nil, p.o.System(wearer)))
		})
	case path == unlockPath && r.TLS == nil && !peer(r).IsLoopback():
		fail(w, http.StatusForbidden, "a secret does not go over plain http: hubd page open --certificate, ssh -L, or hubd history unlock")
	case path == sealingPath, path == unlockPath, strings.HasPrefix(path, commandPath), theirs(path, wearer):
		own.ServeHTTP(w, r)
	default:
		fail(w, http.StatusNotFound, "there is nothing at this path")
	}
}

// theirs tells whether a path is about a wearer's own past. What is another's, and what is the whole hub's, has no path here, however it
// is spelt.
func theirs(path, wearer string) bool {
	if strings.Contains(path, "..") || strings.ContainsAny(path, "%;") {
		return false
	}
	for _, about := range []string{journalPath, erasePath, keptPath, partPath, minutesPath, reportPath, restPath, calibrationPath, exportsPath} {
		if rest, found := strings.CutPrefix(path, about); found {
			first, _, _ := strings.Cut(rest, "/")
			return first == wearer
		}
	}
	return false
}

func (p *page) sendMe(w http.ResponseWriter, wearer string) {
	send(w, http.StatusOK, wire.AppendMe(nil, p.o.Me(wearer)))
}

// clock lets a browser measure how far its own clock is from stream time.
func (p *page) clock(w http.ResponseWriter, _ *http.Request) {
	now, speed := p.o.Clock()
	send(w, http.StatusOK, wire.AppendClock(nil, now, speed))
}

// metrics are for this machine, or for who has a token: how many samples come tells whether somebody is sensed.
func (p *page) metrics(w http.ResponseWriter, r *http.Request) {
	if !peer(r).IsLoopback() {
		if _, ok := p.who(w, r); !ok {
			p.turnAway(w, r, "from another machine this needs a token: Authorization: Bearer …")
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(p.o.Metrics(nil)) // who asked has gone: there is nobody to tell
}
