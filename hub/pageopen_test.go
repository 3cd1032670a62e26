package hub

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/internal/waiting"
	"hubd/wire"
)

// servedPage is a page server whose every answer is the same, and a page around it.
func servedPage(t *testing.T, handler http.Handler) (*browserPage, *waiting.Text) {
	t.Helper()
	log := &waiting.Text{}
	if handler == nil {
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })
	}
	k := newKeeper(logTo(log), store{}, time.Now)
	ctx, stop := context.WithCancel(context.Background())
	go k.run(ctx)
	p := &browserPage{
		live: &live{keeper: k}, keys: &pageKeys{path: filepath.Join(t.TempDir(), "page-tokens")}, turn: make(chan struct{}, 1),
		server: &pageServer{log: logTo(log), handler: handler}, o: pageOptions{dir: t.TempDir()},
	}
	t.Cleanup(func() { p.server.close(); stop(); <-k.done })
	return p, log
}

// reached tells whether somebody answers at an address.
func reached(scheme, at string) bool {
	client := &http.Client{Timeout: waiting.Patience, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	resp, err := client.Get(scheme + "://" + at + "/")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == 200
}

func TestTheHomeNetworkStaysInWhereANewWayFails(t *testing.T) {
	p, _ := servedPage(t, nil)
	first, refusal, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"})
	if err != nil || refusal != "" || !reached("http", first.Listen) {
		t.Fatalf("%+v %q %v", first, refusal, err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, listen := range []string{taken.Addr().String(), "256.0.0.1:1", "192.0.2.1:0"} {
		if _, refusal, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: listen}); err != nil || !strings.Contains(refusal, "takes another") {
			t.Errorf("%s: %q %v", listen, refusal, err)
		}
		if !reached("http", first.Listen) {
			t.Fatalf("after %s the home network is shut out", listen)
		}
	}
	if n := len(p.keys.tokens()); n != 1 {
		t.Errorf("%d tokens, want the one that was given", n)
	}
	moved, refusal, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"})
	if err != nil || refusal != "" || !reached("http", moved.Listen) || reached("http", first.Listen) {
		t.Errorf("moved to %+v, %q %v: the old way is open: %v", moved, refusal, err, reached("http", first.Listen))
	}
}

func TestTheHomeNetworkGetsACertificateOnTheSamePort(t *testing.T) {
	p, _ := servedPage(t, nil)
	first, _, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	again, refusal, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: first.Listen, Certificate: true, Names: []string{"127.0.0.1"}})
	if err != nil || refusal != "" || again.Listen != first.Listen || !again.TLS || again.Fingerprint == "" || !reached("https", first.Listen) {
		t.Fatalf("%+v %q %v", again, refusal, err)
	}
	if k := p.keys.read(); !k.Certificate || k.Listen != first.Listen {
		t.Errorf("kept %+v", k)
	}
}

// Who can see me now must not call shut what the config opens.
func TestThePageTellsWhetherTheHomeNetworkReachesIt(t *testing.T) {
	for _, row := range []struct {
		name, listen string
		cert, home   bool
		open, tls    bool
	}{
		{"this machine alone", "127.0.0.1:0", false, false, false, false},
		{"and the home network by page open", "127.0.0.1:0", false, true, true, false},
		{"the config lets it in, for all to read", ":0", false, false, true, false},
		{"the config lets it in, with a certificate", ":0", true, false, true, true},
		{"the config lets it in, and page open beside it", ":0", true, true, true, true},
	} {
		p, _ := servedPage(t, nil)
		p.o.listen = row.listen
		if row.cert {
			own := ownCertificate(p.o.dir)
			if _, err := own.ensure([]string{"127.0.0.1"}, time.Now()); err != nil {
				t.Fatal(err)
			}
			p.o.cert = &own
		}
		if err := p.server.serveHere(row.listen, p.o.cert); err != nil {
			t.Fatal(err)
		}
		if row.home {
			if _, refusal, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"}); refusal != "" || err != nil {
				t.Fatal(refusal, err)
			}
		}
		if open, tls := p.atHome(); open != row.open || tls != row.tls {
			t.Errorf("%s: open %v, tls %v", row.name, open, tls)
		}
	}
}

