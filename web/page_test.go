package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

// house is a page of two wearers, and what it asked of hubd.
type house struct {
	handler http.Handler
	tokens  map[string]string
	feeds   map[string]*web.Feed
	done    []pipeline.Command
	kept    []string
	log     bytes.Buffer
	closed  bool // tokens were taken back
	looked  func()
}

func newHouse(t testing.TB) *house {
	h := &house{tokens: map[string]string{"a": web.NewToken(), "b": web.NewToken()}, feeds: map[string]*web.Feed{"a": {}, "b": {}}}
	way := func(wearer string) web.Options {
		return web.Options{
			Wearers: []string{"a", "b"}, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: wearer},
			Do: func(_ context.Context, c pipeline.Command) (string, error) {
				h.done = append(h.done, c)
				return "", nil
			},
			OwnRest: func(id string) (wire.OwnRest, bool) {
				h.kept = append(h.kept, id)
				return wire.OwnRest{Wearer: id}, true
			},
		}
	}
	var err error
	h.handler, err = web.NewPage(web.PageOptions{
		Hub: "bed", Anyone: way(""), Own: map[string]web.Options{"a": way("a"), "b": way("b")}, Feeds: h.feeds,
		Tokens: func() (all []web.Token) {
			if h.looked != nil {
				defer h.looked()
			}
			for id, token := range h.tokens {
				if !h.closed {
					all = append(all, web.Token{Wearer: id, Sum: web.SumOf(token)})
				}
			}
			return all
		},
		Me:      func(id string) wire.Me { return wire.Me{Wearer: id} },
		System:  func(string) wire.System { return wire.System{Version: "1"} },
		Clock:   func() (time.Duration, float64) { return 1500 * time.Millisecond, 1 },
		Metrics: func(dst []byte) []byte { return append(dst, "hubd_up 1\n"...) },
		Log:     slog.New(slog.NewTextHandler(&h.log, nil)), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// from asks as a browser on the home network does; head are pairs of names and values.
func (h *house) from(method, path, body string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://192.168.1.2:8481/", strings.NewReader(body))
	r.RemoteAddr = "192.168.1.20:5555"
	r.URL.Path, r.URL.RawPath = path, ""
	if path, query, ok := strings.Cut(path, "?"); ok {
		r.URL.Path, r.URL.RawQuery = path, query
	}
	for i := 0; i+1 < len(head); i += 2 {
		switch head[i] {
		case "Host":
			r.Host = head[i+1]
		case "Remote":
			r.RemoteAddr = head[i+1]
		default:
			r.Header.Set(head[i], head[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func (h *house) cookie(wearer string) string { return "hubd-bed=" + h.tokens[wearer] }

func TestWhoGetsWhatOnThePage(t *testing.T) {
	rows := []struct {
		name, method, path string
		nobody, a          int
	}{
		{"the page itself holds nothing of anybody", "GET", "/", 200, 200},
		{"its files neither", "GET", "/words.js", 200, 200},
		{"whether hubd is well", "GET", "/healthz", 200, 200},
		{"a pause is anyone's", "POST", "/api/command/room/pause", 200, 200},
		{"an end is the wearers'", "POST", "/api/command/room/end_session", 401, 200},
		{"a resume", "POST", "/api/command/a/resume", 401, 200},
		{"who I am", "GET", "/api/me", 401, 200},
		{"who is in, which may be nobody", "GET", "/login", 200, 200},
		{"the clock", "GET", "/api/clock", 401, 200},
		{"the hub's parts", "GET", "/api/system", 401, 200},
		{"meters from another machine", "GET", "/metrics", 401, 200},
		{"the own rest", "GET", "/api/rest/a", 401, 200},
		{"another's rest has no path", "GET", "/api/rest/b", 401, 404},
		{"another's rest as a file", "GET", "/api/rest/b/export", 401, 404},
		{"another's journal", "GET", "/api/journal/b", 401, 404},
		{"another's minutes", "GET", "/api/minutes/b", 401, 404},
		{"another's report", "GET", "/api/report/b", 401, 404},
		{"another's sessions", "GET", "/api/kept/b/sessions", 401, 404},
		{"another's board", "POST", "/api/calibration/b/measure", 401, 404},
		{"another's export", "GET", "/api/export/b?format=json", 401, 404},
		{"another's recordings", "GET", "/api/export/b/captures", 401, 404},
		{"another's part", "POST", "/api/part/b", 401, 404},
		{"erasing another", "POST", "/api/erase/b", 401, 404},
		{"another by a path trick", "GET", "/api/rest/a/../b", 401, 404},
		{"another by an escape", "GET", "/api/rest/%62", 401, 404},
		{"a copy of everything", "POST", "/api/backup", 401, 404},
		{"everybody's settings", "GET", "/api/status", 401, 404},
		{"the lock of what is kept, where nothing is", "GET", "/api/history", 401, 404},
		{"a secret over plain http", "POST", "/api/history/unlock", 401, 403},
		{"sealing anew", "POST", "/api/history/rekey", 401, 404},
		{"making tokens", "POST", "/api/page/open", 401, 404},
		{"taking tokens back", "POST", "/api/page/close", 401, 404},
		{"what there is not", "GET", "/api/nothing", 401, 404},
		{"a folder of files", "GET", "/vendor/", 404, 404},
		{"a file from outside", "GET", "/../page.go", 404, 404},
		{"a pause by GET", "GET", "/api/command/room/pause", 401, 405},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t)
			if got := h.from(row.method, row.path, "PRESS").Code; got != row.nobody {
				t.Errorf("without a token: %d, want %d", got, row.nobody)
			}
			if got := h.from(row.method, row.path, "PRESS", "Cookie", h.cookie("a")).Code; got != row.a {
				t.Errorf("with a's token: %d, want %d", got, row.a)
			}
			if row.nobody == 401 && h.from(row.method, row.path, "PRESS", "Cookie", "hubd-bed="+web.NewToken()).Code != 401 {
				t.Error("a wrong token was let in")
			}
		})
	}
}

func TestAnActOnThePageIsTheTokensOwn(t *testing.T) {
	h := newHouse(t)
	h.from("POST", "/api/command/room/pause", "PRESS")
	h.from("POST", "/api/command/room/pause", "PRESS", "Cookie", h.cookie("b"))
	h.from("POST", "/api/command/a/share", "none", "Cookie", h.cookie("b")) // less is anyone's: the pipeline decides, and knows who asks
	for i, want := range []string{"", "b", "b"} {
		if o := h.done[i].Origin; o.Source != pipeline.SourcePage || o.Wearer != want {
			t.Errorf("act %d comes from %+v, want the page of %q", i, o, want)
		}
	}
}

func TestNoOtherSiteReachesThePage(t *testing.T) {
	h := newHouse(t)
	cookie := h.cookie("a")
	for _, head := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "same-site"},
	} {
		for _, path := range []string{"/login", "/logout", "/api/command/a/resume", "/api/command/room/pause", "/api/erase/a"} {
			if got := h.from("POST", path, "PRESS", append([]string{"Cookie", cookie}, head...)...).Code; got != 403 {
				t.Errorf("%s with %v: %d, want 403", path, head, got)
			}
		}
	}
	if got := h.from("GET", "/api/me", "", "Cookie", cookie, "Host", "evil.example").Code; got != http.StatusMisdirectedRequest {
		t.Errorf("under a foreign name: %d", got)
	}
	if len(h.done) != 0 {
		t.Errorf("obeyed: %v", h.done)
	}
}

func TestEveryAnswerIsStrict(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/", "/page.js", "/api/me", "/nothing", "/healthz"} {
		head := h.from("GET", path, "", "Cookie", h.cookie("a")).Header()
		policy := head.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: policy %q lacks %s", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q lets something in", path, policy)
		}
		if head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, head)
		}
	}
}

