package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/wire"
)

const stateKeys = "state confidence unknown_reason contact problem arousal vagal heart_rate_bpm rmssd_ms rsa_ln_ms2 breathing_per_min " +
	"scl_microsiemens scr_per_min pulse_quality eda_quality session_s recovery_half_life_s coregulation_r reasons"

const allNull = `{"state":null,"confidence":null,"unknown_reason":null,"contact":null,"problem":null,"arousal":null,"vagal":null,` +
	`"heart_rate_bpm":null,"rmssd_ms":null,"rsa_ln_ms2":null,"breathing_per_min":null,"scl_microsiemens":null,"scr_per_min":null,` +
	`"pulse_quality":null,"eda_quality":null,"session_s":null,"recovery_half_life_s":null,"coregulation_r":null,"reasons":null}`

// viewOf is a view of wearer a that has heard one of everything at 70 s.
func viewOf(share pipeline.Share, sensed bool) *wire.WearerView {
	v := wire.NewWearerView("a", dsp.ChannelPulse, dsp.ChannelEDA)
	v.Follow(0, wire.Standing{Share: share, Sensed: sensed, Member: true, Paired: sensed})
	hear(v, 70*time.Second)
	return v
}

func hear(v *wire.WearerView, at time.Duration) {
	for _, value := range []pipeline.Value{
		dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.9},
		dsp.Signal{Channel: dsp.ChannelEDA, Contact: true, Quality: 0.8},
		dsp.HeartRate{BPM: some(64.2)},
		dsp.HRV{Window: time.Minute, RMSSD: some(40), RSALn: some(6)},
		dsp.HRV{Window: 5 * time.Minute, RMSSD: some(99), RSALn: some(9)},
		dsp.Respiration{Rate: some(14)},
		dsp.EDA{SCL: some(4.2), SCRPerMin: some(3)},
		regulation.State{Name: regulation.Settled, Confidence: 0.8, Arousal: some(-0.4), Vagal: some(0.6),
			Reasons: []regulation.Reason{{Feature: "scr_per_min", Z: -0.8}}},
		regulation.Recovery{ArousalHalfLife: some(42)},
	} {
		v.Apply(nil, of("a", at, value))
	}
	v.Apply(nil, of("", at, regulation.Coregulation{Signal: "heart_rate", R: some(0.5), Significant: true}))
}

// published reads the next state message; nil where none is due.
func published(t testing.TB, v *wire.WearerView, now time.Duration) map[string]any {
	b, due := v.Publish(nil, now)
	if !due {
		return nil
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return m
}

func TestNothingKnownIsEveryKeyWithoutAValue(t *testing.T) {
	if got := string(wire.NothingKnown()); got != allNull {
		t.Errorf("got %s", got)
	}
}

func TestTheStateShowsWhatIsShared(t *testing.T) {
	atState := strings.NewReplacer(`"state":null`, `"state":"settled"`, `"confidence":null`, `"confidence":0.80`,
		`"contact":null`, `"contact":true`, `"problem":null`, `"problem":false`).Replace(allNull)
	full := `{"state":"settled","confidence":0.80,"unknown_reason":null,"contact":true,"problem":false,"arousal":-0.40,"vagal":0.60,` +
		`"heart_rate_bpm":64.2,"rmssd_ms":40.00,"rsa_ln_ms2":6.000,"breathing_per_min":14.00,"scl_microsiemens":4.200,"scr_per_min":3.0,` +
		`"pulse_quality":0.90,"eda_quality":0.80,"session_s":60,"recovery_half_life_s":42.0,"coregulation_r":0.50,"reasons":["scr_per_min -0.8"]}`
	for _, c := range []struct {
		name   string
		share  pipeline.Share
		sensed bool
		want   string
	}{
		{"everything at full", pipeline.ShareFull, true, full},
		{"the state and whether something is wrong at state", pipeline.ShareState, true, atState},
		{"nothing at none, whatever was heard", pipeline.ShareNone, true, allNull},
		{"nothing while sensing is off, whatever is shared", pipeline.ShareFull, false, allNull},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, due := viewOf(c.share, c.sensed).Publish([]byte("x"), 70*time.Second)
			if !due || string(got) != "x"+c.want {
				t.Errorf("due %v, got\n%s\nwant\n%s", due, got, c.want)
			}
			if got := strings.Join(topKeys(t, got[1:]), " "); got != stateKeys {
				t.Errorf("keys %s", got)
			}
		})
	}
}

