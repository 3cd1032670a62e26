package room_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/room"
)

const minute = time.Minute

// exercises are practices of every form: paced, hummed, for two, in steps, in steps of their own light and sound, and in paces.
func exercises() []room.PracticeOptions {
	pacer := room.Pace{InhaleShare: 0.4}
	step := func(text string, last time.Duration) room.StepOptions {
		return room.StepOptions{Text: text, Last: last}
	}
	resonance := room.PracticeOptions{Name: room.PracticeResonance, Pacer: pacer, Members: 1}
	for _, pace := range []float64{6.5, 6, 5.5, 5, 4.5} {
		resonance.Steps = append(resonance.Steps, room.StepOptions{Text: "Breathe with the light.", Last: 2 * minute, BreathsPerMin: pace})
	}
	return []room.PracticeOptions{
		{Name: "breath", Length: 5 * minute, Pacer: pacer},
		{Name: "hum", Length: 5 * minute, Pacer: room.Pace{InhaleShare: 0.3}, HumHz: 130},
		{Name: "together", Length: 5 * minute, Pacer: pacer, Members: 2},
		{Name: "touch", Pacer: pacer, Steps: []room.StepOptions{step("a hand on the heart", minute), step("breathe", 2*minute)}},
		{Name: "arrive", Steps: []room.StepOptions{step("arrive", 30*time.Second), step("one", 30*time.Second), step("the other", minute)}},
		{Name: "body", Steps: []room.StepOptions{step("feet", 2*minute), step("belly", 2*minute), step("face", 3*minute)}},
		{Name: "hold", Length: 5 * minute, Pacer: room.Pace{BreathsPerMin: 5, InhaleShare: 0.4, Hold: 2 * time.Second}},
		{Name: "own", Steps: []room.StepOptions{
			{Text: "lower", Last: minute, Light: room.Light{Brightness: 12, Kelvin: 2000}, VoiceFile: "/voices/lower.wav"},
			{Text: "brighter than may be", Last: minute, Light: room.Light{Brightness: 90}, Sound: room.Sound{Bed: "none"}},
			{Text: "rain", Last: minute, Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-50)}},
		}},
		resonance,
	}
}

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
			phase := (at[i] - 0) % breath
			rising := phase < in
			late := phase
			end := in
			if !rising {
				late, end = phase-in, breath
			}
			if late > 50*time.Millisecond || c.Transition != end-phase || !c.Brightness.Known {
				t.Errorf("pace %v: %v into its half breath: %+v", pace, late, c)
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

func TestAGuidedPracticeTellsEachStep(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.must(h.r.Practice(nil, h.now, "arrive"))
	var steps []string
	lights := map[float64]bool{}
	for h.now < 2*time.Minute {
		if s := h.r.Status().Step; len(steps) == 0 || steps[len(steps)-1] != s {
			steps = append(steps, s)
		}
		lights[h.lastCue().Light.Brightness] = true
		h.run(time.Second)
	}
	if d := cmp.Diff([]string{"arrive", "one", "the other"}, steps); d != "" || !lights[30] || !lights[25] {
		t.Errorf("lights %v, steps %s", lights, d)
	}
}

// marks gives every mark with the time at which its cue came.
func marks(h *house) (all []room.Mark, at []time.Duration) {
	cues, when := of[room.Cue](h, 0)
	for i, c := range cues {
		if c.Mark != (room.Mark{}) {
			all, at = append(all, c.Mark), append(at, when[i])
		}
	}
	return all, at
}

func TestEachStepIsMarkedOnceAsItBegins(t *testing.T) {
	for _, row := range []struct {
		name  string
		never []string
		want  []room.Mark
	}{
		{"by a tone, and a voice where the step has one", nil, []room.Mark{{Tone: true, Voice: "/voices/lower.wav"}, {Tone: true}, {Tone: true}}},
		{"without a tone where somebody wants none", []string{"tone"}, []room.Mark{{Voice: "/voices/lower.wav"}}},
		{"without a voice where somebody wants none", []string{"voice"}, []room.Mark{{Tone: true}, {Tone: true}, {Tone: true}}},
		{"by nothing where both are unwanted", []string{"voice", "tone"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			quiet := room.Comfort{NotSteady: true, Never: row.never}
			h := newHouse(t, room.Options{Wearers: []room.WearerOptions{{ID: "a", Comfort: quiet}, {ID: "b", Comfort: room.Comfort{NotSteady: true}}}})
			h.must(h.r.Practice(nil, h.now, "own"))
			h.run(4 * minute)
			got, at := marks(h)
			if d := cmp.Diff(row.want, got); d != "" {
				t.Error(d)
			}
			for i, when := range at {
				if when != time.Duration(i)*minute {
					t.Errorf("mark %d comes at %v", i, when)
				}
			}
		})
	}
	h := newHouse(t, room.Options{Wearers: []room.WearerOptions{{ID: "a"}}})
	h.must(h.r.Practice(nil, h.now, "own"))
	h.run(4 * minute)
	if got, _ := marks(h); got != nil {
		t.Errorf("a steady room sounds: %v", got)
	}
}

func TestAStepsLightAndSoundHoldDuringItAndAreNeverBrighterThanTheBaseScene(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.must(h.r.Practice(nil, h.now, "own"))
	for i, want := range []room.Scene{
		{Light: room.Light{Brightness: 12, Kelvin: 2000}, Sound: room.Sound{Bed: "noise", LevelDB: dsp.Some(-42)}},
		{Light: room.Light{Brightness: 30, Kelvin: 2400}},
		{Light: room.Light{Brightness: 30, Kelvin: 2400}, Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-50)}},
	} {
		h.run(59 * time.Second)
		c := h.lastCue()
		c.Light.Transition = 0
		if got := (room.Scene{Light: c.Light, Sound: c.Sound}); got != want {
			t.Errorf("step %d: %+v, want %+v", i, got, want)
		}
		h.wantLamp("bed", want.Light.Brightness)
		h.run(time.Second)
	}
}

