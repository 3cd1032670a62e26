package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hubd/web"
	"hubd/wire"
)

// locksmith remembers what came to it.
type locksmith struct {
	secrets []string
	fresh   bool
	to      web.RekeyTo
	refusal string
}

func (l *locksmith) handler() http.Handler {
	return web.New(web.Options{Sealing: &web.Sealing{
		State: func(context.Context) (wire.Sealing, error) {
			return wire.Sealing{Sealed: true, Locked: "locked: x"}, nil
		},
		Unlock: func(_ context.Context, secret string, fresh bool) (string, error) {
			l.secrets, l.fresh = append(l.secrets, secret), fresh
			return l.refusal, nil
		},
		Rekey: func(_ context.Context, to web.RekeyTo, secret string) (wire.Rekeying, string, error) {
			l.secrets, l.to = append(l.secrets, secret), to
			return wire.Rekeying{}, l.refusal, nil
		},
	}})
}

func TestASecretComesInTheBodyAndIsNeverAnswered(t *testing.T) {
	const secret = "nine slow lanterns"
	for _, row := range []struct {
		name, method, path, body string
		refusal                  string
		code                     int
		says                     string
		asked                    bool
	}{
		{"how it is", "GET", "/api/history", "", "", 200, `"locked":"locked: x"`, false},
		{"unlocking", "POST", "/api/history/unlock", secret, "", 200, "done", true},
		{"unlocking for the first time", "POST", "/api/history/unlock?new=1", secret, "", 200, "done", true},
		{"a wrong one", "POST", "/api/history/unlock", secret, "that is not the key", 409, "that is not the key", true},
		{"a secret without end", "POST", "/api/history/unlock", strings.Repeat(secret, 100), "", 413, "too long", false},
		{"unlocking by a link", "GET", "/api/history/unlock", "", "", 405, "POST only", false},
		{"sealing anew under a secret", "POST", "/api/history/rekey?to=secret", secret, "", 200, `"done":true`, true},
		{"sealing anew under the key file", "POST", "/api/history/rekey?to=file", "", "", 200, `"done":true`, true},
		{"opening", "POST", "/api/history/rekey?to=none", "", "", 200, `"done":true`, true},
		{"opening, with a secret", "POST", "/api/history/rekey?to=none", secret, "", 400, "nothing is changed", false},
		{"a secret that is missing", "POST", "/api/history/rekey?to=secret", "", "", 400, "nothing is changed", false},
		{"under what is not said", "POST", "/api/history/rekey", secret, "", 400, "nothing is changed", false},
		{"refused", "POST", "/api/history/rekey?to=file", "", "locked", 409, "locked", true},
		{"another path", "POST", "/api/history/open", secret, "", 404, "nothing at this path", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := &locksmith{refusal: row.refusal}
			w := httptest.NewRecorder()
			l.handler().ServeHTTP(w, httptest.NewRequest(row.method, row.path, strings.NewReader(row.body)))
			if w.Code != row.code || !strings.Contains(w.Body.String(), row.says) || (len(l.secrets) > 0) != row.asked {
				t.Errorf("%d %s, asked with %d secrets", w.Code, w.Body, len(l.secrets))
			}
			if strings.Contains(w.Body.String(), "lantern") {
				t.Errorf("it is answered: %s", w.Body)
			}
			if row.asked && (l.secrets[0] != row.body || l.fresh != strings.Contains(row.path, "new=1")) {
				t.Errorf("what came is %q, %v", l.secrets, l.fresh)
			}
		})
	}
	w := httptest.NewRecorder()
	web.New(web.Options{}).ServeHTTP(w, httptest.NewRequest("POST", "/api/history/unlock", strings.NewReader(secret)))
	if w.Code != 404 {
		t.Errorf("where nothing is stored: %d", w.Code)
	}
}