func TestMetersAreForThisMachineOrAToken(t *testing.T) {
	h := newHouse(t)
	if got := h.from("GET", "/metrics", "", "Remote", "127.0.0.1:9"); got.Code != 200 || got.Body.String() != "hubd_up 1\n" {
		t.Errorf("on this machine: %d %s", got.Code, got.Body)
	}
	if got := h.from("GET", "/metrics", "", "Authorization", "Bearer "+h.tokens["a"]).Code; got != 200 {
		t.Errorf("with a token: %d", got)
	}
	if got := h.from("GET", "/metrics", "", "X-Forwarded-For", "127.0.0.1").Code; got != 401 {
		t.Errorf("with a claim: %d", got)
	}
}

// stream opens the live stream and gives its lines.
func (h *house) stream(t *testing.T, ctx context.Context, server *httptest.Server, wearer, query string) io.ReadCloser {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/live"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", h.cookie(wearer))
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 {
		resp.Body.Close()
		return nil
	}
	return resp.Body
}

func read(t *testing.T, body io.Reader, until string) string {
	t.Helper()
	var all []byte
	buf := make([]byte, 4096)
	for !strings.Contains(string(all), until) {
		n, err := body.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			t.Fatalf("the stream ended with %v before %q:\n%s", err, until, all)
		}
	}
	return string(all)
}