func TestAHeldBreathIsThereOnlyWhereItIsChosenAndNobodyMinds(t *testing.T) {
	for _, row := range []struct {
		name, practice string
		never          []string
		want           time.Duration
	}{
		{"none unless chosen", "breath", nil, 0},
		{"chosen", "hold", nil, 2 * time.Second},
		{"chosen, but one of two wants none", "hold", []string{"breath_hold"}, 0},
	} {
		minding := room.Comfort{NotSteady: true, Never: row.never}
		h := newHouse(t, room.Options{Wearers: []room.WearerOptions{{ID: "a", Comfort: minding}, {ID: "b", Comfort: room.Comfort{NotSteady: true}}}})
		h.must(h.r.Practice(nil, h.now, row.practice))
		if got := h.lastCue().Pace.Hold; got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestThePaceOfAPracticeIsTheNearestOnesWish(t *testing.T) {
	for _, row := range []struct {
		name     string
		practice string
		own      [2]float64 // remembered of each wearer; 0: nothing
		joins    int
		byHand   float64
		want     float64
	}{
		{"six where nothing is known", "breath", [2]float64{}, 2, 0, 6},
		{"one's own", "breath", [2]float64{5.5, 0}, 1, 0, 5.5},
		{"of two the slower", "together", [2]float64{5.5, 5}, 2, 0, 5},
		{"of two the one that is known", "together", [2]float64{0, 6.5}, 2, 0, 6.5},
		{"not that of somebody who takes no part", "breath", [2]float64{5.5, 5}, 1, 0, 5.5},
		{"nobody's where nobody takes part", "breath", [2]float64{5.5, 5}, 0, 0, 6},
		{"one set by hand before one remembered", "breath", [2]float64{5.5, 5}, 2, 6, 6},
		{"the practice's own before one remembered", "hold", [2]float64{5.5, 6}, 2, 0, 5},
		{"one set by hand before the practice's own", "hold", [2]float64{5.5, 6}, 2, 7, 7},
		{"none that nobody can have found", "breath", [2]float64{40, 1}, 2, 0, 6},
		{"a step's before all", "resonance", [2]float64{5.5, 5}, 2, 7, 6.5},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			for i, pace := range row.own {
				h.r.SetOwnPace(i, dsp.Maybe{Value: pace, Known: pace > 0})
			}
			for i := range row.joins {
				h.start(i, room.Together)
			}
			if row.byHand > 0 {
				h.must(h.r.SetBreathPace(nil, h.now, row.byHand))
			}
			h.must(h.r.Practice(nil, h.now, row.practice))
			if got := h.lastCue().Pace.BreathsPerMin; got != row.want {
				t.Errorf("%v breaths a minute, want %v", got, row.want)
			}
		})
	}
}

