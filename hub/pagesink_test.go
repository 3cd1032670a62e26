package hub

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/web"
	"hubd/wire"
)

// paged is a bench with a page for a and b, and what a browser of each would be told.
type paged struct {
	*bench
	feeds map[string]*web.Feed
	pages map[string]*httptest.Server
	token string
}

func newPaged(t *testing.T, change func(*pipeline.Options)) *paged {
	p := &paged{bench: newBench(t, change), feeds: map[string]*web.Feed{}, pages: map[string]*httptest.Server{}, token: web.NewToken()}
	for i, id := range p.wearers {
		feed := &web.Feed{}
		p.feeds[id] = feed
		p.sinks = append(p.sinks, &pageSink{
			wearer: id, index: i, feed: feed, wearers: p.wearers, room: p.core.pipeline.Room, lamps: p.core.pipeline.Lamps, sensed: p.core.pipeline.Sensed,
			present: func(viewer string) []wire.Present { return p.board.present(viewer, p.core.pipeline.Sensed) },
			faults:  p.board.standing,
		})
		h, err := web.NewPage(web.PageOptions{
			Hub: "bench", Tokens: func() []web.Token { return []web.Token{{Wearer: id, Sum: web.SumOf(p.token)}} },
			Own: map[string]web.Options{id: {}}, Feeds: p.feeds, Clock: func() (time.Duration, float64) { return 0, 1 },
			Log: slog.New(slog.DiscardHandler), Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		p.pages[id] = httptest.NewServer(h)
		t.Cleanup(p.pages[id].Close)
	}
	w := newWaveTap(p.wearers, []pipeline.WearerOptions{{}, {}}, func(i int) bool { return p.feeds[p.wearers[i]].Waves() })
	p.waves = w
	return p
}

// open opens the page of a wearer and gives what is told to it from then on, until told.
func (p *paged) open(wearer string) (told func() string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waiting.Patience)
	p.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", p.pages[wearer].URL+"/api/live?waves=1", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := p.pages[wearer].Client().Do(r)
	if err != nil || resp.StatusCode != 200 {
		p.t.Fatal(err, resp)
	}
	waiting.Until(p.t, "the page is open", p.feeds[wearer].Watched)
	return func() string {
		// What waits is written before the stream ends on a frame of our own.
		p.feeds[wearer].Pass(web.FrameKey{Kind: "last"}, []byte(`"last"`), false)
		var all []byte
		buf := make([]byte, 1<<16)
		for !strings.Contains(string(all), `"last"`) {
			n, err := resp.Body.Read(buf)
			all = append(all, buf[:n]...)
			if err != nil && err != io.EOF {
				p.t.Fatal(err)
			}
		}
		resp.Body.Close()
		return string(all)
	}
}

const seen = 777.0

// bodies are values of a wearer's body, full of canaries.
func bodies() []pipeline.Value {
	c := dsp.Some(seen)
	return []pipeline.Value{
		dsp.Beat{T: 777 * time.Second, Amplitude: seen, Quality: seen}, dsp.IBI{T: 777 * time.Second, Dur: 777 * time.Second}, dsp.HeartRate{BPM: c},
		dsp.HRV{Window: time.Minute, N: seen, RMSSD: c, MeanNN: c}, dsp.Respiration{Rate: c}, dsp.EDA{SCL: c, SCRPerMin: c}, dsp.SCR{Amplitude: seen},
		dsp.Signal{Quality: seen, Reason: "canary"}, dsp.Coherence{Ratio: c, Pace: seen}, regulation.Recovery{ArousalHalfLife: c},
		regulation.State{Name: regulation.Activated, Confidence: 0.7, Arousal: c, Vagal: c, Reasons: []regulation.Reason{{Feature: "canary", Z: seen}}},
		regulation.Night{LowestBPM: c}, dsp.Fault{Source: "canary", Reason: "canary"}, pipeline.Wave{Points: []pipeline.WavePoint{{T: 777 * time.Second, Value: c}}},
		pipeline.PracticeResult{Practice: "canary", ArousalBefore: c}, pipeline.Answered{Word: "canary"}, pipeline.Choice{Name: "canary", Word: "canary"},
		room.CheckIn{Reason: "canary"}, pipeline.Part{Of: room.Together},
	}
}

func canaries(text string) int { return strings.Count(text, "777") + strings.Count(text, "canary") }

// Whatever is told of b, a's page gets what b shares, and b's own page all of it that is shown at all.
func TestNoCanaryOfAnotherReachesAPage(t *testing.T) {
	for _, share := range []pipeline.Share{pipeline.ShareNone, pipeline.ShareState} {
		t.Run(share.String(), func(t *testing.T) {
			p := newPaged(t, func(o *pipeline.Options) { o.Wearers[1].Share = share })
			p.ask(start("a", room.Together))
			p.ask(start("b", room.Together))
			p.at(time.Second)
			ofA, ofB := p.open("a"), p.open("b")
			consent := p.core.pipeline.Consent()
			silent := dsp.Fault{Source: "canary", Reason: "canary"}
			p.board.fault(pipeline.Event{Wearer: "b", Value: silent}, silent)
			for _, v := range append(bodies(), regulation.Coregulation{Signal: "canary", R: dsp.Some(seen)}) {
				p.disclose(pipeline.Event{Wearer: "b", At: 5 * time.Second, Value: v}, consent)
			}
			p.disclose(pipeline.Event{Value: regulation.Coregulation{Signal: "canary", R: dsp.Some(seen)}}, consent)
			p.disclose(pipeline.Event{Value: room.Cue{Scene: "canary", Reason: "canary"}}, consent)
			p.at(2 * time.Second)
			a, b := ofA(), ofB()
			want := 0
			if share == pipeline.ShareState {
				want = 3 // a fault's source and reason, and why the room does what it does
			}
			if got := canaries(a); got != want {
				t.Errorf("%d canaries of b reached a's page, want %d:\n%s", got, want, a)
			}
			if canaries(b) < 12 {
				t.Errorf("b's own page got %d canaries only:\n%s", canaries(b), b)
			}
			if named := strings.Contains(a, "activated"); named != (share == pipeline.ShareState) {
				t.Errorf("b's state on a's page: %v\n%s", named, a)
			}
		})
	}
}

func TestAPauseAndALoweredShareTakeBackWhatWasTold(t *testing.T) {
	p := newPaged(t, nil)
	p.ask(start("a", room.Together))
	p.ask(start("b", room.Together))
	p.at(time.Second)
	tell := func() {
		p.disclose(pipeline.Event{Wearer: "b", Value: dsp.HeartRate{BPM: dsp.Some(seen)}}, p.core.pipeline.Consent())
	}
	tell()
	p.ask(pipeline.Command{Name: pipeline.CommandShare, Wearer: "b", Share: pipeline.ShareState, Origin: fromSocket})
	if got := p.open("a")(); canaries(got) != 0 {
		t.Errorf("a page that opens after b lowered the share gets\n%s", got)
	}
	tell()
	if got := p.open("b")(); canaries(got) == 0 {
		t.Errorf("b's own page lost b's own value:\n%s", got)
	}
	told := p.open("b")
	p.ask(pauseAll())
	p.at(2 * time.Second)
	if got := told(); !strings.Contains(got, `{"type":"forget","wearer":"b"}`) || !strings.Contains(got, `"wearer":"b","sensed":false`) {
		t.Errorf("at a pause b's page gets\n%s", got)
	}
	if got := p.open("b")(); canaries(got) != 0 {
		t.Errorf("a page that opens after a pause gets\n%s", got)
	}
}

// A chip that does not answer is told of once, and stays silent: through a pause, for pages that open later, and for those that may know of it
// only since a share was raised. Where it was lowered nobody else knows of it any more.
func TestAFaultStandsOnEachPageAsLongAsItMayBeKnown(t *testing.T) {
	p := newPaged(t, nil)
	share := func(s pipeline.Share) {
		p.ask(pipeline.Command{Name: pipeline.CommandShare, Wearer: "b", Share: s, Origin: fromSocket})
	}
	last := func(wearer string) string { // of the faults that an open page was told
		_, after, _ := strings.Cut(p.open(wearer)(), `{"type":"faults","faults":`)
		faults, _, _ := strings.Cut(after, "\n")
		return faults
	}
	share(pipeline.ShareNone)
	p.inbox.block(dsp.Block{Bus: "i2c", Until: time.Second, Faults: []dsp.Fault{{Wearer: 1, Source: "two", Reason: "no reading"}}})
	p.at(time.Second)
	const none, silent = `[]}`, `[{"source":"two","reason":"no reading"}]}`
	for i, row := range []struct {
		what string
		do   func()
		a, b string
	}{
		{"b shares nothing", func() {}, none, silent},
		{"b shares a word", func() { share(pipeline.ShareState) }, silent, silent},
		{"everything is paused", func() { p.ask(pauseAll()) }, silent, silent},
		{"b shares nothing again", func() { share(pipeline.ShareNone) }, none, silent},
		{"it answers again", func() {
			p.inbox.block(dsp.Block{Bus: "i2c", Until: 9 * time.Second, Faults: []dsp.Fault{{Wearer: 1, Source: "two"}}})
		}, none, none},
	} {
		row.do()
		p.at(time.Duration(2+i) * time.Second)
		if a, b := last("a"), last("b"); a != row.a || b != row.b {
			t.Errorf("%s: a's page says %s, b's %s", row.what, a, b)
		}
	}
}

// scenes are those that a page is told which opens now, one step later, and is told to its end.
func (p *paged) scenes(wearer string, step time.Duration) (all []string) {
	told := p.open(wearer)
	p.at(step)
	for _, frame := range strings.Split(told(), `{"type":"room"`)[1:] {
		_, scene, _ := strings.Cut(frame, `"scene":`)
		scene, _, _ = strings.Cut(scene, ",")
		all = append(all, scene)
	}
	return all
}

// A page that nobody looks at is told once a second. Whoever opens it must not have to wait for that.
func TestAPageThatOpensKnowsTheRoomWithTheNextStep(t *testing.T) {
	p := newPaged(t, nil)
	p.ask(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "a", Session: room.Alone, Origin: fromSocket})
	p.at(3 * time.Second)
	p.ask(pipeline.Command{Name: pipeline.CommandScene, Text: "settled", Origin: fromSocket})
	p.at(3020 * time.Millisecond)
	// What nobody saw may have gone out to the page before the step, or the newest took its place.
	if got := p.scenes("a", 3040*time.Millisecond); len(got) == 0 || got[len(got)-1] != `"settled"` {
		t.Errorf("the scenes told are %s, wanted is that the last of them is the newest, settled", got)
	}
}