func TestValuesAreWithdrawn(t *testing.T) {
	const at = 71 * time.Second
	pulse := []string{"heart_rate_bpm", "rmssd_ms", "rsa_ln_ms2", "breathing_per_min"}
	skin := []string{"scl_microsiemens", "scr_per_min"}
	for _, c := range []struct {
		name        string
		happens     func(v *wire.WearerView)
		gone, stays []string
	}{
		{"those of the pulse when its sensor loses contact",
			func(v *wire.WearerView) { v.Apply(nil, of("a", at, dsp.Signal{Channel: dsp.ChannelPulse})) },
			pulse, append(skin, "state", "contact")},
		{"those of the skin when the electrodes come off",
			func(v *wire.WearerView) { v.Apply(nil, of("a", at, dsp.Signal{Channel: dsp.ChannelEDA})) },
			skin, append(pulse, "state")},
		{"one that cannot be computed any more",
			func(v *wire.WearerView) { v.Apply(nil, of("a", at, dsp.HeartRate{})) },
			[]string{"heart_rate_bpm"}, []string{"rmssd_ms"}},
		{"all measured ones while the sensors are set up",
			func(v *wire.WearerView) { v.Apply(nil, of("a", at, regulation.State{Unknown: regulation.ReasonSetUp})) },
			append(pulse, skin...), []string{"state", "unknown_reason"}},
		{"all by a change of share, until they are heard anew",
			func(v *wire.WearerView) {
				v.Follow(at, wire.Standing{Share: pipeline.ShareState, Sensed: true, Member: true})
				v.Follow(at, wire.Standing{Share: pipeline.ShareFull, Sensed: true, Member: true})
			},
			append(append([]string{"state", "contact", "pulse_quality", "reasons"}, pulse...), skin...), []string{"session_s"}},
		{"those of the session when it is left",
			func(v *wire.WearerView) { v.Follow(at, wire.Standing{Share: pipeline.ShareFull, Sensed: true}) },
			[]string{"session_s", "recovery_half_life_s", "coregulation_r"}, pulse},
		{"co-regulation when the other one pauses",
			func(v *wire.WearerView) {
				v.Follow(at, wire.Standing{Share: pipeline.ShareFull, Sensed: true, Member: true})
			},
			[]string{"coregulation_r"}, pulse},
		{"co-regulation that is not significant",
			func(v *wire.WearerView) {
				v.Apply(nil, of("", at, regulation.Coregulation{Signal: "heart_rate", R: some(0.9)}))
			},
			[]string{"coregulation_r"}, pulse},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := viewOf(pipeline.ShareFull, true)
			published(t, v, 70*time.Second)
			c.happens(v)
			got := published(t, v, at)
			if got == nil {
				t.Fatal("the withdrawal is not told at once")
			}
			for _, k := range c.gone {
				if got[k] != nil {
					t.Errorf("%s is still %v", k, got[k])
				}
			}
			for _, k := range c.stays {
				if got[k] == nil {
					t.Errorf("%s is gone", k)
				}
			}
		})
	}
}

func TestAValueWithoutSuccessorGrowsOld(t *testing.T) {
	v := viewOf(pipeline.ShareFull, true)
	published(t, v, 70*time.Second)
	if got := published(t, v, 86*time.Second); got["heart_rate_bpm"] != nil || got["state"] == nil {
		t.Errorf("after 16 s: heart rate %v, state %v", got["heart_rate_bpm"], got["state"])
	}
	if got := published(t, v, 96*time.Second); got["state"] != nil || got["contact"] != nil || got["problem"] != true {
		t.Errorf("after 26 s: %v", got)
	}
}