func TestTheLiveStreamSaysWhatHoldsAndThenWhatComes(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	h.feeds["a"].Offer(web.FrameKey{Wearer: "a", Kind: "state"}, []byte(`{"type":"state","wearer":"a"}`))
	h.feeds["b"].Offer(web.FrameKey{Wearer: "b", Kind: "state"}, []byte(`{"type":"state","wearer":"b"}`))
	body := h.stream(t, ctx, server, "a", "?waves=1")
	defer body.Close()
	first := read(t, body, `"state"`)
	if !strings.Contains(first, `{"type":"hello","now_s":1.500,"speed":1.00}`) || strings.Contains(first, `"wearer":"b"`) {
		t.Errorf("it begins with\n%s", first)
	}
	h.feeds["a"].Pass(web.FrameKey{Wearer: "a", Kind: "beat"}, []byte(`{"type":"beat"}`), true)
	read(t, body, "data: {\"type\":\"beat\"}\n\n")
	h.feeds["a"].End()
	if _, err := io.ReadAll(body); err != nil {
		t.Errorf("an end that was said ends in %v", err)
	}
}

// hubd page close ends every stream. One that was just let in, and is none yet, must not outlive it.
func TestAStreamThatOpensWhileItsTokenIsTakenBackEnds(t *testing.T) {
	h := newHouse(t)
	h.looked = func() { h.closed = true; h.feeds["a"].End() }
	answered := make(chan int, 1)
	go func() { answered <- h.from("GET", "/api/live", "", "Cookie", h.cookie("a")).Code }()
	select {
	case code := <-answered:
		if code != 401 || h.feeds["a"].Viewers() != 0 {
			t.Errorf("%d, %d viewers", code, h.feeds["a"].Viewers())
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the stream goes on")
	}
}

func TestThereIsACapOnLiveStreams(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	open := 0
	for range 20 {
		if body := h.stream(t, ctx, server, "a", ""); body != nil {
			open++
			defer body.Close()
		}
	}
	if open < 10 || open == 20 {
		t.Errorf("%d of 20 pages of one wearer were let in: want ten at least, and an end", open)
	}
}

func FuzzThePage(f *testing.F) {
	for _, s := range []string{"GET /", "POST /login", "GET /api/live", "POST /api/command/a/resume", "GET /api/rest/../b", "PUT /%2e%2e/", "GET /vendor/uPlot.min.js"} {
		method, path, _ := strings.Cut(s, " ")
		f.Add(method, path, "body", "Cookie", "hubd-bed=x", "192.168.1.2")
	}
	h := newHouse(f)
	token := regexp.MustCompile(`^[A-Z]+$`)
	f.Fuzz(func(t *testing.T, method, path, body, name, value, host string) {
		if !token.MatchString(method) || path == "" || path[0] != '/' || name == "" || strings.ContainsAny(name+value, "\r\n\x00") {
			t.Skip()
		}
		r := httptest.NewRequest("GET", "http://192.168.1.2/", strings.NewReader(body))
		r.Method, r.URL.Path, r.Host = method, path, host
		r.RemoteAddr = "192.168.1." + strconv.Itoa(len(body)%250) + ":1"
		r.Header.Set(name, value)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if strings.HasPrefix(path, "/api/") && path != "/api/command/room/pause" && w.Code == 200 {
			t.Errorf("%s %s without a token: 200", method, path)
		}
	})
}

// A stream is asked for without a body. One that trickles in all the same is waited for no longer than any.
func TestAStreamWhoseRequestNeverEndsBeginsAllTheSame(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewUnstartedServer(h.handler)
	server.Config.ReadTimeout = 100 * time.Millisecond
	server.Start()
	defer server.Close()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = fmt.Fprintf(c, "GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s\r\nContent-Length: 1000\r\n\r\nx", h.cookie("a"))
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	read(t, c, `"hello"`)
}