// What nobody looked at was drawn when it might be told. Who opens the page must not get it where it may not be told any more.
func TestAPageThatOpensGetsNoSceneOfSomebodyWhoHasJoinedAndSharesNothing(t *testing.T) {
	p := newPaged(t, nil)
	p.ask(pipeline.Command{Name: pipeline.CommandShare, Wearer: "b", Share: pipeline.ShareNone, Origin: fromSocket})
	p.ask(pipeline.Command{Name: pipeline.CommandSensing, Wearer: "b", On: true, Origin: fromSocket})
	p.ask(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "a", Session: room.Together, Origin: fromSocket})
	p.at(3 * time.Second)
	if got := p.scenes("a", 3050*time.Millisecond); !slices.Equal(got, []string{`"base"`}) {
		t.Fatalf("while a is alone in it the scenes told are %s", got)
	}
	waiting.Until(t, "the page is closed", func() bool { return !p.feeds["a"].Watched() })
	p.at(3060 * time.Millisecond)
	p.ask(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "b", Session: room.Together, Origin: fromSocket})
	p.at(3070 * time.Millisecond)
	if got := p.scenes("a", 3080*time.Millisecond); slices.Contains(got, `"base"`) {
		t.Errorf("with b in it the scenes told are %s", got)
	}
}

