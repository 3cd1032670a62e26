package hub

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/room"
	"hubd/synth"
	"hubd/web"
	"hubd/wire"
)

// canary is the name of a scene that nothing else in the world has.
const canary = "canary"

var nightfall = time.Date(2026, 11, 20, 21, 0, 0, 0, time.UTC)

// household is a bench with a real disk: what the keeper's goroutine does, the test does after each step.
type household struct {
	*bench
	dir  string
	db   *history.DB
	body *synth.Scene
}

// newHousehold lets a keep what is said, in sessions that are private or not. b keeps a journal.
func newHousehold(t *testing.T, keep pipeline.Keep, private bool) *household {
	t.Helper()
	body, err := synth.New("two-people", 1)
	if err != nil {
		t.Fatal(err)
	}
	h := &household{dir: t.TempDir(), body: body}
	h.bench = newBench(t, func(o *pipeline.Options) {
		o.Room.Private, o.Wearers[0].Keep = private, keep
		o.Room.Scenes = map[string]room.Scene{canary: {Light: room.Light{Brightness: 12, Kelvin: 2300}}}
	})
	wall := func() time.Time { return nightfall.Add(h.clock) }
	file := history.OpenSettings(h.dir)
	h.db = history.Open(history.Options{Path: filepath.Join(h.dir, "history.db")})
	t.Cleanup(func() { _ = h.db.Close() })
	k := newKeeper(logTo(h.log), store{save: file.Save, add: h.db.Add, detail: h.db.AddDetail, commit: h.db.Commit, trouble: h.db.Status, db: h.db}, wall)
	h.keeper, h.core.wall, h.core.sinks = k, wall, append(k.sinks(h.wearers), h.own)
	for range 2 { // as at a start, both versions are there
		if err := file.Save(h.core.pipeline.Settings()); err != nil {
			t.Fatal(err)
		}
	}
	lampIsOn(h.bench)
	h.pass(time.Second)
	return h
}

// beating is a second of both hearts.
func (h *household) beating(from time.Duration) dsp.Block {
	b := dsp.Block{Bus: "i2c", Until: from + time.Second}
	for t := from; t < b.Until; t += 10 * time.Millisecond {
		for w := range 2 {
			b.Samples = append(b.Samples, dsp.Sample{Channel: dsp.Channel{Wearer: uint8(w)}, T: t, Volts: h.body.Pulse(w, t)})
		}
	}
	return b
}

// pass lets time pass second by second.
func (h *household) pass(d time.Duration) {
	for end := h.clock + d; h.clock < end; {
		h.inbox.block(h.beating(h.clock))
		h.at(h.clock + time.Second)
		h.keeper.take()
		h.keeper.write()
		if h.clock%time.Minute == 0 {
			h.keeper.commit()
		}
	}
}

// does gives a command that has to be obeyed.
func (h *household) does(c pipeline.Command) {
	h.t.Helper()
	if refusal := h.ask(c); refusal != "" {
		h.t.Fatalf("%s was refused: %s", c.Name, refusal)
	}
}

// evening is a session of both with a scene by hand, from its start to long after the lamps are as they were.
func (h *household) evening() {
	h.t.Helper()
	h.does(start("a", room.Together))
	h.does(start("b", room.Together))
	h.pass(2 * time.Minute)
	h.does(pipeline.Command{Name: pipeline.CommandScene, Text: canary, Origin: fromSocket})
	h.does(pipeline.Command{Name: pipeline.CommandCheckIn, Origin: fromSocket})
	h.does(pipeline.Command{Name: pipeline.CommandAnswer, Wearer: "a", Text: "touch", Origin: fromSocket})
	h.pass(2 * time.Minute)
	h.does(pipeline.Command{Name: pipeline.CommandEndSession, Origin: fromSocket})
	h.pass(20 * time.Minute)
}

// disk is every byte that stands in the folder, by file.
func (h *household) disk() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(h.dir, e.Name()))
		if err != nil {
			h.t.Fatal(err)
		}
		all[e.Name()] = string(data)
	}
	return all
}

// rows counts what stands in history.db of a wearer, by table.
func (h *household) rows(wearer string) map[string]int {
	h.t.Helper()
	ever := nightfall.AddDate(1, 0, 0)
	n := map[string]int{}
	sessions, err := h.db.Sessions(wearer, time.Time{}, ever, 100)
	n["sessions"] = len(sessions)
	h.must(err)
	minutes, err := h.db.Minutes(wearer, time.Time{}, ever, 1000)
	n["minutes"] = len(minutes)
	h.must(err)
	beats, err := h.db.Intervals(wearer, time.Time{}, ever, 1000)
	n["intervals"] = len(beats)
	h.must(err)
	moments, err := h.db.Moments(wearer, time.Time{}, ever, 1000)
	h.must(err)
	for _, m := range moments {
		n[m.What.String()+" "+m.Name]++
	}
	return n
}

