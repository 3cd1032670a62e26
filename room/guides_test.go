package room_test

import (
	"slices"
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

// marks gives every mark of a step with the time at which its cue came.
func marks(h *house) (all []room.Mark, at []time.Duration) {
	cues, when := of[room.Cue](h, 0)
	for i, c := range cues {
		if c.Mark.Tone || c.Mark.Voice != "" {
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
