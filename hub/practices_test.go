package hub

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/config"
	"hubd/dsp"
	"hubd/room"
)

func TestAPracticeOfTheConfigIsTheRooms(t *testing.T) {
	p := built(t, couple("", "", `
  practices:
    stars:
      members: 1
      hum_hz: 98
      pace: {breaths_per_min: 5, inhale_share: 0.45, hold_s: 1}
      steps:
        - {text: The brightest., seconds: 60, voice_file: voices/a.wav, light: {brightness_percent: 5, kelvin: 2200}, sound: {bed: rain, level_db: -48}}
        - {text: The faintest., seconds: 90, breaths_per_min: 6}
  reminders:
    - {at: "21:30", practice: body, days: [sun], snooze_s: 300}
`))
	o := p.pipeline.Room
	want := room.PracticeOptions{
		Name: "stars", Members: 1, HumHz: 98, Pacer: room.Pace{BreathsPerMin: 5, InhaleShare: 0.45, Hold: time.Second},
		Steps: []room.StepOptions{
			{
				Text: "The brightest.", Last: time.Minute, VoiceFile: "voices/a.wav", Light: room.Light{Brightness: 5, Kelvin: 2200},
				Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-48)},
			},
			{Text: "The faintest.", Last: 90 * time.Second, BreathsPerMin: 6},
		},
	}
	if diff := cmp.Diff(want, o.Practices[len(o.Practices)-1]); diff != "" {
		t.Errorf("practice (-want +got)\n%s", diff)
	}
	reminder := room.ReminderOptions{At: 21*time.Hour + 30*time.Minute, Practice: "body", Snooze: 5 * time.Minute}
	reminder.Days[time.Sunday] = true
	if diff := cmp.Diff([]room.ReminderOptions{reminder}, o.Reminders); diff != "" {
		t.Errorf("reminders (-want +got)\n%s", diff)
	}
}

// Every practice that hubd ships runs in a built room from its beginning to its end, says each of its texts, and sends no light above the
// base scene's.
func TestEveryShippedPracticeRunsToItsEnd(t *testing.T) {
	for _, shipped := range config.Practices() {
		t.Run(shipped.Name, func(t *testing.T) {
			o := built(t, couple("", "", "  private: false")).pipeline.Room
			for i := range o.Wearers {
				o.Wearers[i].Comfort = room.Comfort{NotSteady: true}
			}
			r := room.New(o)
			var values []dsp.Value
			for i := range o.Wearers {
				values, _ = r.Start(values, 0, i, room.Together)
			}
			values, err := r.Practice(values, 0, shipped.Name)
			if err != nil {
				t.Fatal(err)
			}
			texts, length := spoken(r, &values, shipped)
			var want []string
			total := time.Duration(0)
			for _, s := range shipped.Steps {
				want, total = append(want, s.Text), total+s.Last
			}
			if diff := cmp.Diff(want, texts); diff != "" || length != total {
				t.Errorf("it lasts %v, want %v; words (-want +got)\n%s", length, total, diff)
			}
			checkCues(t, values, len(want))
		})
	}
}

// checkCues counts the tones, one for each step, and looks for a light above the base scene's.
func checkCues(t *testing.T, values []dsp.Value, steps int) {
	t.Helper()
	tones := 0
	for _, v := range values {
		c, ok := v.(room.Cue)
		if !ok {
			continue
		}
		if c.Light.Brightness > 30 {
			t.Errorf("brighter than the base scene: %+v", c)
		}
		if c.Mark.Tone {
			tones++
		}
	}
	if tones != steps {
		t.Errorf("%d tones for %d steps", tones, steps)
	}
}

// spoken lets a practice run until its end, and gives the words of its steps and how long it ran.
func spoken(r *room.Room, values *[]dsp.Value, p config.Practice) (texts []string, length time.Duration) {
	evening := time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)
	for now := time.Duration(0); now < time.Hour; now += tickEvery {
		*values = r.Tick(*values, now, evening.Add(now))
		s := r.Status()
		if s.Practice != p.Name {
			return texts, now
		}
		if len(texts) == 0 || texts[len(texts)-1] != s.Step {
			texts = append(texts, s.Step)
		}
	}
	return texts, time.Hour
}