func TestResonanceTriesFivePacesEachFromANewBreathIn(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.must(h.r.Practice(nil, h.now, "resonance"))
	for i, want := range []float64{6.5, 6, 5.5, 5, 4.5} {
		h.run(minute)
		if p := h.r.Status().Pace; p.BreathsPerMin != want || p.PhaseZero != time.Duration(2*i)*minute {
			t.Errorf("in minute %d the pacer is %+v", 2*i+1, p)
		}
		h.run(minute)
	}
	if d := cmp.Diff([]string{"alone start", "resonance started", "resonance done"}, h.story()); d != "" {
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
			h.take(h.r.AskCheckIn(nil, h.now))
			h.take(h.r.AskCheckIn(nil, h.now))
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

func drawPractice(t *rapid.T) room.PracticeOptions {
	p := room.PracticeOptions{
		Name: "drawn", Length: time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second,
		HumHz: rapid.SampledFrom([]float64{0, 98}).Draw(t, "hum"),
	}
	if rapid.Bool().Draw(t, "paced") {
		p.Pacer = room.Pace{
			BreathsPerMin: rapid.SampledFrom([]float64{0, 1, 5, 40}).Draw(t, "pace"), InhaleShare: rapid.Float64Range(0.01, 1).Draw(t, "inhale"),
			Hold: time.Duration(rapid.IntRange(0, 20).Draw(t, "hold")) * time.Second,
		}
	}
	for range rapid.IntRange(0, 6).Draw(t, "steps") {
		s := room.StepOptions{
			Text: "step", Last: time.Duration(rapid.IntRange(1, 60).Draw(t, "last")) * time.Second,
			Light:     room.Light{Brightness: rapid.Float64Range(0, 120).Draw(t, "brightness"), Kelvin: rapid.SampledFrom([]float64{0, 1500, 9000}).Draw(t, "kelvin")},
			VoiceFile: rapid.SampledFrom([]string{"", "voice.wav"}).Draw(t, "voice"), BreathsPerMin: rapid.SampledFrom([]float64{0, 0, 5, 90}).Draw(t, "step's pace"),
		}
		if rapid.Bool().Draw(t, "sounds") {
			s.Sound = room.Sound{Bed: rapid.SampledFrom([]string{"none", "rain"}).Draw(t, "bed"), LevelDB: dsp.Some(rapid.Float64Range(-90, 20).Draw(t, "dB"))}
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

// Whatever a config says of a practice: it is never brighter than the base scene, warm at night, at a pace that can be breathed, spares
// what somebody wants to be spared, marks each step once, and ends when its time is over.
func TestWhateverAPracticeSaysItStaysWithinTheRoomsBounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPractice(rt)
		never := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"tone", "voice", "rain", "breath_hold", "dark"}), rapid.ID[string]).Draw(rt, "never")
		o := room.Options{
			Practices: []room.PracticeOptions{p}, Lamps: []room.LampOptions{{ID: "bed"}}, HasQuiet: rapid.Bool().Draw(rt, "night"), QuietTo: 24*time.Hour - 1,
			Wearers: []room.WearerOptions{{ID: "a", Comfort: room.Comfort{NotSteady: true, Never: never}}},
		}
		h := &house{t: rt, r: room.New(o), wall: evening, bulbs: map[string]*bulb{"bed": {on: true, colour: 3000, to: 60}}, order: []string{"bed"}}
		h.report("bed")
		h.must(h.r.Practice(nil, h.now, "drawn"))
		length := time.Duration(0)
		for _, s := range p.Steps {
			length += s.Last
		}
		if length == 0 {
			length = p.Length
		}
		h.run(length + tick)
		if h.r.Status().Practice != "" {
			rt.Fatalf("it runs longer than %v", length)
		}
		checkPractice(rt, h, o, never)
	})
}

func checkPractice(t *rapid.T, h *house, o room.Options, never []string) {
	cues, _ := of[room.Cue](h, 0)
	tones := 0
	for _, c := range cues {
		switch {
		case c.Light.Brightness > 30 || o.HasQuiet && c.Light.Brightness > 15, o.HasQuiet && c.Light.Kelvin > 2200:
			t.Errorf("too bright or too cold: %+v", c)
		case c.Sound.LevelDB.Or(-60) > -20:
			t.Errorf("too loud: %+v", c)
		case c.Pace.BreathsPerMin != 0 && !(c.Pace.BreathsPerMin >= 4.5 && c.Pace.BreathsPerMin <= 7):
			t.Errorf("nobody breathes so: %+v", c)
		case slices.Contains(never, "rain") && c.Sound.Bed == "rain", slices.Contains(never, "breath_hold") && c.Pace.Hold > 0,
			slices.Contains(never, "voice") && c.Mark.Voice != "", slices.Contains(never, "tone") && (c.Mark.Tone || c.Sound.HumHz.Known):
			t.Errorf("never %v: %+v", never, c)
		}
		if c.Mark.Tone {
			tones++
		}
	}
	if want := len(o.Practices[0].Steps); tones != want && !slices.Contains(never, "tone") {
		t.Errorf("%d tones for %d steps", tones, want)
	}
}
