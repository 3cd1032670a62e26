package web_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hubd/web"
)

// A wearer who was taken out of the config leaves tokens behind, and the phone they are in can still stop everything.
func TestATokenOfSomebodyWhoIsNotHereAnyMoreOpensNothingAndPauses(t *testing.T) {
	h := newHouse(t)
	h.tokens["gone"] = web.NewToken()
	if w := h.from("POST", "/api/command/room/pause", "", "Cookie", h.cookie("gone")); w.Code != 200 || len(h.done) != 1 {
		t.Errorf("a pause: %d %s", w.Code, w.Body)
	}
	if w := h.from("POST", "/login", h.tokens["gone"]); w.Code != 401 {
		t.Errorf("a login: %d %s", w.Code, w.Body)
	}
	for i, path := range []string{"/api/me", "/api/live", "/api/rest/gone", "/metrics"} {
		if w := h.from("GET", path, "", "Cookie", h.cookie("gone"), "Remote", fmt.Sprintf("192.168.1.%d:1", i)); w.Code != 401 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestLoginLeavesACookieThatNoScriptReads(t *testing.T) {
	h := newHouse(t)
	w := h.from("POST", "/login", " "+strings.ToUpper(h.tokens["b"])+"\n")
	c := w.Result().Cookies()
	if w.Code != 200 || len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/" {
		t.Fatalf("%d %v", w.Code, c)
	}
	if got := h.from("GET", "/api/me", "", "Cookie", c[0].Name+"="+c[0].Value).Body.String(); !strings.Contains(got, `"wearer":"b"`) {
		t.Errorf("with that cookie: %s", got)
	}
	if out := h.from("POST", "/logout", "").Result().Cookies(); len(out) != 1 || out[0].MaxAge >= 0 {
		t.Errorf("leaving gives %v", out)
	}
	h.closed = true
	if got := h.from("GET", "/api/me", "", "Cookie", c[0].Name+"="+c[0].Value); got.Code != 401 || len(got.Result().Cookies()) != 1 {
		t.Errorf("a token that was taken back: %d, cookies %v: want it refused, and the cookie too", got.Code, got.Result().Cookies())
	}
}

// A browser takes no cookie over plain http in the place of one that came over TLS: a page that was opened with a certificate, and later without,
// would ask for a token for ever.
func TestACertificateOnceLeavesThePlainWayOpen(t *testing.T) {
	h := newHouse(t)
	login := func(state *tls.ConnectionState) *http.Cookie {
		r := httptest.NewRequest("POST", "http://192.168.1.2:8481/login", strings.NewReader(h.tokens["a"]))
		r.TLS = state
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		return w.Result().Cookies()[0]
	}
	safe, plain := login(&tls.ConnectionState{}), login(nil)
	if safe.Name == plain.Name || !strings.HasPrefix(safe.Name, "__Host-") || !safe.Secure || plain.Secure {
		t.Errorf("over TLS %v, over plain http %v", safe, plain)
	}
}

func TestWhoIsInIsAskedWithoutAnError(t *testing.T) {
	h := newHouse(t)
	for _, row := range []struct {
		name, cookie, want string
		taken              bool // the cookie is taken back
	}{
		{"nobody so far", "", "null", false},
		{"a wearer", h.cookie("a"), `"wearer":"a"`, false},
		{"somebody whose token was taken back", "hubd-bed=" + web.NewToken(), "null", true},
	} {
		w := h.from("GET", "/login", "", "Cookie", row.cookie)
		if w.Code != 200 || !strings.Contains(w.Body.String(), row.want) || (len(w.Result().Cookies()) > 0) != row.taken {
			t.Errorf("%s: %d %s %v", row.name, w.Code, w.Body, w.Result().Cookies())
		}
	}
}

func TestWrongTokensAThousandTimes(t *testing.T) {
	h := newHouse(t)
	codes := map[int]int{}
	for range 1000 {
		codes[h.from("POST", "/login", web.NewToken(), "Remote", "192.168.1.66:1").Code]++
	}
	if codes[401] != 5 || codes[429] != 995 {
		t.Errorf("answers %v: want five times no, then wait", codes)
	}
	if got := h.from("POST", "/login", h.tokens["a"], "Remote", "192.168.1.66:1"); got.Code != 429 || got.Header().Get("Retry-After") == "" {
		t.Errorf("a right token from there meanwhile: %d", got.Code)
	}
	if got := h.from("POST", "/login", h.tokens["a"]).Code; got != 200 {
		t.Errorf("from elsewhere: %d", got)
	}
	if got := h.from("GET", "/api/me", "", "Cookie", h.cookie("a"), "Remote", "192.168.1.66:1").Code; got != 200 {
		t.Errorf("who is in already, beside it: %d", got)
	}
	if got := h.from("POST", "/api/command/room/pause", "", "Remote", "192.168.1.66:1").Code; got != 200 {
		t.Errorf("a pause from there: %d", got)
	}
	codes = map[int]int{}
	for range 1000 {
		codes[h.from("GET", "/api/me", "", "Authorization", "Bearer "+web.NewToken(), "Remote", "192.168.1.66:1").Code]++
	}
	if codes[429] != 1000 {
		t.Errorf("as a bearer the same address is answered %v: want it told to wait", codes)
	}
	if n := strings.Count(h.log.String(), "\n"); n != 1 {
		t.Errorf("%d lines in the log, want one:\n%s", n, &h.log)
	}
	for _, token := range h.tokens {
		if strings.Contains(h.log.String(), token) {
			t.Error("a token stands in the log")
		}
	}
}
