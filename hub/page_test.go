package hub_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hubd/hub"
	"hubd/internal/waiting"
	"hubd/wire"
)

// browser asks a page as a browser does.
type browser struct {
	t      *testing.T
	base   string
	cookie string
}

func (b *browser) ask(method, path, body string) (code int, text string) {
	b.t.Helper()
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if b.cookie != "" {
		r.Header.Set("Cookie", b.cookie)
	}
	resp, err := insecure().Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		b.cookie = c.Name + "=" + c.Value
	}
	return resp.StatusCode, string(data)
}

// insecure is a client that takes a self-made certificate, as a person does who compared its fingerprint.
func insecure() *http.Client {
	return &http.Client{Timeout: waiting.Patience, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
}

// live follows the stream of a page in the background, line by line, until the test ends.
func (b *browser) live() *waiting.Text {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", b.base+"/api/live?waves=1", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Cookie", b.cookie)
	client := insecure()
	client.Timeout = 0
	resp, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	told := &waiting.Text{}
	go func() {
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			told.Write(append(lines.Bytes(), '\n'))
		}
		told.Write([]byte("the end\n"))
	}()
	return told
}

// openPage asks for a token over the socket and comes in with it.
func openPage(t *testing.T, d *daemon, o wire.PageOpening) *browser {
	t.Helper()
	done, err := hub.OpenPage(t.Context(), d.socket, o)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, base: "http://" + done.Here}
	if done.TLS {
		b.base = "https://127.0.0.1" + done.Listen[strings.LastIndex(done.Listen, ":"):]
	}
	if code, said := b.ask("POST", "/login", done.Token); code != 200 {
		t.Fatalf("login: %d %s", code, said)
	}
	return b
}

// withPage gives a config a page on a port that is free.
func withPage(t *testing.T, yaml string) string {
	t.Helper()
	return strings.Replace(yaml, "web: {listen: none}", fmt.Sprintf(`web: {listen: "127.0.0.1:%d"}`, freePort(t)), 1)
}

// Whoever asks for the page as soon as the socket answers, as a script at the boot, is told where it is, and finds it.
func TestThePageIsThereBeforeTheSocketThatOpensIt(t *testing.T) {
	d := run(t, withPage(t, home("", "1")), "stress")
	waiting.Until(t, "the socket is told of", d.log.Has("listening for hubd start"))
	if log := d.log.String(); !strings.Contains(log[:strings.Index(log, "listening for hubd start")], "the page is here") {
		t.Errorf("the socket answers before the page is there:\n%s", log)
	}
}

func TestAWearerPausesAndGoesOnFromThePage(t *testing.T) {
	d := run(t, withPage(t, home("", "1")), "stress")
	b := openPage(t, d, wire.PageOpening{Wearer: "a"})
	told := b.live()
	waiting.Until(t, "the page knows that nobody is sensed", told.Has(`"wearer":"a","sensed":false`))
	if code, said := b.ask("POST", "/api/command/a/start_session", "alone"); code != 200 {
		t.Fatalf("start: %d %s", code, said)
	}
	waiting.Until(t, "the own pulse is seen", told.Has(`"type":"wave","wearer":"a"`))
	waiting.Until(t, "a heart rate is told", told.Has(`"type":"heart_rate"`))
	nobody := &browser{t: t, base: b.base}
	if code, said := nobody.ask("POST", "/api/command/room/pause", ""); code != 200 {
		t.Fatalf("a pause without a token: %d %s", code, said)
	}
	waiting.Until(t, "everything is off", func() bool { s := d.status(t); return s.Paused && s.Wearers[0].Status == "paused" })
	if code, _ := nobody.ask("POST", "/api/command/a/resume", "PRESS"); code != 401 {
		t.Errorf("a resume without a token: %d", code)
	}
	if code, said := b.ask("POST", "/api/command/a/resume", "PRESS"); code != 200 {
		t.Errorf("the own resume: %d %s", code, said)
	}
	waiting.Until(t, "a is sensed again", func() bool { return d.status(t).Wearers[0].Status == "online" })
	if code, text := b.ask("GET", "/metrics", ""); code != 200 || !strings.Contains(text, "hubd_page_viewers 1\n") {
		t.Errorf("meters: %d %s", code, text)
	}
}

