package web_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hubd/web"
	"hubd/wire"
)

// lending is a handler that lends as told, and what it was asked for.
func lending(lent web.Lend, refusal string, err error) (http.Handler, *web.LendRequest) {
	asked := &web.LendRequest{}
	return web.New(web.Options{Lend: func(_ context.Context, q web.LendRequest) (web.Lend, string, error) {
		*asked = q
		return lent, refusal, err
	}}), asked
}

func TestALendIsAskedForByItsPath(t *testing.T) {
	over := web.Lend{Bus: "main", Wearers: []string{"a"}, Length: 5 * time.Second, Over: func() string { return "the time is over" }, Return: func() {}}
	const how = `{"error":"a bus is asked for at /api/lend/i2c/<number> or /api/lend/spi/<port.select>"}`
	for _, c := range []struct {
		name, method, path string
		lent               web.Lend
		refusal            string
		err                error
		code               int
		want               string
	}{
		{"lent, and over", "POST", "/api/lend/i2c/1?seconds=5&wearer=a", over, "", nil, 200, `{"lent":"main","wearers":["a"],"seconds":5}` + "\n" + `{"ended":"the time is over"}`},
		{"a bus that hubd does not use", "POST", "/api/lend/spi/0.0?seconds=5", web.Lend{}, "", nil, 404, `{"error":"hubd does not use this bus: it is free"}`},
		{"refused", "POST", "/api/lend/i2c/1?seconds=5", web.Lend{}, "lent to another", nil, 409, `{"error":"lent to another"}`},
		{"stuck", "POST", "/api/lend/i2c/1?seconds=5", web.Lend{}, "", errors.New("it hangs"), 503, `{"error":"it hangs"}`},
		{"a reading of it", "GET", "/api/lend/i2c/1?seconds=5", over, "", nil, 405, `{"error":"this path takes POST only"}`},
		{"no bus", "POST", "/api/lend/i2c/", over, "", nil, 400, how},
		{"another kind of bus", "POST", "/api/lend/can/0?seconds=5", over, "", nil, 400, how},
		{"a path within", "POST", "/api/lend/i2c/1/2?seconds=5", over, "", nil, 400, how},
		{"no time", "POST", "/api/lend/i2c/1", over, "", nil, 400, `{"error":"seconds says for how long at most: 1 to 86400"}`},
		{"too long", "POST", "/api/lend/i2c/1?seconds=86401", over, "", nil, 400, `{"error":"seconds says for how long at most: 1 to 86400"}`},
	} {
		h, asked := lending(c.lent, c.refusal, c.err)
		w := ask(h, c.method, c.path, "")
		if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != c.code || got != c.want {
			t.Errorf("%s: %d %s", c.name, w.Code, got)
		}
		if c.code == 200 && (asked.Device != "i2c/1" || asked.Wearer != "a" || asked.Length != 5*time.Second) {
			t.Errorf("%s: asked for %+v", c.name, asked)
		}
	}
}

// A borrower hears of electrodes whenever something changes, and of nothing else in between.
func TestALendTellsOfElectrodesAsTheyChange(t *testing.T) {
	looks := [][]wire.LeadsOff{nil, nil, {{Wearer: "b", Plus: true}}, {{Wearer: "b", Plus: true}}, nil}
	look := 0
	lent := web.Lend{Bus: "main", Wearers: []string{"b"}, Length: 5 * time.Second, Return: func() {},
		LeadsOff: func() []wire.LeadsOff { look++; return looks[look-1] },
		Over: func() string {
			if look == len(looks) {
				return "the time is over"
			}
			return ""
		},
	}
	h, _ := lending(lent, "", nil)
	const want = `{"lent":"main","wearers":["b"],"seconds":5}` + "\n" + `{"leads_off":[{"wearer":"b","plus":true,"minus":false}]}` + "\n" +
		`{"leads_off":[]}` + "\n" + `{"ended":"the time is over"}` + "\n"
	if w := ask(h, "POST", "/api/lend/i2c/1?seconds=5", ""); w.Body.String() != want {
		t.Errorf("%s", w.Body)
	}
}

// While a body is left unread the server does not notice that the connection closes: the bus would stay away until its time is over.
func TestNothingIsLentToARequestWithABody(t *testing.T) {
	h, asked := lending(web.Lend{}, "", nil)
	if w := ask(h, "POST", "/api/lend/i2c/1?seconds=5", "x"); w.Code != 400 || asked.Device != "" {
		t.Errorf("%d %s, asked for %q", w.Code, w.Body, asked.Device)
	}
}

func TestNothingIsLentWhereNobodyLends(t *testing.T) {
	if w := ask(web.New(web.Options{}), "POST", "/api/lend/i2c/1?seconds=5", ""); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

// The daemon's own limits for requests and answers must not end a lend, and a borrower that is gone must.
func TestALendOutlastsTheLimitsOfTheServerAndEndsWithTheConnection(t *testing.T) {
	var back atomic.Bool
	h, _ := lending(web.Lend{Bus: "main", Length: time.Minute, Over: func() string { return "" }, Return: func() { back.Store(true) }}, "", nil)
	s := httptest.NewUnstartedServer(h)
	s.Config.ReadTimeout, s.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	s.Start()
	defer s.Close()
	ctx, gone := context.WithCancel(t.Context())
	defer gone()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/api/lend/i2c/1?seconds=60", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil || !strings.Contains(line, `"lent":"main"`) {
		t.Fatal(line, err)
	}
	select {
	case <-time.After(400 * time.Millisecond): // four times the limits
	case <-ctx.Done():
	}
	if back.Load() {
		t.Fatal("the server's limits ended the lend")
	}
	gone()
	for end := time.Now().Add(20 * time.Second); !back.Load(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the borrower has gone, and the bus is still lent")
		}
	}
}