func TestAStateIsToldWhenItIsDue(t *testing.T) {
	s := func(n float64) time.Duration { return 70*time.Second + time.Duration(n*float64(time.Second)) }
	v := viewOf(pipeline.ShareFull, true)
	steps := []struct {
		name    string
		at      time.Duration
		happens pipeline.Value
		due     bool
	}{
		{"at first", s(0), nil, true},
		{"not without a change", s(0.5), nil, false},
		{"not a small change", s(1), dsp.HeartRate{BPM: some(64.9)}, false},
		{"not a change of heart rate within 5 s", s(2), dsp.HeartRate{BPM: some(70)}, false},
		{"but then", s(5), dsp.HeartRate{BPM: some(70)}, true},
		{"not two messages of numbers within 1 s", s(5.5), dsp.EDA{SCL: some(5), SCRPerMin: some(3)}, false},
		{"the second after that", s(6), nil, true},
		{"a name at once", s(6.1), regulation.State{Name: regulation.Engaged, Confidence: 0.8, Arousal: some(1.4), Vagal: some(0.6)}, true},
		{"lost contact at once", s(6.2), dsp.Signal{Channel: dsp.ChannelPulse}, true},
		{"a fault at once", s(6.3), dsp.Fault{Source: "adc", Reason: "no answer"}, true},
		{"its end at once", s(6.4), dsp.Fault{Source: "adc"}, true},
	}
	for _, st := range steps {
		if st.happens != nil {
			v.Apply(nil, of("a", st.at, st.happens))
		}
		if _, due := v.Publish(nil, st.at); due != st.due {
			t.Errorf("%s: due %v", st.name, due)
		}
	}
	v.Again()
	if _, due := v.Publish(nil, s(6.5)); !due {
		t.Error("after a birth message nothing was told")
	}
}

// Nobody shall read "unknown, 80 % sure".
func TestAWordComesWithItsOwnConfidence(t *testing.T) {
	v := viewOf(pipeline.ShareFull, true)
	published(t, v, 70*time.Second)
	v.Apply(nil, of("a", 71*time.Second, regulation.State{Unknown: regulation.ReasonMoving}))
	if m := published(t, v, 71*time.Second); m["state"] != "unknown" || m["confidence"] != 0.0 {
		t.Errorf("%v %v, want unknown and 0", m["state"], m["confidence"])
	}
	hear(v, 72*time.Second)
	if m := published(t, v, 72*time.Second); m["state"] != "settled" || m["confidence"] != 0.8 {
		t.Errorf("%v %v, want settled and 0.8", m["state"], m["confidence"])
	}
	v.Apply(nil, of("a", 73*time.Second, regulation.State{Name: regulation.Settled, Confidence: 0.5}))
	if m := published(t, v, 74*time.Second); m != nil && m["confidence"] != 0.8 {
		t.Errorf("within the same word: %v, want 0.8 for 5 s", m["confidence"])
	}
}