func TestTheHomeNetworkIsLetInWithACertificateAndShutOutAgain(t *testing.T) {
	dir := t.TempDir()
	yaml := strings.Replace(withPage(t, home("", "1")), "path: history.db", "path: "+filepath.Join(dir, "history.db"), 1)
	d := run(t, yaml, "stress")
	b := openPage(t, d, wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0", Certificate: true, Names: []string{"127.0.0.1"}})
	told := b.live()
	waiting.Until(t, "the stream runs", told.Has(`"hello"`))
	if code, text := b.ask("GET", "/api/system", ""); code != 200 || !strings.Contains(text, `"open":true,"tls":true`) {
		t.Errorf("%d %s", code, text)
	}
	d.stop()
	waiting.Until(t, "the end of the daemon ends the stream", told.Has("the end"))

	again := run(t, yaml, "stress") // on the port that was stored
	waiting.Until(t, "the page is there again, with the same token", func() bool {
		resp, err := insecure().Get(b.base + "/healthz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	})
	if code, text := b.ask("GET", "/api/me", ""); code != 200 {
		t.Errorf("after a restart: %d %s", code, text)
	}
	told = b.live()
	waiting.Until(t, "it streams", told.Has(`"hello"`))
	if err := hub.ClosePage(t.Context(), again.socket, "z"); err == nil || !strings.Contains(err.Error(), `nobody here is called "z"`) {
		t.Errorf("closing nobody's page: %v", err)
	}
	if err := hub.ClosePage(t.Context(), again.socket, ""); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "closing ends what is open", told.Has("the end"))
	if _, err := insecure().Get(b.base + "/healthz"); err == nil {
		t.Error("the home network still reaches the page")
	}
	here := openPage(t, again, wire.PageOpening{Wearer: "a"})
	stale := &browser{t: t, base: here.base, cookie: strings.TrimPrefix(b.cookie, "__Host-")}
	if code, _ := stale.ask("GET", "/api/me", ""); code != 401 {
		t.Errorf("a token that was taken back: %d", code)
	}
}

func TestATakenPortKeepsNothingElseFromRunning(t *testing.T) {
	first := run(t, withPage(t, home("", "1")), "stress")
	at := strings.TrimPrefix(openPage(t, first, wire.PageOpening{Wearer: "a"}).base, "http://")
	second := run(t, strings.Replace(home("", "1"), "web: {listen: none}", `web: {listen: "`+at+`"}`, 1), "stress")
	waiting.Until(t, "it says so", second.log.Has("hubd runs without its page on this machine"))
	second.ask(t, "", "pause", "PRESS")
}

func TestAHubWithoutAPageSaysSo(t *testing.T) {
	d := run(t, home("", "1"), "stress")
	_, err := hub.OpenPage(t.Context(), d.socket, wire.PageOpening{Wearer: "a"})
	if err == nil || !strings.Contains(err.Error(), "web.listen is none") {
		t.Errorf("got %v", err)
	}
}

// A config that names a taken address, or one that this machine has not, must not shut out those who were let in.
func TestWhereThisMachinesOwnAddressFailsTheHomeNetworkStaysIn(t *testing.T) {
	dir := t.TempDir()
	yaml := strings.Replace(withPage(t, home("", "1")), "path: history.db", "path: "+filepath.Join(dir, "history.db"), 1)
	d := run(t, yaml, "stress")
	done, err := hub.OpenPage(t.Context(), d.socket, wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	d.stop()
	_, after, _ := strings.Cut(yaml, `web: {listen: "`)
	at, _, _ := strings.Cut(after, `"`)
	second := run(t, strings.Replace(yaml, at, "192.0.2.1:8480", 1), "stress")
	waiting.Until(t, "it says so", second.log.Has("hubd runs without its page on this machine"))
	waiting.Until(t, "the home network is let in", second.log.Has("the home network reaches the page"))
	b := &browser{t: t, base: "http://" + done.Listen}
	if code, said := b.ask("POST", "/login", done.Token); code != 200 {
		t.Errorf("login: %d %s", code, said)
	}
}

func TestAKeyThatOthersCanReadServesNobodyUntilItsModeIsMended(t *testing.T) {
	dir := t.TempDir()
	newAuthority(t, dir, "ca").sign(t, "page", &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	key := filepath.Join(dir, "page.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	yaml := strings.Replace(withPage(t, home("", "1")), "127.0.0.1:", ":", 1) // what only this machine reaches needs no certificate
	yaml = strings.Replace(yaml, "web: {", "web: {cert_file: "+filepath.Join(dir, "page.pem")+", key_file: "+key+", ", 1)
	listen := regexp.MustCompile(`listen: "([^"]+)"`).FindStringSubmatch(yaml)[1]
	d := run(t, yaml, "rest")
	waiting.Until(t, "it is told", d.log.Has("page.key can be read by others (mode 0644): chmod 600"))
	answers := func() bool {
		resp, err := insecure().Get("https://127.0.0.1" + listen + "/healthz")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	}
	if answers() {
		t.Error("it serves with that key")
	}
	if err := os.Chmod(key, 0o600); err != nil {
		t.Fatal(err)
	}
	if !answers() {
		t.Error("it does not serve with a key of its own")
	}
}
