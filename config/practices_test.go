package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/config"
)

func shipped(t testing.TB, name string) config.Practice {
	t.Helper()
	all := config.Practices()
	i := slices.IndexFunc(all, func(p config.Practice) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("there is no practice %s", name)
	}
	return all[i]
}

func lasts(p config.Practice) time.Duration {
	for _, s := range p.Steps {
		p.Length += s.Last
	}
	return p.Length
}

func TestEveryHubHasTheTenPractices(t *testing.T) {
	want := []string{
		"breath 5m0s", "resonance 10m0s", "hum 5m0s", "ground 3m0s", "gaze 4m0s", "touch 3m30s", "move 5m0s", "body 7m0s", "arrive 2m0s",
		"together 5m0s",
	}
	var got []string
	for _, p := range config.Practices() {
		got = append(got, p.Name+" "+lasts(p).String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Words are heard by people half asleep: short, calm, one thing at a time, and nothing that has to be reached.
func TestTheWordsOfThePracticesInvite(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\b(safe|ready|willing|consent|must|should|have to|need to|try|don't|do not|correct|good|better|relax)\b|!`)
	for _, p := range config.Practices() {
		if len(p.Steps) == 0 {
			t.Errorf("%s has no words", p.Name)
		}
		for _, s := range p.Steps {
			switch {
			case forbidden.MatchString(s.Text):
				t.Errorf("%s says %q: %s", p.Name, forbidden.FindString(s.Text), s.Text)
			case len(s.Text) > 120 || !strings.HasSuffix(s.Text, "."):
				t.Errorf("%s: %d characters: %s", p.Name, len(s.Text), s.Text)
			case s.Last < 20*time.Second:
				t.Errorf("%s: %v are too short for %s", p.Name, s.Last, s.Text)
			}
		}
	}
}

func TestNoPracticeHoldsTheBreathUnlessSomebodyChoseThat(t *testing.T) {
	for _, p := range config.Practices() {
		if p.Pace.Hold != 0 || p.Pace.BreathsPerMin != 0 {
			t.Errorf("%s: %+v", p.Name, p.Pace)
		}
	}
	if hum := shipped(t, "hum"); hum.Pace.InhaleShare > 0.35 || hum.HumHz == 0 {
		t.Errorf("hum is no long breath out with a tone: %+v", hum)
	}
	var paces []float64
	for _, s := range shipped(t, "resonance").Steps {
		paces = append(paces, s.BreathsPerMin)
		if s.Last != 2*time.Minute {
			t.Errorf("a pace of resonance lasts %v", s.Last)
		}
	}
	if diff := cmp.Diff([]float64{6.5, 6, 5.5, 5, 4.5}, paces); diff != "" {
		t.Error(diff)
	}
}

func withRoom(text string) string { return strings.Replace(base, "room: {}", "room:\n"+text, 1) }

func TestAConfigChangesPracticesAndAddsItsOwn(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(withRoom(`
  practices:
    breath: {pace: {breaths_per_min: 5.5, inhale_share: 0.5, hold_s: 1}}
    stars:
      members: 1
      steps:
        - {text: The brightest., seconds: 60, light: {brightness_percent: 5, kelvin: 2200}, sound: {bed: rain, level_db: -48}}
        - {text: The faintest., seconds: 90.5}
    slow: {pace: {}, seconds: 120}
`)))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Practices()
	want[0].Pace = config.Pace{BreathsPerMin: 5.5, InhaleShare: 0.5, Hold: time.Second}
	want = append(want, config.Practice{Name: "stars", Members: 1, Steps: []config.Step{
		{Text: "The brightest.", Last: minute, Light: config.Light{BrightnessPercent: 5, Kelvin: 2200}, Sound: config.Sound{Bed: "rain", LevelDB: -48}},
		{Text: "The faintest.", Last: 90500 * time.Millisecond},
	}}, config.Practice{Name: "slow", Length: 2 * minute, Pace: config.Pace{InhaleShare: 0.4}})
	if diff := cmp.Diff(want, c.Room.Practices); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

const minute = time.Minute

func TestAPracticeThatCannotBeIsTold(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a misspelt key", "own: {step: []}", `c.yaml:15:11: room.practices.own.step: "…": unknown key; is steps meant?`},
		{"nothing to do", "own: {members: 1}", `c.yaml:15:10: room.practices.own: there is nothing to do here: wanted is steps, or pace or hum_hz with seconds`},
		{"no length", "own: {hum_hz: 110}", `c.yaml:15:10: room.practices.own.seconds: this key is required: how long it lasts, since it has no steps`},
		{"two lengths", "gaze: {seconds: 60}", `c.yaml:15:21: room.practices.gaze.seconds: "60": its steps have seconds of their own: leave this out`},
		{"a step without words", "own: {steps: [{seconds: 60}]}", `c.yaml:15:19: room.practices.own.steps[0].text: this key is required: the words of this step`},
		{"a step of a moment", "own: {steps: [{text: a, seconds: 1}]}", `c.yaml:15:38: room.practices.own.steps[0].seconds: "1": wanted is a number from 5 to 900 (seconds)`},
		{"a light out of range", "own: {steps: [{text: a, seconds: 9, light: {brightness_percent: 120}}]}",
			`c.yaml:15:69: room.practices.own.steps[0].light.brightness_percent: "120": wanted is a number from 1 to 100 (percent)`},
		{"a pace out of range", "own: {pace: {breaths_per_min: 3}, seconds: 60}",
			`c.yaml:15:35: room.practices.own.pace.breaths_per_min: "3": wanted is a number from 4.5 to 7 (a minute)`},
		{"a step with a pace in a practice without", "own: {steps: [{text: a, seconds: 9, breaths_per_min: 6}]}",
			`c.yaml:15:10: room.practices.own: a step has breaths_per_min: wanted is pace beside steps, for example pace: {inhale_share: 0.4}`},
		{"a voice from elsewhere", "own: {steps: [{text: a, seconds: 9, voice_file: ../a.wav}]}",
			`c.yaml:15:53: room.practices.own.steps[0].voice_file: "../a.wav": wanted is the name of a file in the folder of this config, or in one inside it`},
		{"a word of commands", "none: {hum_hz: 100, seconds: 60}", `c.yaml:15:5: room.practices.none: "…": this word has a meaning of its own in commands: wanted is another name`},
		{"a name in capitals", "Own: {hum_hz: 100, seconds: 60}", `c.yaml:15:5: room.practices.Own: "…": wanted as a name is a lower-case letter, then at most 31 of a–z, 0–9 and -`},
		{"longer than an hour", "own: {steps: [" + strings.Repeat("{text: a, seconds: 900},", 5) + "]}",
			`c.yaml:15:18: room.practices.own.steps: together they last 1h15m0s: wanted is 1h0m0s at most`},
		{"too many steps", "own: {steps: [" + strings.Repeat("{text: a, seconds: 5},", 61) + "]}",
			`c.yaml:15:18: room.practices.own.steps: wanted are at most 60 steps`},
		{"a search among two paces", "resonance: {steps: [{text: a, seconds: 120, breaths_per_min: 6}, {text: b, seconds: 120, breaths_per_min: 5}]}",
			`c.yaml:15:16: room.practices.resonance: here paces are compared: wanted are at least 3 steps with a breaths_per_min each, of 1m30s or more`},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			for _, p := range problems(t, withRoom("  practices:\n    "+row.text)) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff([]string{row.want}, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAVoiceThatIsNotThereIsWarnedOf(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "voices"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "voices", "a.wav"), []byte("RIFF"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, warned := range map[string]string{
		"voices/a.wav": "", "voices/b.wav": "cannot be read (no such file", "voices": "no ordinary file",
	} {
		text := withRoom("  practices: {own: {steps: [{text: a, seconds: 9, voice_file: " + file + "}]}}")
		c, err := config.Parse(filepath.Join(dir, "c.yaml"), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Room.Practices[10].Steps[0].VoiceFile; got != file {
			t.Errorf("%s became %s", file, got)
		}
		if len(c.Voices) != 1 || c.Voices[0].Value != file || c.Voices[0].Key != "room.practices.own.steps[0].voice_file" {
			t.Errorf("%s: the voices are %v", file, c.Voices)
		}
		got := ""
		for _, w := range c.Warnings {
			got += w.Want
		}
		if (warned == "") != (got == "") || !strings.Contains(got, warned) {
			t.Errorf("%s: warned %q, want %q", file, got, warned)
		}
	}
}

func TestRemindersAreRead(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(withRoom(`  reminders:
    - {at: "21:30", practice: breath}
    - {at: "07:05", practice: body, days: [sat, sun], snooze_s: 300}`)))
	if err != nil {
		t.Fatal(err)
	}
	every := [7]bool{true, true, true, true, true, true, true}
	want := []config.Reminder{
		{At: 21*time.Hour + 30*minute, Practice: "breath", Days: every, Snooze: 10 * minute},
		{At: 7*time.Hour + 5*minute, Practice: "body", Days: [7]bool{time.Saturday: true, time.Sunday: true}, Snooze: 5 * minute},
	}
	if diff := cmp.Diff(want, c.Room.Reminders); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAReminderThatCannotBeIsTold(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"no time", `{practice: breath}`, `room.reminders[0].at: this key is required: a time of day such as 22:30`},
		{"no practice", `{at: "21:30"}`, `room.reminders[0].practice: this key is required: the practice that it offers`},
		{"a practice that is not there", `{at: "21:30", practice: breathe}`,
			`room.reminders[0].practice: "breathe": wanted is breath, hum, ground, gaze, touch, move, body or arrive; is breath meant?`},
		{"one that needs a session", `{at: "21:30", practice: together}`,
			`room.reminders[0].practice: "together": this practice needs wearers who are in a session: wanted is another`},
		{"a day that is none", `{at: "21:30", practice: body, days: [monday]}`,
			`room.reminders[0].days[0]: "monday": wanted is sun, mon, tue, wed, thu, fri or sat`},
		{"no day", `{at: "21:30", practice: body, days: []}`, `room.reminders[0].days: wanted is at least one of sun, mon, tue, wed, thu, fri or sat`},
		{"put off for a moment", `{at: "21:30", practice: body, snooze_s: 5}`, `room.reminders[0].snooze_s: "5": wanted is a number from 60 to 10800 (seconds)`},
		{"the same time twice", `{at: "21:30", practice: body}, {at: "21:30", practice: hum}`, `room.reminders[1].at: "21:30": another reminder has this time already`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := problems(t, withRoom("  reminders: ["+row.text+"]"))
			if len(got) == 0 || !strings.HasSuffix(got[0].String(), row.want) {
				t.Errorf("problems %v, want %s", got, row.want)
			}
		})
	}
}