// What cannot be stored would not outlast a restart: then nobody is told that it holds.
func TestWhereTokensAreNotStoredTheHomeNetworkIsAsItWas(t *testing.T) {
	p, log := servedPage(t, nil)
	broken := func(on bool) {
		t.Helper()
		dir := filepath.Dir(p.keys.path)
		if on {
			if err := os.Rename(dir, dir+"-gone"); err != nil {
				t.Fatal(err)
			}
		} else if err := os.Rename(dir+"-gone", dir); err != nil {
			t.Fatal(err)
		}
	}
	broken(true)
	if done, refusal, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"}); err != nil || !strings.Contains(refusal, "not stored") || done.Token != "" {
		t.Errorf("%+v %q %v", done, refusal, err)
	}
	if _, home, _ := p.server.at(); home {
		t.Error("the home network is let in, and nobody was told")
	}
	broken(false)
	first, _, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"})
	if err != nil || !reached("http", first.Listen) {
		t.Fatal(err)
	}
	broken(true)
	for _, o := range []wire.PageOpening{
		{Wearer: "a", Listen: "127.0.0.1:0"},
		{Wearer: "a", Listen: first.Listen, Certificate: true, Names: []string{"127.0.0.1"}},
	} {
		if _, refusal, err := p.open(t.Context(), o); err != nil || !strings.Contains(refusal, "not stored") {
			t.Errorf("%+v: %q %v", o, refusal, err)
		}
		if !reached("http", first.Listen) {
			t.Errorf("after %+v the way before is shut: %s", o, log)
		}
	}
	if refusal, err := p.shut(t.Context(), ""); err != nil || !strings.Contains(refusal, "not stored") {
		t.Errorf("shutting: %q %v", refusal, err)
	}
	if reached("http", first.Listen) || len(p.keys.tokens()) != 0 {
		t.Error("shutting does not hold where the disk refuses")
	}
	broken(false)
}

// The keeper stores pauses. Nothing about a listener may keep it waiting, nor may it keep anybody waiting who asks for tokens.
func TestAnAnswerUnderWayKeepsNoPauseFromTheDisk(t *testing.T) {
	begun, end := make(chan struct{}, 1), make(chan struct{})
	p, _ := servedPage(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		begun <- struct{}{}
		<-end
	}))
	defer close(end)
	first, _, err := p.open(t.Context(), wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	go reached("http", first.Listen)
	<-begun
	var asked int
	p.keys.writing.Lock() // the disk stands still
	opened := make(chan error, 1)
	go func() {
		_, _, err := p.open(t.Context(), wire.PageOpening{Wearer: "b", Listen: "127.0.0.1:0"})
		opened <- err
	}()
	asked = len(p.keys.tokens()) // does not wait
	p.keys.writing.Unlock()
	if asked != 1 {
		t.Errorf("%d tokens", asked)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	closing := make(chan struct{})
	go func() { _, _ = p.shut(ctx, ""); close(closing) }()
	waiting.Until(t, "tokens are taken back", func() bool { return len(p.keys.tokens()) == 0 })
	if _, err := ask(t.Context(), p.live.keeper, func() bool { return true }); err != nil {
		t.Errorf("the keeper: %v", err)
	}
	<-closing
	stop()
}

func TestAnOpeningThatNobodyWaitsForGivesNoToken(t *testing.T) {
	p, _ := servedPage(t, nil)
	ctx, gone := context.WithCancel(t.Context())
	held, let := make(chan struct{}), make(chan struct{})
	go func() { _ = p.live.keeper.hand(t.Context(), func() { close(held); <-let }) }()
	<-held
	done := make(chan wire.PageOpened, 1)
	go func() {
		d, _, err := p.open(ctx, wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"})
		if err == nil {
			t.Error("it says that it was done")
		}
		done <- d
	}()
	waiting.Until(t, "the home network is let in for now", func() bool { _, home, _ := p.server.at(); return home })
	gone()
	close(let)
	if d := <-done; d.Token != "" {
		t.Errorf("%+v", d)
	}
	waiting.Until(t, "all is as it was", func() bool {
		_, home, _ := p.server.at()
		k := p.keys.read()
		return !home && len(k.Tokens) == 0 && k.Listen == ""
	})
}
