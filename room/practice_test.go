package room_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

func TestABreathingPracticePacesLightWithinTheBudget(t *testing.T) {
	lamps := []room.LampOptions{{ID: "l1", Group: "g"}, {ID: "l2", Group: "g"}, {ID: "l3", Group: "g"}, {ID: "r1", Group: "h"}, {ID: "r2", Group: "h"}}
	for _, pace := range []float64{4.5, 6, 7} {
		h := newHouse(t, room.Options{Lamps: lamps})
		h.must(h.r.SetBreathPace(nil, h.now, pace))
		h.must(h.r.Practice(nil, h.now, "breath"))
		h.run(4 * time.Minute)
		c := h.lastCue()
		if c.Pace.BreathsPerMin != pace || c.Pace.PhaseZero != 0 || c.Reason != "practice" {
			t.Errorf("cue is %+v", c)
		}
		breath := time.Duration(60 / pace * float64(time.Second))
		in := time.Duration(c.Pace.InhaleShare * float64(breath))
		swelling := map[string]int{}
		commands, at := of[room.LampCommand](h, time.Minute)
		for i, c := range commands {
			const early = time.Microsecond // the room counts in nanoseconds, and this test in parts of a minute
			phase := (at[i]+early)%breath - early
			rising := phase < in-early
			late, end := phase, in
			if !rising {
				late, end = phase-in, breath
			}
			if late.Abs() > early || (c.Transition-(end-phase)).Abs() > time.Microsecond || !c.Brightness.Known {
				t.Errorf("pace %v: %v from the instant of its half breath: %+v", pace, late, c)
			}
			if want := map[bool]float64{true: 30, false: 22}[rising]; c.Brightness.Value != want {
				t.Errorf("pace %v: %+v, want %v %%", pace, c, want)
			}
			swelling[c.Lamp]++
		}
		wantHalves := int(math.Floor(3 * pace * 2))
		for id, n := range swelling {
			if n < wantHalves-2 {
				t.Errorf("pace %v: lamp %s answered %d half breaths of %d", pace, id, n, wantHalves)
			}
		}
		if len(swelling) < 2 {
			t.Errorf("pace %v: only %v swell", pace, swelling)
		}
		checkBudget(t, h, lamps)
	}
}

// checkBudget counts what each group got: in any time d at most 3 + d/2 s.
func checkBudget(t rapid.TB, h *house, lamps []room.LampOptions) {
	t.Helper()
	group := map[string]string{}
	for _, l := range lamps {
		group[l.ID] = l.ID
		if l.Group != "" {
			group[l.ID] = "group " + l.Group
		}
	}
	level, last := map[string]float64{}, map[string]time.Duration{}
	commands, at := of[room.LampCommand](h, 0)
	for i, c := range commands {
		if c.Owner == room.OwnerHand {
			continue
		}
		g := group[c.Lamp]
		level[g] = max(0, level[g]-(at[i]-last[g]).Seconds()/2) + 1
		last[g] = at[i]
		if level[g] > 3+1e-6 {
			t.Errorf("at %v group %s is %.2f commands over its budget", at[i], g, level[g]-3)
			return
		}
	}
}

// What a breath does anyway is not waited for: neither two points from a State's scene nor those of a fade that is nearly over.
func TestTheBreathingLightBeginsWithTheFirstBreathOut(t *testing.T) {
	const out = 4 * time.Second // at six breaths a minute, of which four tenths are breathed in
	for _, row := range []struct {
		name   string
		before func(h *house)
		begins time.Duration
	}{
		{"in a session that rests at its base scene", func(h *house) { h.start(0, room.Alone); h.run(minute) }, out},
		{"in one that a State has moved", func(h *house) {
			h.start(0, room.Alone)
			h.state(0, regulation.Settled)
			h.run(4 * minute)
		}, out},
		{"after a step that was softer", func(h *house) {
			h.must(h.r.Practice(nil, h.now, "body"))
			h.run(3 * minute)
		}, out},
		{"for a lamp that is there already", func(h *house) {
			h.bulbs["bed"].set(30)
			h.bulbs["bed"].colour = 2400
			h.report("bed")
		}, out},
		{"a breath later for one that is bright and white", func(*house) {}, 10*time.Second + out},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			row.before(h)
			from := h.now
			h.must(h.r.Practice(nil, h.now, "breath"))
			h.run(30 * time.Second)
			commands, at := of[room.LampCommand](h, from+1)
			for i, c := range commands {
				if c.Brightness == dsp.Some(22.0) {
					if at[i]-from != row.begins {
						t.Errorf("it swells from %v, want %v: %+v", at[i]-from, row.begins, commands[:i+1])
					}
					return
				}
			}
			t.Errorf("it does not swell: %+v", commands)
		})
	}
}