func (h *household) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestEachKeepStoresWhatItSaysAndNoMore(t *testing.T) {
	for _, tt := range []struct {
		keep pipeline.Keep
		has  []string
		not  []string
	}{
		{pipeline.KeepNothing, nil, []string{"sessions", "minutes", "intervals", "cue canary", "answer touch", "check_in "}},
		{pipeline.KeepRest, nil, []string{"sessions", "minutes", "intervals", "cue canary", "answer touch", "check_in "}},
		{pipeline.KeepSummaries, []string{"sessions", "minutes"}, []string{"intervals", "cue canary", "answer touch", "check_in "}},
		{pipeline.KeepJournal, []string{"sessions", "minutes", "intervals", "cue canary", "answer touch", "check_in ", "state unknown"}, nil},
	} {
		t.Run(tt.keep.String(), func(t *testing.T) {
			h := newHousehold(t, tt.keep, false)
			h.evening()
			got := h.rows("a")
			for _, table := range tt.has {
				if got[table] == 0 {
					t.Errorf("no %s: %v", table, got)
				}
			}
			for _, table := range tt.not {
				if got[table] > 0 {
					t.Errorf("%s: %v", table, got)
				}
			}
			if b := h.rows("b"); b["intervals"] == 0 || b["answer touch"] > 0 {
				t.Errorf("of b, who keeps a journal: %v", b)
			}
		})
	}
}

func TestWhoKeepsNothingIsOnNoDisk(t *testing.T) {
	h := newHousehold(t, pipeline.KeepNothing, false)
	h.does(pipeline.Command{Name: pipeline.CommandKeep, Wearer: "b", Keep: pipeline.KeepNothing})
	h.pass(time.Minute)
	before := h.disk()["history.db"]
	h.evening()
	after := h.disk()
	if after["history.db"] != before {
		t.Error("history.db has changed")
	}
	for name, data := range after {
		if strings.Contains(data, canary) {
			t.Errorf("%s holds the canary", name)
		}
	}
}

func TestOfAPrivateSessionNothingIsOnTheDiskUntilItsWearerKeepsIt(t *testing.T) {
	h := newHousehold(t, pipeline.KeepSummaries, true)
	before := h.disk()
	h.evening()
	after := h.disk()
	if len(after) != len(before) {
		t.Errorf("%d files, before it were %d", len(after), len(before))
	}
	for name, data := range after {
		if strings.Contains(data, canary) || strings.Contains(data, "together") {
			t.Errorf("%s tells of it", name)
		}
		if data != before[name] {
			t.Errorf("%s is another than before:\n%s\n%s", name, data[:min(len(data), 2000)], before[name][:min(len(before[name]), 2000)])
		}
	}
	if err := h.keeper.waiting.Keep(h.db, "a", nightfall.Add(h.clock)); err != nil {
		t.Fatal(err)
	}
	if a := h.rows("a"); a["sessions"] != 1 || a["minutes"] == 0 || a["intervals"] == 0 || a["answer touch"] != 1 || a["cue canary"] == 0 {
		t.Errorf("a kept their part, and there is %v", a)
	}
	if b := h.rows("b"); b["sessions"]+b["minutes"]+b["intervals"] > 0 {
		t.Errorf("b kept nothing, and there is %v", b)
	}
	if data := h.disk()["history.db"]; !strings.Contains(data, canary) {
		t.Error("the canary is not found where it must be: the test tests nothing")
	}
}

