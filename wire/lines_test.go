package wire_test

import (
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/wire"
)

func TestTheScreenShowsOneReadableLine(t *testing.T) {
	pulse := func(contact bool, q float64) pipeline.Event {
		return of("a", 0, dsp.Signal{Channel: dsp.ChannelPulse, Contact: contact, Quality: q})
	}
	skin := of("a", 0, dsp.Signal{Channel: dsp.ChannelEDA, Contact: true, Quality: 0.6})
	rate := func(bpm float64) pipeline.Event { return of("a", 0, dsp.HeartRate{BPM: some(bpm)}) }
	steady := of("a", 0, regulation.State{Name: regulation.Settled, Confidence: 0.8, Reasons: []regulation.Reason{{Feature: "scr_per_min", Z: -0.8}, {Feature: "rmssd", Z: 0.5}}})
	for _, c := range []struct {
		name   string
		at     time.Duration
		events []pipeline.Event
		want   string
	}{
		{"nothing yet", time.Second, nil, "00:01  nothing heard so far"},
		{"everything", 42 * time.Second, []pipeline.Event{rate(64.2), steady, pulse(true, 0.97), skin},
			"00:42  a:  64 bpm, steady (sweat responses fewer, -0.8), pulse good, skin fair"},
		{"a name that is doubted is told with a perhaps", 0, []pipeline.Event{rate(64), of("a", 0, regulation.State{Name: regulation.Settled, Confidence: 0.2,
			Reasons: []regulation.Reason{{Feature: "heart_rate", Z: 0.9}}})},
			"00:00  a:  64 bpm, perhaps steady (heart rate faster, +0.9)"},
		{"what speaks against a name is not told as its reason", 0, []pipeline.Event{rate(64), of("a", 0, regulation.State{Name: regulation.Activated, Confidence: 0.2,
			Reasons: []regulation.Reason{{Feature: "heart_rate", Z: -2.4}, {Feature: "rmssd", Z: -1.2}}})},
			"00:00  a:  64 bpm, perhaps wound up (though heart rate slower, -2.4)"},
		{"a fast heart keeps its column", 107*time.Minute + 5*time.Second, []pipeline.Event{rate(121.6)}, "107:05  a: 122 bpm, no state"},
		{"a rate that goes is not shown on", 0, []pipeline.Event{rate(64), of("a", 0, dsp.HeartRate{})}, "00:00  a:  -- bpm, no state"},
		{"not sure says why", 0, []pipeline.Event{rate(64), of("a", 0, regulation.State{Unknown: regulation.ReasonLearning, Reasons: []regulation.Reason{{Feature: "rsa", Z: 2}}})},
			"00:00  a:  64 bpm, not sure (your rest is not known yet: 0 of 3 quiet minutes)"},
		{"learning says how far it is", 0, []pipeline.Event{rate(64), of("a", 0, regulation.State{Unknown: regulation.ReasonLearning, QuietMinutes: 2})},
			"00:00  a:  64 bpm, not sure (your rest is not known yet: 2 of 3 quiet minutes)"},
		{"learning says where it does not come by itself", 0, []pipeline.Event{rate(64), of("a", 0, regulation.State{Unknown: regulation.ReasonLearning, DeclaredOnly: true})},
			"00:00  a:  64 bpm, not sure (your rest is not known yet: 0 of 3 quiet minutes, here by hubd rest only)"},
		{"a lost sensor", 0, []pipeline.Event{pulse(false, 0)}, "00:00  a:  -- bpm, no state, pulse no contact"},
		{"two people side by side", 0, []pipeline.Event{rate(64), of("b", 0, dsp.HeartRate{BPM: some(72)})},
			"00:00  a:  64 bpm, no state | b:  72 bpm, no state"},
		{"a pause withdraws everything of a body", 0, []pipeline.Event{rate(64), steady, pulse(true, 1), of("", 0, room.Session{Phase: room.PhasePause})},
			"00:00  a:  -- bpm, no state | paused"},
		{"a resume goes on", 0, []pipeline.Event{of("", 0, room.Session{Phase: room.PhasePause}), of("", 0, room.Session{Phase: room.PhaseResume}), rate(64)},
			"00:00  a:  64 bpm, no state"},
		{"a fault, in plain letters", 0, []pipeline.Event{rate(64), of("a", 0, dsp.Fault{Source: "ads1115@48", Reason: "no answer\x1b[2J: check SDA → SCL, 5 µS"})},
			"00:00  a:  64 bpm, no state | ads1115@48: no answer?[2J: check SDA ? SCL, 5 µS"},
		{"a fault that is over", 0, []pipeline.Event{rate(64), of("a", 0, dsp.Fault{Source: "x", Reason: "y"}), of("a", 0, dsp.Fault{Source: "x"})},
			"00:00  a:  64 bpm, no state"},
	} {
		var s wire.Screen
		for _, e := range c.events {
			s.Apply(e)
		}
		if got := s.Line(c.at); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestTheScreenSaysHowItIsWithEachLamp(t *testing.T) {
	at := func(asked, reported float64) room.AttributeStatus {
		return room.AttributeStatus{Asked: some(asked), Reported: some(reported)}
	}
	left := func(reported float64) room.AttributeStatus { return room.AttributeStatus{Reported: some(reported)} }
	held := func(reported float64) room.AttributeStatus {
		return room.AttributeStatus{Reported: some(reported), Hand: true}
	}
	for _, c := range []struct {
		name string
		lamp room.LampStatus
		want string
	}{
		{"it has arrived", room.LampStatus{On: some(1), Brightness: at(35, 34), Kelvin: at(2400, 2410)}, "35 % 2400 K"},
		{"it is on its way", room.LampStatus{On: some(1), Brightness: at(35, 60), Kelvin: at(2400, 3000)}, "35 % 2400 K, on the way from 60 %"},
		{"nothing is asked of it", room.LampStatus{On: some(1), Brightness: left(60), Kelvin: left(3000)}, "60 % 3000 K, left alone"},
		{"one white, taken by hand", room.LampStatus{On: some(1), Brightness: held(80), Kelvin: room.AttributeStatus{Hand: true}}, "80 %, by hand"},
		{"only its brightness is taken", room.LampStatus{On: some(1), Brightness: held(80), Kelvin: at(2400, 2400)}, "80 % 2400 K, brightness by hand"},
		{"only its white is taken", room.LampStatus{On: some(1), Brightness: at(30, 30), Kelvin: held(4000)}, "30 % 4000 K, white by hand"},
		{"it is off", room.LampStatus{On: some(0), Brightness: left(0)}, "off"},
		{"it is cut off", room.LampStatus{Gone: true}, "not reached"},
		{"it has never been heard", room.LampStatus{}, "has not said how it is"},
	} {
		c.lamp.Lamp = "bed"
		var s wire.Screen
		s.Lamps([]room.LampStatus{c.lamp})
		if got, want := s.Line(0), "00:00  nothing heard so far | lamp bed "+c.want; got != want {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}

func TestEachChangeOfStateIsExplainedOnce(t *testing.T) {
	state := func(w string, at time.Duration, s regulation.State) pipeline.Event { return of(w, at, s) }
	learning := regulation.State{Unknown: regulation.ReasonLearning, Arousal: some(0.2)}
	further := learning
	further.QuietMinutes = 2
	wound := regulation.State{Name: regulation.Activated, Confidence: 0.72, Arousal: some(1.41), Vagal: some(-1.2), Stage: regulation.StageKnown,
		Reasons: []regulation.Reason{{Feature: "heart_rate", Z: 1.4}, {Feature: "scl_change", Z: 1.2}, {Feature: "rsa", Z: -1.1}, {Feature: "rmssd", Z: -0.9}}}
	var x wire.Explainer
	var got []byte
	for _, e := range []pipeline.Event{
		state("a", time.Second, learning), state("a", 11*time.Second, learning),
		of("a", 12*time.Second, dsp.HeartRate{}),
		state("b", 20*time.Second, wound), state("a", 61*time.Second, further),
		state("a", 125*time.Second, wound), state("a", 135*time.Second, wound),
		state("a", 140*time.Second, regulation.State{Unknown: regulation.ReasonNoContact, Stage: regulation.StageKnown}),
	} {
		got = x.Apply(got, e)
	}
	const why = "wound up, 0.72 sure; heart and sweat +1.4, rhythm -1.2, compared with your own rest: " +
		"heart rate faster, +1.4; skin moisture higher, +1.2; rhythm with the breath tighter, -1.1\n"
	const learns, more = "not sure (your rest is not known yet: 0 of 3 quiet minutes)", "not sure (your rest is not known yet: 2 of 3 quiet minutes)"
	want := "00:01  a: " + learns + "; heart and sweat +0.2, rhythm not read, for now by what is usual\n" +
		"00:20  b: " + why +
		"01:01  a: " + learns + " -> " + more + "; heart and sweat +0.2, rhythm not read, for now by what is usual\n" +
		"02:05  a: " + more + " -> " + why +
		"02:20  a: wound up -> not sure (no contact); heart and sweat not read, rhythm not read\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestNoWordPromisesAnythingOfAPerson reads every line that can be made of states, reasons and features.
func TestNoWordPromisesAnythingOfAPerson(t *testing.T) {
	var all strings.Builder
	for n := regulation.Unknown; n <= regulation.Withdrawn; n++ {
		for r := regulation.ReasonNone; r <= regulation.ReasonSetUp; r++ {
			for _, f := range []string{"scr_per_min", "scl_change", "heart_rate", "rmssd", "rsa", "another"} {
				for _, z := range []float64{-1, 0, 1} {
					s := regulation.State{Name: n, Unknown: r, Reasons: []regulation.Reason{{Feature: f, Z: z}}}
					var screen wire.Screen
					screen.Apply(of("a", 0, s))
					all.WriteString(screen.Line(0))
					var x wire.Explainer
					all.Write(x.Apply(nil, of("a", 0, s)))
				}
			}
		}
	}
	for _, word := range []string{"safe", "ready", "willing", "consent", "calm", "normal", "healthy", "arous", "vagal", "baseline", "z-score", "conductance"} {
		if strings.Contains(strings.ToLower(all.String()), word) {
			t.Errorf("a line says %q of a person", word)
		}
	}
}