func TestPracticesAndTheirEnd(t *testing.T) {
	for _, row := range []struct {
		name     string
		practice string
		act      func(h *house)
		story    []string
	}{
		{"it runs its time, and the session opened for it ends with it", "breath", func(h *house) { h.run(5*time.Minute + tick) },
			[]string{"practice start", "breath started", "breath done", "practice end", "practice after"}},
		{"it is stopped", "hum", func(h *house) { h.take(h.r.StopPractice(nil, h.now)) },
			[]string{"practice start", "hum started", "hum stopped", "practice end", "practice after"}},
		{"a pause stops it", "body", func(h *house) { h.take(h.r.Pause(nil, h.now)) },
			[]string{"practice start", "body started", "body stopped", "practice pause"}},
		{"another takes its place", "arrive", func(h *house) { h.must(h.r.Practice(nil, h.now, "body")) },
			[]string{"practice start", "arrive started", "arrive stopped", "body started"}},
		{"a scene by hand takes its place", "touch", func(h *house) { h.must(h.r.Scene(nil, h.now, "base")) },
			[]string{"practice start", "touch started", "touch stopped"}},
		{"the answer stop stops it", "arrive", func(h *house) { h.must(h.r.Answer(nil, h.now, 0, "stop")) },
			[]string{"practice start", "arrive started", "arrive stopped", "practice end", "practice after"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.must(h.r.Practice(nil, h.now, row.practice))
			h.run(tick)
			row.act(h)
			if d := cmp.Diff(row.story, h.story()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPracticesThatAreRefused(t *testing.T) {
	steady := room.Options{Wearers: []room.WearerOptions{{ID: "a"}}}
	for _, row := range []struct {
		name, practice, why string
		o                   room.Options
	}{
		{"one for a body with nobody there", "resonance", "needs a wearer in the session", room.Options{}},
		{"one that does not exist", "levitation", "there are breath, hum, together, touch", room.Options{}},
		{"one for two with nobody there", "together", "needs 2 wearers", room.Options{}},
		{"a pacer where a comfort is steady", "breath", "steady", steady},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, row.o)
			v, err := h.r.Practice(nil, h.now, row.practice)
			if err == nil || !strings.Contains(err.Error(), row.why) || len(v) > 0 || h.r.Status().InUse {
				t.Errorf("error %v, values %v", err, v)
			}
		})
	}
	h := newHouse(t, steady)
	h.must(h.r.Practice(nil, 0, "body"))
	h.start(0, room.Alone)
	h.take(h.r.Pause(nil, 0))
	if _, err := h.r.Practice(nil, 0, "body"); err == nil {
		t.Error("a practice began in a pause")
	}
}

func TestTogetherNeedsBothUntilItsEnd(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Together)
	h.start(1, room.Together)
	h.must(h.r.Practice(nil, h.now, "together"))
	h.run(time.Minute)
	h.take(h.r.Leave(nil, h.now, 1))
	if d := cmp.Diff([]string{"together start", "together started", "together stopped"}, h.story()); d != "" {
		t.Error(d)
	}
}

func TestAPracticeCountsWhenItIsDoneOrWasStoppedAfterAMinute(t *testing.T) {
	for _, row := range []struct {
		after time.Duration
		want  bool
	}{{59 * time.Second, false}, {minute, true}, {5 * minute, true}} {
		h := newHouse(t, room.Options{})
		h.must(h.r.Practice(nil, h.now, "breath"))
		h.run(row.after)
		h.take(h.r.StopPractice(nil, h.now))
		all, _ := of[room.Practice](h, tick)
		if len(all) != 1 || all[0].Counts() != row.want || all[0].Ran != row.after {
			t.Errorf("after %v: %+v", row.after, all)
		}
	}
	if (room.Practice{Phase: room.PracticeStarted, Ran: time.Hour}).Counts() {
		t.Error("a practice that begins counts")
	}
}

func TestNeverModulatedLightLeavesTheLightStillInAPractice(t *testing.T) {
	c := room.Comfort{NotSteady: true, Never: []string{"modulated_light"}}
	h := newHouse(t, room.Options{Wearers: []room.WearerOptions{{ID: "a", Comfort: c}}})
	h.must(h.r.Practice(nil, h.now, "breath"))
	h.run(30 * time.Second)
	from := h.now
	h.run(2 * time.Minute)
	if c, _ := of[room.LampCommand](h, from); len(c) > 0 {
		t.Errorf("the light moves: %v", c)
	}
	if h.lastCue().Pace.BreathsPerMin == 0 {
		t.Error("the pacer is gone too")
	}
}

func TestAHumHasALongBreathOutAndATone(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.must(h.r.Practice(nil, h.now, "hum"))
	h.run(30 * time.Second)
	if c := h.lastCue(); c.Sound.HumHz != dsp.Some(130) || c.Pace.InhaleShare != 0.3 {
		t.Errorf("cue is %+v", c)
	}
}

func TestCheckIns(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer string
		scene  string
		light  float64
		over   bool
	}{
		{"space goes on as it was", "space", "neutral", 26, false},
		{"touch does the same", "touch", "neutral", 26, false},
		{"reassurance does the same", "reassurance", "neutral", 26, false},
		{"fine for now does the same", "fine_for_now", "neutral", 26, false},
		{"no answer returns to the base scene", "", "base", 30, false},
		{"stop ends the session", "stop", "after", 15, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.start(0, room.Alone)
			h.must(h.r.Scene(nil, h.now, "neutral"))
			h.run(30 * time.Second)
			h.must(h.r.AskCheckIn(nil, h.now))
			h.must(h.r.AskCheckIn(nil, h.now))
			if got, _ := of[room.CheckIn](h, 0); len(got) != 1 || !h.r.Status().CheckIn {
				t.Errorf("asked %d times", len(got))
			}
			h.run(30 * time.Second)
			h.wantLamp("bed", 21)
			if row.answer != "" {
				h.must(h.r.Answer(nil, h.now, 0, row.answer))
			}
			h.run(2 * time.Minute)
			h.wantLamp("bed", row.light)
			if s := h.r.Status(); s.Scene != row.scene || s.CheckIn || (s.Session == room.NoSession) != row.over {
				t.Errorf("status is %+v", s)
			}
		})
	}
	h := newHouse(t, room.Options{})
	if _, err := h.r.Answer(nil, 0, -1, "maybe"); err == nil {
		t.Error("an unknown answer was taken")
	}
}

