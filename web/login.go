package web

import (
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	loginPath  = "/login"
	logoutPath = "/logout"

	// stayFor is how long a browser remembers a token. hubd page close ends it at once.
	stayFor = 365 * 24 * time.Hour
)

// login takes a token and leaves it with the browser as a cookie that no script can read.
func (p *page) login(w http.ResponseWriter, r *http.Request) {
	from := peer(r)
	if wait := p.door.wait(from); wait > 0 {
		tellToWait(w, wait)
		return
	}
	token, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxToken))
	if err != nil {
		fail(w, http.StatusBadRequest, "that is no token")
		return
	}
	wearer, ok := whose(p.tokens(), string(token))
	if !ok {
		p.door.wrong(from)
		fail(w, http.StatusUnauthorized, "this token is not known: hubd page open makes one")
		return
	}
	p.door.right(from)
	http.SetCookie(w, p.cookie(r, strings.TrimSpace(string(token)), stayFor))
	p.sendMe(w, wearer)
}

// whoIsIn tells who comes with this cookie; null: nobody so far. That is no error, which a browser would write on its console.
func (p *page) whoIsIn(w http.ResponseWriter, r *http.Request) {
	wearer, ok := p.who(w, r)
	if !ok {
		send(w, http.StatusOK, []byte("null"))
		return
	}
	p.sendMe(w, wearer)
}

func tellToWait(w http.ResponseWriter, wait time.Duration) {
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	w.Header().Set("Retry-After", seconds)
	fail(w, http.StatusTooManyRequests, "too many wrong tokens came from here: wait "+seconds+" seconds")
}

func (p *page) logout(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, p.cookie(r, "", -time.Second))
	send(w, http.StatusOK, []byte(`{"done":true}`))
}

// cookie is one that no script reads.
func (p *page) cookie(r *http.Request, value string, lasts time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: p.cookieName(r), Value: value, Path: "/", MaxAge: int(lasts.Seconds()), HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil,
	}
}

// cookieName is after the hub, since browsers do not tell the ports of one machine apart. Over TLS it is another one: a browser takes none over plain
// http in the place of one that came over TLS, and whoever opened the page with a certificate once could come in without one no more.
func (p *page) cookieName(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-hubd-" + p.o.Hub
	}
	return "hubd-" + p.o.Hub
}

// who gives the wearer whose token a request brings, in a cookie or as a bearer. A wrong one counts as a try, and the cookie is taken
// back, so that a browser that was shut out does not go on trying.
func (p *page) who(w http.ResponseWriter, r *http.Request) (wearer string, ok bool) {
	token := p.brought(r)
	if token == "" {
		return "", false
	}
	if wearer, ok = whose(p.tokens(), token); ok {
		return wearer, true
	}
	if from := peer(r); p.door.wait(from) == 0 {
		p.door.wrong(from)
	}
	http.SetCookie(w, p.cookie(r, "", -time.Second))
	return "", false
}

// turnAway answers who brings no token that is known.
func (p *page) turnAway(w http.ResponseWriter, r *http.Request, why string) {
	if wait := p.door.wait(peer(r)); wait > 0 {
		tellToWait(w, wait)
		return
	}
	fail(w, http.StatusUnauthorized, why)
}

// brought is the token that a request brings.
func (p *page) brought(r *http.Request) string {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if c, err := r.Cookie(p.cookieName(r)); err == nil && !bearer {
		return c.Value
	}
	return token
}

// peer is the address of whoever sent a request. Headers that say otherwise are not believed.
func peer(r *http.Request) netip.Addr {
	if a, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return a.Addr().Unmap()
	}
	return netip.Addr{}
}

// hostKnown tells whether a request names this machine as people of a home network do: by address, or by a name that no public name
// server gives. So no web site can reach the page under a name of its own that it points here.
func hostKnown(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return true
	}
	if name == "" || strings.ContainsAny(name, "/@ ") {
		return false
	}
	if !strings.Contains(name, ".") {
		return true
	}
	for _, end := range []string{".local", ".lan", ".home", ".internal", ".localhost", ".home.arpa", ".fritz.box"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}
