package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

// fake records what the handler asks of hubd.
type fake struct {
	done    []pipeline.Command
	refused []pipeline.Refused
	targets []string
	refusal string
	err     error
	health  error
	own     bool // a has an own rest
}

func (f *fake) handler() http.Handler {
	return web.New(web.Options{
		Wearers: []string{"a", "b"},
		Origin:  pipeline.Origin{Source: pipeline.SourceSocket},
		Do: func(_ context.Context, c pipeline.Command) (string, error) {
			f.done = append(f.done, c)
			return f.refusal, f.err
		},
		Refused: func(target string, r pipeline.Refused) {
			f.targets, f.refused = append(f.targets, target), append(f.refused, r)
		},
		Status: func() wire.Status { return wire.Status{Version: "1", Hub: "bed"} },
		Health: func() error { return f.health },
		OwnRest: func(id string) (wire.OwnRest, bool) {
			return wire.OwnRest{Wearer: id}, id == "a" && f.own
		},
		Export: func(r wire.OwnRest) ([]byte, error) { return []byte("minutes of " + r.Wearer + "\n"), f.err },
	})
}

func ask(h http.Handler, method, path, body string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://hubd/", strings.NewReader(body))
	r.URL.Path, r.URL.RawPath = path, ""
	if u, err := url.ParseRequestURI(path); err == nil {
		r.URL = u
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRequestsAreAnswered(t *testing.T) {
	long := strings.Repeat("x", wire.MaxPayload+1)
	const nothing, how = `{"error":"there is nothing at this path"}`, `{"error":"a command is sent to /api/command/<room or wearer>/<name>"}`
	for _, c := range []struct {
		name, method, path, body string
		refusal                  string
		err                      error
		code                     int
		want                     string
	}{
		{"a command that is obeyed", "POST", "/api/command/room/pause", "PRESS", "", nil, 200, `{"done":true}`},
		{"a command that is refused", "POST", "/api/command/a/resume", "PRESS", "not yours", nil, 409, `{"error":"not yours"}`},
		{"a command nobody could take", "POST", "/api/command/a/resume", "PRESS", "", errors.New("hubd is busy: try again"), 503, `{"error":"hubd is busy: try again"}`},
		{"a command that is none", "POST", "/api/command/room/dance", "", "", nil, 400, `{"error":"there is no command \"dance\""}`},
		{"a command for nobody", "POST", "/api/command/c/resume", "PRESS", "", nil, 400, `{"error":"nobody here is called \"c\""}`},
		{"a payload at the limit is still read", "POST", "/api/command/room/pause", long[1:], "", nil, 200, `{"done":true}`},
		{"a payload above the limit", "POST", "/api/command/room/pause", long, "", nil, 413, `{"error":"the payload is longer than 4096 bytes"}`},
		{"a command by GET", "GET", "/api/command/room/pause", "", "", nil, 405, `{"error":"this path takes POST only"}`},
		{"a command by OPTIONS", "OPTIONS", "/api/command/room/pause", "", "", nil, 405, `{"error":"this path takes POST only"}`},
		{"a command without a name", "POST", "/api/command/room", "", "", nil, 404, how},
		{"a command with an empty name", "POST", "/api/command/room/", "", "", nil, 404, how},
		{"a command without a target", "POST", "/api/command//pause", "", "", nil, 404, how},
		{"a command with more behind it", "POST", "/api/command/room/pause/now", "", "", nil, 404, how},
		{"a command with a slash at its end", "POST", "/api/command/room/pause/", "", "", nil, 404, how},
		{"a command spelt in another way", "POST", "/api/command/room/%70ause", "", "", nil, 404, how},
		{"a path that climbs", "POST", "/api/command/../command/room/pause", "", "", nil, 404, how},
		{"the status", "GET", "/api/status", "", "", nil, 200, string(wire.AppendStatus(nil, wire.Status{Version: "1", Hub: "bed"}))},
		{"the status by POST", "POST", "/api/status", "", "", nil, 405, `{"error":"this path takes GET only"}`},
		{"the status with a slash", "GET", "/api/status/", "", "", nil, 404, nothing},
		{"the health", "GET", "/healthz", "", "", nil, 200, `{"up":true}`},
		{"the root", "GET", "/", "", "", nil, 404, nothing},
		{"an empty path", "GET", "", "", "", nil, 404, nothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{refusal: c.refusal, err: c.err}
			w := ask(f.handler(), c.method, c.path, c.body)
			if w.Code != c.code || w.Body.String() != c.want+"\n" {
				t.Errorf("got %d %s want %d %s", w.Code, w.Body, c.code, c.want)
			}
			if reached := len(f.done) == 1; reached != (c.code == 200 && c.method == "POST" || c.code == 409 || c.code == 503) {
				t.Errorf("hubd was asked %d times", len(f.done))
			}
			if w.Code == 405 && w.Header().Get("Allow") == "" {
				t.Error("no Allow")
			}
		})
	}
}

func TestACommandCarriesTheHandlersOrigin(t *testing.T) {
	f := &fake{}
	ask(f.handler(), "POST", "/api/command/a/share", "none\n")
	want := []pipeline.Command{{Name: pipeline.CommandShare, Wearer: "a", Origin: pipeline.Origin{Source: pipeline.SourceSocket}}}
	if d := cmp.Diff(want, f.done); d != "" {
		t.Error(d)
	}
}

func TestACommandThatCannotBeReadIsToldOnMQTTToo(t *testing.T) {
	f := &fake{}
	for _, path := range []string{"/api/command/a/share", "/api/command/nobody/share", "/api/command/room/breath_pace"} {
		ask(f.handler(), "POST", path, "much")
	}
	if d := cmp.Diff([]string{"a", "", ""}, f.targets); d != "" {
		t.Error(d)
	}
	want := pipeline.Refused{Name: "breath_pace", Reason: `"much" is not a number: wanted is 4.5 to 7 breaths per minute`}
	if len(f.refused) != 3 || f.refused[2] != want || len(f.done) != 0 {
		t.Errorf("got %+v", f.refused)
	}
}

func TestHealthSaysWhatIsWrong(t *testing.T) {
	f := &fake{health: errors.New("the processing loop stands still")}
	if w := ask(f.handler(), "GET", "/healthz", ""); w.Code != 503 || w.Body.String() != `{"error":"the processing loop stands still"}`+"\n" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	plain := web.New(web.Options{})
	if w := ask(plain, "HEAD", "/healthz", ""); w.Code != 200 {
		t.Errorf("got %d", w.Code)
	}
}

func TestOtherSitesAreNotObeyed(t *testing.T) {
	f := &fake{}
	for _, head := range [][2]string{{"Origin", "http://elsewhere"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}} {
		w := ask(f.handler(), "POST", "/api/command/room/pause", "", head[0], head[1])
		if w.Code != 403 || w.Header().Get("X-Content-Type-Options") != "nosniff" || len(f.done) != 0 {
			t.Errorf("%v: got %d %s", head, w.Code, w.Body)
		}
	}
}

func TestEveryAnswerCarriesStrictHeaders(t *testing.T) {
	f := &fake{}
	for _, path := range []string{"/api/status", "/healthz", "/nothing", "/api/command/room/pause"} {
		w := ask(f.handler(), "GET", path, "")
		for k, want := range map[string]string{
			"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := w.Header().Get(k); got != want {
				t.Errorf("%s: %s is %q", path, k, got)
			}
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestARequestThatBreaksOffChangesNothing(t *testing.T) {
	f := &fake{}
	r := httptest.NewRequest("POST", "/api/command/room/pause", broken{})
	w := httptest.NewRecorder()
	f.handler().ServeHTTP(w, r)
	if w.Code != 400 || len(f.done) != 0 {
		t.Errorf("got %d, asked %d times", w.Code, len(f.done))
	}
}

func TestAnAnswerIsWaitedForOnlySoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := web.New(web.Options{Do: func(ctx context.Context, _ pipeline.Command) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}})
		began := time.Now()
		w := ask(h, "POST", "/api/command/room/pause", "")
		if w.Code != 503 || time.Since(began) != web.DefaultWithin {
			t.Errorf("got %d after %v", w.Code, time.Since(began))
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{"/api/command/room/pause", "/api/command/a/%2e%2e", "/api/status", "//api/status", "/healthz?x=1", "*", "/api/command/\x00/\xff", "/api/command/room/pause#x"} {
		f.Add("POST", path, []byte("PRESS"))
	}
	f.Fuzz(func(t *testing.T, method, path string, body []byte) {
		if method == "" {
			return
		}
		k := &fake{}
		r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		r.Method, r.URL.Path = method, path
		w := httptest.NewRecorder()
		k.handler().ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%d %q", w.Code, w.Body)
		}
		if len(k.done) > 1 || len(k.done) == 1 && (method != "POST" || w.Code != 200 || strings.Count(path, "/") != 4) {
			t.Fatalf("%s %q: %d, asked for %+v", method, path, w.Code, k.done)
		}
	})
}

func TestTheOwnRestIsAnsweredToItsOwnWayInOnly(t *testing.T) {
	const nothing = `{"error":"there is nothing at this path"}`
	own := string(wire.AppendOwnRest(nil, wire.OwnRest{Wearer: "a"}))
	for _, c := range []struct {
		name, method, path string
		err                error
		code               int
		want               string
	}{
		{"a wearer's", "GET", "/api/rest/a", nil, 200, own},
		{"nobody's", "GET", "/api/rest/c", nil, 404, `{"error":"nobody here is called so"}`},
		{"of an empty name", "GET", "/api/rest/", nil, 404, `{"error":"nobody here is called so"}`},
		{"spelt in another way", "GET", "/api/rest/%61", nil, 404, `{"error":"nobody here is called so"}`},
		{"by POST", "POST", "/api/rest/a", nil, 405, `{"error":"this path takes GET only"}`},
		{"minute by minute", "GET", "/api/rest/a/export", nil, 200, "minutes of a"},
		{"minute by minute of nobody", "GET", "/api/rest/c/export", nil, 404, `{"error":"nobody here is called so"}`},
		{"minute by minute, and it cannot be written", "GET", "/api/rest/a/export", errors.New("too many minutes"), 500, `{"error":"too many minutes"}`},
	} {
		f := &fake{own: true, err: c.err}
		if w := ask(f.handler(), c.method, c.path, ""); w.Code != c.code || w.Body.String() != c.want+"\n" {
			t.Errorf("%s: got %d %s want %d %s", c.name, w.Code, w.Body, c.code, c.want)
		}
	}
	bare := web.New(web.Options{Wearers: []string{"a"}, Status: func() wire.Status { return wire.Status{} }})
	for _, path := range []string{"/api/rest/a", "/api/rest/a/export"} {
		if w := ask(bare, "GET", path, ""); w.Code != 404 || w.Body.String() != nothing+"\n" {
			t.Errorf("a way in that is nobody's own answers %s with %d %s", path, w.Code, w.Body)
		}
	}
}