func TestAQuestionThatNobodyCanBeAskedIsRefused(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(h *house)
		want string
	}{
		{"outside a session", func(*house) {}, "no session runs"},
		{"after one", func(h *house) { h.start(0, room.Alone); h.take(h.r.End(nil, h.now)) }, "no session runs"},
		{"at night", func(h *house) { h.start(0, room.Night) }, "a night session runs"},
		{"in a pause", func(h *house) { h.start(0, room.Alone); h.take(h.r.Pause(nil, h.now)) }, "the room is paused"},
	} {
		h := newHouse(t, room.Options{})
		row.act(h)
		if v, err := h.r.AskCheckIn(nil, h.now); err == nil || !strings.HasPrefix(err.Error(), row.want) || len(v) > 0 || h.r.Status().CheckIn {
			t.Errorf("%s: error %v, values %v", row.name, err, v)
		}
	}
}

func TestAQuestionIsSeenUnderTheNightCeiling(t *testing.T) {
	for _, row := range []struct {
		name    string
		ceiling float64
		want    float64
	}{
		{"below the scene", 15, 10},
		{"above it", 60, 25},
		{"as low as the floor that keeps the lamps on", 6, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{HasQuiet: true, QuietFrom: 20 * time.Hour, QuietTo: 6 * time.Hour, NightBrightness: row.ceiling})
			h.start(0, room.Alone)
			h.run(time.Minute)
			h.wantLamp("bed", min(30, row.ceiling))
			h.must(h.r.AskCheckIn(nil, h.now))
			h.run(30 * time.Second)
			h.wantLamp("bed", row.want)
			h.must(h.r.Answer(nil, h.now, 0, "touch"))
			h.run(30 * time.Second)
			h.wantLamp("bed", min(30, row.ceiling))
		})
	}
}