func TestWavesGoToTheirWearersOwnPageAlone(t *testing.T) {
	p := newPaged(t, nil)
	p.ask(start("a", room.Together))
	p.ask(start("b", room.Together))
	a := p.open("a")
	p.inbox.block(pulseBlock(0, 400*time.Millisecond))
	p.at(500 * time.Millisecond)
	got := a()
	if strings.Count(got, `"type":"wave","wearer":"a"`) != 1 || strings.Contains(got, `"type":"wave","wearer":"b"`) {
		t.Errorf("a's page gets\n%s", got)
	}
}

func TestTokensOutlastARestartAndAreTakenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page-tokens")
	k, err := openPageKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	token, err := k.make("a", time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for range maxTokens + 3 {
		if _, err := k.make("b", time.Unix(2, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.change(func(keys *wire.PageKeys) { keys.Listen, keys.Certificate = ":8481", true }); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if info, _ := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || strings.Contains(string(data), token) {
		t.Errorf("the file: %v, mode %v, holds the token: %v", err, info.Mode(), strings.Contains(string(data), token))
	}
	again, err := openPageKeys(path)
	if err != nil || again.read().Listen != ":8481" || !again.read().Certificate || len(again.tokens()) != 1+maxTokens {
		t.Errorf("read again: %v %+v", err, again.read())
	}
	again.forget("b")
	if err := again.store(); err != nil || len(again.tokens()) != 1 || again.tokens()[0].Sum != web.SumOf(token) {
		t.Errorf("taking b's back: %v, left %d", err, len(again.tokens()))
	}
	again.forget("")
	if err := again.store(); err != nil || again.read().Listen != "" || len(again.tokens()) != 0 {
		t.Errorf("taking all back: %v, left %d", err, len(again.tokens()))
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if broken, err := openPageKeys(path); err == nil || len(broken.tokens()) != 0 {
		t.Errorf("a broken file: %v, tokens %d", err, len(broken.tokens()))
	}
}

func TestTakingBackHoldsWhereTheDiskRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	k, _ := openPageKeys(filepath.Join(dir, "page-tokens"))
	if _, err := k.make("a", time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := k.make("a", time.Now()); err == nil || len(k.tokens()) != 1 {
		t.Errorf("a token that was not stored counts: %v", err)
	}
	k.forget("")
	if err := k.store(); err == nil || len(k.tokens()) != 0 {
		t.Errorf("what was taken back opens on: %v, %d", err, len(k.tokens()))
	}
}

func TestASelfMadeCertificateHoldsForItsNamesAndIsRenewed(t *testing.T) {
	c, now := ownCertificate(t.TempDir()), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	names := []string{"192.168.1.20", "bedroom.local"}
	first, err := c.ensure(names, now)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := c.read()
	if err != nil || !covers(cert, names) || covers(cert, []string{"evil.example"}) {
		t.Errorf("%v, covers %v", err, names)
	}
	for _, row := range []struct {
		name  string
		names []string
		at    time.Time
		same  bool
	}{
		{"the next day", names, now.Add(24 * time.Hour), true},
		{"under another address", []string{"192.168.1.21"}, now, false},
		{"near its end", names, now.Add(certLasts - time.Hour), false},
	} {
		if got, err := c.ensure(row.names, row.at); err != nil || (got == first) != row.same {
			t.Errorf("%s: %v, the same %v, want %v", row.name, err, got == first, row.same)
		}
		if row.same != true {
			first, _ = c.ensure(names, now)
		}
	}
	if err := os.Remove(c.key); err != nil {
		t.Fatal(err)
	}
	if got, err := c.ensure(names, now); err != nil || got == first {
		t.Errorf("a certificate whose key is gone is kept: %v", err)
	}
	if info, err := os.Stat(c.key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", err, info)
	}
}