func TestAQuietViewAllocatesNothing(t *testing.T) {
	v := viewOf(pipeline.ShareFull, true)
	buf, _ := v.Publish(make([]byte, 0, 1024), 70*time.Second)
	beat := of("a", 70*time.Second, dsp.Beat{})
	rate := of("a", 70*time.Second, dsp.HeartRate{BPM: some(64)})
	if n := testing.AllocsPerRun(100, func() {
		v.Apply(buf[:0], beat)
		v.Apply(buf[:0], rate)
		v.Publish(buf[:0], 70*time.Second)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestProblemAndStatusFollowTheSensors(t *testing.T) {
	v := wire.NewWearerView("a", dsp.ChannelPulse)
	if v.Status() != wire.WearerPaused {
		t.Error("before anything is known sensing counts as off")
	}
	on := wire.Standing{Share: pipeline.ShareState, Sensed: true}
	v.Follow(0, on)
	if got := published(t, v, 29*time.Second); got["problem"] != false || got["contact"] != nil {
		t.Errorf("a sensor has 30 s to be put on: %v", got)
	}
	if got := published(t, v, 30*time.Second); got["problem"] != true {
		t.Errorf("a sensor that was never heard is a problem: %v", got)
	}
	v.Apply(nil, of("a", 40*time.Second, dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 1}))
	if got := published(t, v, 40*time.Second); got["problem"] != false || got["contact"] != true {
		t.Errorf("a sensor that sits well is none: %v", got)
	}
	v.Apply(nil, of("", 41*time.Second, dsp.Fault{Source: "adc", Reason: "no answer"}))
	if got := published(t, v, 41*time.Second); got["problem"] != true || v.Status() != wire.WearerOffline {
		t.Errorf("a fault of a shared chip is everybody's: %v, %v", got, v.Status())
	}
	v.Follow(42*time.Second, wire.Standing{Share: pipeline.ShareNone, Sensed: true})
	if v.Status() != wire.WearerOnline {
		t.Error("at share none only the sensing switch is told")
	}
	v.Follow(43*time.Second, wire.Standing{Share: pipeline.ShareFull})
	if v.Status() != wire.WearerPaused {
		t.Error("sensing is off")
	}
}

func TestMomentsOfAWearerAreTold(t *testing.T) {
	state := func(n regulation.Name, r regulation.UnknownReason) pipeline.Value {
		return regulation.State{Name: n, Confidence: 0.6, Unknown: r, Arousal: some(2)}
	}
	v := wire.NewWearerView("a", dsp.ChannelPulse)
	v.Follow(0, wire.Standing{Share: pipeline.ShareState, Sensed: true})
	for _, c := range []struct {
		name, wearer string
		value        pipeline.Value
		want         string
	}{
		{"the first state is no change", "a", state(regulation.Unknown, regulation.ReasonLearning), ""},
		{"another reason is no other name", "a", state(regulation.Unknown, regulation.ReasonMoving), ""},
		{"another name is", "a", state(regulation.Settled, 0), `{"event_type":"state_changed","state":"settled","confidence":0.60,"unknown_reason":null}`},
		{"the same name is not", "a", state(regulation.Settled, 0), ""},
		{"nor is another wearer's", "b", state(regulation.Engaged, 0), ""},
		{"not to know any more is a change", "a", state(regulation.Unknown, regulation.ReasonNoContact), `{"event_type":"state_changed","state":"unknown","confidence":0.60,"unknown_reason":"no_contact"}`},
		{"a refusal of this wearer's command", "a", pipeline.Refused{Name: "resume", Reason: "no"}, `{"event_type":"command_refused","name":"resume","reason":"no"}`},
		{"not of another's", "b", pipeline.Refused{Name: "resume", Reason: "no"}, ""},
		{"not of the room's", "", pipeline.Refused{Name: "pause", Reason: "no"}, ""},
	} {
		if got := string(v.Apply([]byte("x"), of(c.wearer, time.Second, c.value))); got != "x"+c.want {
			t.Errorf("%s: got %s", c.name, got)
		}
	}
	v.Follow(time.Second, wire.Standing{Share: pipeline.ShareNone, Sensed: true})
	v.Apply(nil, of("a", time.Second, state(regulation.Settled, 0)))
	if got := v.Apply(nil, of("a", time.Second, state(regulation.Engaged, 0))); len(got) != 0 {
		t.Errorf("at share none a change was told: %s", got)
	}
}

func TestNothingHeardEverPassesAShareThatDoesNotCoverIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := wire.NewWearerView("a", dsp.ChannelPulse, dsp.ChannelEDA)
		v.Follow(0, wire.Standing{Share: pipeline.ShareFull, Sensed: true, Member: true})
		now := time.Duration(0)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now += time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "wait"))
			share := pipeline.Share(rapid.IntRange(0, 2).Draw(t, "share"))
			sensed := rapid.Bool().Draw(t, "sensed")
			v.Follow(now, wire.Standing{Share: share, Sensed: sensed, Member: rapid.Bool().Draw(t, "member")})
			if rapid.Bool().Draw(t, "hear") {
				hear(v, now)
			}
			b, due := v.Publish(nil, now)
			switch {
			case !due:
			case (share == pipeline.ShareNone || !sensed) && string(b) != allNull:
				t.Fatalf("share %v, sensed %v: %s", share, sensed, b)
			case share == pipeline.ShareState && !strings.HasSuffix(string(b), allNull[strings.Index(allNull, `"arousal"`):]):
				t.Fatalf("share state: %s", b)
			}
			if _, again := v.Publish(nil, now); again {
				t.Fatal("the same was due twice at one instant")
			}
		}
	})
}