// A light that turned at once while a question waits would show whose body turned, and how far it had still to go.
func TestASceneInACheckInIsNotHurried(t *testing.T) {
	ask := func(h *house) { h.must(h.r.AskCheckIn(nil, h.now)) }
	for _, row := range []struct {
		name  string
		act   func(h *house) // the newest cue is of what it does last
		scene string
		fade  time.Duration
		light float64
	}{
		{"the softening of a scene that stands takes five seconds", func(h *house) {
			ask(h)
		}, "base", 5 * time.Second, 25},
		{"a State that comes while the question waits keeps its fade", func(h *house) {
			ask(h)
			h.run(10 * time.Second)
			h.state(0, regulation.Activated)
			h.run(4 * time.Second)
		}, "activated", 30 * time.Second, 15},
		{"the rest of a State's fade is what it would have been", func(h *house) {
			h.state(0, regulation.Activated)
			h.run(13 * time.Second) // ten of them in the fade
			ask(h)
		}, "activated", 20 * time.Second, 15},
		{"a drift of three minutes to the base scene goes no faster than a State", func(h *house) {
			h.state(0, regulation.Activated)
			h.run(minute)
			h.state(0, regulation.Unknown)
			h.run(minute + 15*time.Second)
			ask(h)
		}, "base", 30 * time.Second, 25},
		{"a State that is as before the answer came keeps its fade", func(h *house) {
			h.state(0, regulation.Activated)
			h.run(minute)
			ask(h)
			h.run(10 * time.Second)
			h.must(h.r.Answer(nil, h.now, 0, "touch"))
		}, "activated", 30 * time.Second, 20},
		{"a scene by hand takes ten seconds", func(h *house) {
			ask(h)
			h.run(10 * time.Second)
			h.must(h.r.Scene(nil, h.now, "neutral"))
		}, "neutral", 10 * time.Second, 21},
		{"a question in the middle of that waits for its end", func(h *house) {
			h.must(h.r.Scene(nil, h.now, "neutral"))
			h.run(2 * time.Second)
			ask(h)
		}, "neutral", 8 * time.Second, 21},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{Discretion: room.Discretion{DelayMin: 3 * time.Second, DelayMax: 3 * time.Second, Fade: 30 * time.Second}})
			h.start(0, room.Alone)
			h.run(30 * time.Second)
			row.act(h)
			if c := h.lastCue(); c.Scene != row.scene || (c.Light.Transition-row.fade).Abs() > 2*time.Second {
				t.Errorf("told %+v, want %s within %v", c, row.scene, row.fade)
			}
			h.run(45 * time.Second)
			h.wantLamp("bed", row.light)
		})
	}
}

func TestANightThatBeginsInACheckInIsNotHurried(t *testing.T) {
	h := newHouse(t, room.Options{HasQuiet: true, QuietFrom: 20*time.Hour + 2*time.Minute, QuietTo: 6 * time.Hour, NightBrightness: 100})
	h.start(0, room.Alone)
	h.run(minute + 30*time.Second)
	h.must(h.r.AskCheckIn(nil, h.now))
	h.run(minute)
	if c := h.lastCue(); c.Light.Kelvin != 2200 || c.Light.Transition != 10*time.Second {
		t.Errorf("told %+v, want the base scene's own ten seconds", c)
	}
}

func TestAnAnswerWithoutAQuestionIsToldSo(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	for _, word := range []string{"space", "touch", "reassurance", "fine_for_now"} {
		if v, err := h.r.Answer(nil, h.now, 0, word); err == nil || err.Error() != "no check-in waits for an answer" || len(v) > 0 {
			t.Errorf("%s: error %v, values %v", word, err, v)
		}
	}
	h.must(h.r.Answer(nil, h.now, 0, "stop"))
	if s := h.r.Status(); s.Session != room.NoSession {
		t.Errorf("stop, without a question, left %+v", s)
	}
}

func TestAQuestionThatIsAnsweredIsNotToldAsUnanswered(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(minute)
	h.must(h.r.AskCheckIn(nil, h.now))
	h.run(3 * minute)
	if c := h.lastCue(); c.Reason != "no_answer" {
		t.Errorf("nobody answered: %+v", c)
	}
	from := h.now
	h.must(h.r.AskCheckIn(nil, h.now))
	h.run(30 * time.Second)
	h.must(h.r.Answer(nil, h.now, 0, "touch"))
	h.run(3 * minute)
	cues, _ := of[room.Cue](h, from)
	for _, c := range cues {
		if c.Reason == "no_answer" || c.Scene != "base" {
			t.Errorf("somebody answered: %+v", c)
		}
	}
	if len(cues) < 2 {
		t.Errorf("a question was told in %d cues", len(cues))
	}
}