// Who joins a session of one makes it private. The session of one is over then, and its row says so, as it would after any other end; what comes
// after it is on no disk.
func TestASessionThatTurnsPrivateEndsInTheRows(t *testing.T) {
	for _, tt := range []struct {
		name string
		turn func(h *household)
	}{
		{"somebody joins", func(h *household) { h.does(start("b", room.Together)) }},
		{"its wearer ends it", func(h *household) { h.does(pipeline.Command{Name: pipeline.CommandEndSession, Origin: fromSocket}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHousehold(t, pipeline.KeepSummaries, true)
			h.does(start("a", room.Alone))
			h.pass(5 * time.Minute)
			tt.turn(h)
			h.pass(time.Minute)
			ever := nightfall.AddDate(1, 0, 0)
			got, err := h.db.Sessions("a", time.Time{}, ever, 10)
			h.must(err)
			if len(got) != 1 || got[0].Of != room.Alone || !got[0].Over || got[0].Asked || got[0].Lasted < 5*time.Minute || got[0].Lasted > 5*time.Minute+2*time.Second {
				t.Fatalf("a's sessions are %+v, want one alone of five minutes", got)
			}
		})
	}
}

func TestAfterASessionThatTurnedPrivateTheDiskStaysAsItIs(t *testing.T) {
	h := newHousehold(t, pipeline.KeepJournal, true)
	h.does(start("a", room.Alone))
	h.pass(5 * time.Minute)
	h.does(start("b", room.Together))
	h.pass(2 * time.Minute) // the last minute of the one alone is written, and its end
	before, rows := h.disk(), h.rows("a")
	h.evening()
	after := h.disk()
	if after["history.db"] != before["history.db"] {
		t.Errorf("rows of a were %v and are %v", rows, h.rows("a"))
	}
	for name, data := range after {
		if strings.Contains(data, canary) || strings.Contains(data, "together") {
			t.Errorf("%s tells of it", name)
		}
	}
	h.must(h.keeper.waiting.Keep(h.db, "a", nightfall.Add(h.clock)))
	got, err := h.db.Sessions("a", time.Time{}, nightfall.AddDate(1, 0, 0), 10)
	h.must(err)
	if len(got) != 2 || got[0].Of != room.Alone || !got[0].Over || got[1].Of != room.Together || !got[1].Over || !got[1].Asked {
		t.Errorf("a kept their part, and the sessions are %+v", got)
	}
}

func TestLoweringKeepStopsAtOnceAndErasesNothing(t *testing.T) {
	h := newHousehold(t, pipeline.KeepJournal, false)
	h.does(start("a", room.Alone))
	h.pass(5 * time.Minute)
	before := h.rows("a")
	h.does(pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a", Keep: pipeline.KeepRest})
	h.pass(5 * time.Minute)
	after := h.rows("a")
	if before["minutes"] < 4 || after["minutes"] < before["minutes"] || after["minutes"] > before["minutes"]+1 || after["intervals"] > before["intervals"]+1 {
		t.Errorf("before %v, after %v", before, after)
	}
	if after["setting keep"] > 0 {
		t.Error("that less is kept is kept")
	}
}

func TestWhatWaitsIsGoneWithTheNextSession(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(h *household)
		kept bool
	}{
		{"nothing comes after", func(*household) {}, true},
		{"half a day goes by", func(h *household) { h.clock += 12 * time.Hour; h.pass(time.Second) }, false},
		{"another session begins", func(h *household) { h.does(start("b", room.Alone)); h.pass(time.Second) }, false},
		{"keep is lowered to nothing and raised again", func(h *household) {
			h.does(pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a", Keep: pipeline.KeepNothing})
			h.does(pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a", Keep: pipeline.KeepRest, Origin: fromSocket})
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHousehold(t, pipeline.KeepRest, true)
			h.evening()
			tt.then(h)
			h.keeper.take()
			h.keeper.waiting.Pass(time.Duration(h.keeper.now.Load()))
			if err := h.keeper.waiting.Keep(h.db, "a", nightfall.Add(h.clock)); (err == nil) != tt.kept {
				t.Errorf("%v, want kept %v", err, tt.kept)
			}
		})
	}
}

func TestWhatIsAskedComesAfterWhatWaited(t *testing.T) {
	d := &disk{}
	keep(t, d, func(k *keeper, _ *waiting.Text) {
		for range 100 {
			k.event(pipeline.Event{Wearer: "a", Value: dsp.HeartRate{}})
		}
		n, err := ask(context.Background(), k, func() int { return len(d.rows) })
		if err != nil || n != 100 {
			t.Errorf("%d rows were taken before: %v", n, err)
		}
	})
}

func TestTablesOfSessionsAreReadPageByPage(t *testing.T) {
	h := newHousehold(t, pipeline.KeepJournal, false)
	const many = maxKept + 20
	for i := range many {
		at := time.Duration(i) * time.Millisecond
		h.db.AddDetail(pipeline.Event{Wearer: "a", At: at, Value: room.CheckIn{}}, nightfall.Add(at))
		if i%1000 == 0 {
			h.db.Commit(nightfall.Add(at))
		}
	}
	h.db.Commit(nightfall.Add(time.Hour))
	seen := bytes.Count(pages(t, h), []byte("check_in"))
	if seen != many {
		t.Errorf("%d rows, want %d", seen, many)
	}
}

// pages reads the moments of a as the socket answers them.
func pages(t *testing.T, h *household) (all []byte) {
	t.Helper()
	handler := (&live{parts: parts{store: h.keeper.store}, core: h.core, keeper: h.keeper}).history()
	ctx, stop := context.WithCancel(t.Context())
	go h.keeper.run(ctx)
	defer func() { stop(); <-h.keeper.done }()
	answers := web.New(web.Options{Wearers: h.wearers, History: handler})
	for query := "from=2026-01-01T00:00:00Z"; query != ""; {
		w := httptest.NewRecorder()
		answers.ServeHTTP(w, httptest.NewRequest("GET", "/api/kept/a/moments?"+query, nil))
		var err error
		query, err = wire.KeptLines(w.Body.Bytes(), func(line []byte) error { all = append(all, line...); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}
