package wire_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/wire"
)

const ms = time.Millisecond

// lines holds one event of every kind, as design section 6.2 prints it, and once more with everything unknown.
var lines = []struct {
	name  string
	event pipeline.Event
	want  string
}{
	{"a wave has a null where samples are missing",
		of("a", 2*time.Second, pipeline.Wave{Channel: dsp.ChannelPulse, Points: []pipeline.WavePoint{{T: 1980 * ms, Value: some(1.23456)}, {T: 2 * time.Second}}}),
		`{"type":"wave","wearer":"a","at_s":2.000,"channel":"pulse","unit":"v","t_s":[1.980,2.000],"values":[1.2346,null]}`},
	{"a wave of skin conductance is in microsiemens",
		of("a", 2*time.Second, pipeline.Wave{Channel: dsp.ChannelEDA, Points: []pipeline.WavePoint{{T: 2 * time.Second, Value: some(4.2)}}}),
		`{"type":"wave","wearer":"a","at_s":2.000,"channel":"eda","unit":"microsiemens","t_s":[2.000],"values":[4.200]}`},
	{"a beat has its time to a tenth of a millisecond",
		of("a", 12610*ms, dsp.Beat{T: 12345600 * time.Microsecond, Amplitude: 0.5, Quality: 0.97}),
		`{"type":"beat","wearer":"a","at_s":12.610,"t_s":12.3456,"quality":0.97}`},
	{"an interval is closed by the beat it names",
		of("a", 12610*ms, dsp.IBI{T: 12345600 * time.Microsecond, Dur: 812500 * time.Microsecond, Class: dsp.ClassNN}),
		`{"type":"ibi","wearer":"a","at_s":12.610,"t_s":12.3456,"ibi_ms":812.5,"kind":"nn"}`},
	{"HRV measures carry window and number of intervals",
		of("a", 60*time.Second, dsp.HRV{Window: time.Minute, N: 70, MeanNN: some(857.1234), SDNN: some(40), RMSSD: some(37.826),
			PNN50: some(12.5), HF: some(640.25), RSA: some(61.5), RSALn: some(6.4567), ExcludedPercent: some(0)}),
		`{"type":"hrv","wearer":"a","at_s":60.000,"window_s":60,"n":70,"mean_nn_ms":857.12,"sdnn_ms":40.00,"rmssd_ms":37.83,"pnn50_percent":12.50,"lf_ms2":null,"hf_ms2":640.2,"rsa_ms":61.50,"rsa_ln_ms2":6.457,"excluded_percent":0.00}`},
	{"HRV that cannot be computed is null",
		of("a", 5*time.Second, dsp.HRV{Window: time.Minute}),
		`{"type":"hrv","wearer":"a","at_s":5.000,"window_s":60,"n":0,"mean_nn_ms":null,"sdnn_ms":null,"rmssd_ms":null,"pnn50_percent":null,"lf_ms2":null,"hf_ms2":null,"rsa_ms":null,"rsa_ln_ms2":null,"excluded_percent":null}`},
	{"breathing names the middle of its window",
		of("a", 40*time.Second, dsp.Respiration{T: 24 * time.Second, Rate: some(14.25), Quality: 0.8}),
		`{"type":"respiration","wearer":"a","at_s":40.000,"t_s":24.000,"rate_per_min":14.25,"quality":0.80}`},
	{"skin conductance says whether it is calibrated",
		of("b", 9*time.Second, dsp.EDA{SCL: some(4.2), SCRPerMin: some(3), Calibrated: true}),
		`{"type":"eda","wearer":"b","at_s":9.000,"scl_microsiemens":4.200,"scr_per_min":3.0,"calibrated":true}`},
	{"a skin response that never came half back has no recovery",
		of("a", 20*time.Second, dsp.SCR{Onset: 8 * time.Second, Peak: 9500 * ms, Amplitude: 0.1234}),
		`{"type":"scr","wearer":"a","at_s":20.000,"onset_s":8.000,"peak_s":9.500,"amplitude_microsiemens":0.123,"rise_s":1.500,"half_recovery_s":null}`},
	{"a good signal has no reason",
		of("a", 10*time.Second, dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.97}),
		`{"type":"signal","wearer":"a","at_s":10.000,"channel":"pulse","contact":true,"quality":0.97,"reason":null}`},
	{"a poor signal says why, in any script",
		of("a", 10*time.Second, dsp.Signal{Channel: dsp.ChannelEDA, Reason: "electrode \"dry\"\n\xff µ\u2028"}),
		`{"type":"signal","wearer":"a","at_s":10.000,"channel":"eda","contact":false,"quality":0.00,"reason":"electrode \"dry\"\u000a\ufffd µ\u2028"}`},
	{"a state carries what moved it",
		of("a", 90*time.Second, regulation.State{Name: regulation.Settled, Confidence: 0.8, Arousal: some(-0.4), Vagal: some(0.6),
			Reasons: []regulation.Reason{{Feature: "scr_per_min", Z: -0.8}, {Feature: "rmssd", Z: 0.62}}, Stage: regulation.StageFirst}),
		`{"type":"state","wearer":"a","at_s":90.000,"state":"settled","confidence":0.80,"arousal":-0.40,"vagal":0.60,"reasons":["scr_per_min -0.8","rmssd 0.6"],"unknown_reason":null,"stage":"first"}`},
	{"an unknown state says why",
		of("a", time.Second, regulation.State{Unknown: regulation.ReasonNoContact}),
		`{"type":"state","wearer":"a","at_s":1.000,"state":"unknown","confidence":0.00,"arousal":null,"vagal":null,"reasons":[],"unknown_reason":"no_contact","stage":"new"}`},
	{"heart rate is null under five intervals",
		of("a", time.Second, dsp.HeartRate{}),
		`{"type":"heart_rate","wearer":"a","at_s":1.000,"bpm":null}`},
	{"a night is summed up in the morning",
		of("a", 8*time.Hour, regulation.Night{Worn: 7 * time.Hour, Usable: 6 * time.Hour, LowestBPM: some(48.25), RestlessPeriods: some(4)}),
		`{"type":"night","wearer":"a","at_s":28800.000,"worn_s":25200.000,"usable_s":21600.000,"lowest_bpm":48.2,"median_bpm":null,"rmssd_ms":null,"breathing_per_min":null,"restless_periods":4}`},
	{"a refusal names no wearer",
		of("a", 3*time.Second, pipeline.Refused{Name: "resume", Reason: "no"}),
		`{"type":"command_refused","at_s":3.000,"name":"resume","reason":"no"}`},
	{"coherence is measured against the pacer",
		of("a", 3*time.Second, dsp.Coherence{Ratio: some(0.731), PhaseDeg: some(-12.6), Pace: 6}),
		`{"type":"coherence","wearer":"a","at_s":3.000,"ratio":0.73,"phase_deg":-13,"pace_per_min":6.00}`},
	{"recovery may be known for one axis only",
		of("a", 3*time.Second, regulation.Recovery{ArousalHalfLife: some(42.04)}),
		`{"type":"recovery","wearer":"a","at_s":3.000,"arousal_half_life_s":42.0,"heart_rate_half_life_s":null}`},
	{"co-regulation is of two and names neither",
		of("", 3*time.Second, regulation.Coregulation{Signal: "heart_rate", R: some(0.456), Lag: some(-1.5)}),
		`{"type":"coregulation","at_s":3.000,"signal":"heart_rate","r":0.46,"lag_s":-1.5,"significant":false}`},
	{"a session says its kind",
		of("", 0, room.Session{Of: room.Together, Phase: room.PhaseStart, Private: true}),
		`{"type":"session","at_s":0.000,"kind":"together","phase":"start","private":true}`},
	{"a session whose kind is withheld tells nothing of its privacy",
		of("", 0, room.Session{Phase: room.PhaseEnd}),
		`{"type":"session","at_s":0.000,"kind":null,"phase":"end","private":null}`},
	{"a check-in may concern one wearer",
		of("a", 0, room.CheckIn{Reason: "asked"}),
		`{"type":"check_in","wearer":"a","at_s":0.000,"reason":"asked"}`},
	{"a check-in of the room names nobody",
		of("", 0, room.CheckIn{}),
		`{"type":"check_in","wearer":null,"at_s":0.000,"reason":null}`},
	{"a practice is told in its phases",
		of("", 0, room.Practice{Name: "breath", Phase: room.PracticeDone}),
		`{"type":"practice","at_s":0.000,"name":"breath","phase":"done"}`},
	{"what a practice came to", of("a", 300*time.Second, pipeline.PracticeResult{
		Practice: "breath", Ran: 5 * time.Minute, CoherenceMean: some(0.712), ArousalBefore: some(1.25), ArousalAfter: some(-0.1)}),
		`{"type":"practice_result","wearer":"a","at_s":300.000,"practice":"breath","ran_s":300.000,"coherence_mean":0.71,"arousal_before":1.25,"arousal_after":-0.10,"resonance_per_min":null,"swing_bpm":null,"paces_judged":null,"note":null}`},
	{"a wearer joins", of("a", 300*time.Second, pipeline.Part{Of: room.Together, Joined: true, Private: true}),
		`{"type":"part","wearer":"a","at_s":300.000,"session":"together","phase":"joined","private":true}`},
	{"a wearer leaves", of("a", 300*time.Second, pipeline.Part{Of: room.Alone}),
		`{"type":"part","wearer":"a","at_s":300.000,"session":"alone","phase":"left","private":false}`},
	{"a setting changes", of("a", 300*time.Second, pipeline.Choice{Name: "keep", Word: "rest"}),
		`{"type":"choice","wearer":"a","at_s":300.000,"name":"keep","value":"rest"}`},
	{"an answer", of("a", 300*time.Second, pipeline.Answered{Word: "space"}), `{"type":"answered","wearer":"a","at_s":300.000,"answer":"space"}`},
	{"what a search for the best pace found", of("a", 600*time.Second, pipeline.PracticeResult{
		Practice: "resonance", Ran: 10 * time.Minute, Pace: dsp.Swing{Pace: 5.5, BPM: some(14.26)}, Tried: 5, Judged: 4}),
		`{"type":"practice_result","wearer":"a","at_s":600.000,"practice":"resonance","ran_s":600.000,"coherence_mean":null,"arousal_before":null,"arousal_after":null,"resonance_per_min":5.50,"swing_bpm":14.3,"paces_judged":4,"note":null}`},
	{"a search that found nothing says so", of("a", 600*time.Second, pipeline.PracticeResult{
		Practice: "resonance", Ran: 10 * time.Minute, Tried: 5, Judged: 2}),
		`{"type":"practice_result","wearer":"a","at_s":600.000,"practice":"resonance","ran_s":600.000,"coherence_mean":null,"arousal_before":null,"arousal_after":null,"resonance_per_min":null,"swing_bpm":null,"paces_judged":2,"note":"too few paces could be judged: nothing is remembered"}`},
	{"so does one that could look at no pulse at all", of("a", 600*time.Second, pipeline.PracticeResult{Practice: "resonance", Ran: 10 * time.Minute}),
		`{"type":"practice_result","wearer":"a","at_s":600.000,"practice":"resonance","ran_s":600.000,"coherence_mean":null,"arousal_before":null,"arousal_after":null,"resonance_per_min":null,"swing_bpm":null,"paces_judged":0,"note":"too few paces could be judged: nothing is remembered"}`},
	{"a reminder names nobody and nothing",
		of("", time.Second, room.Reminder{Words: "Time for a quiet moment."}),
		`{"type":"reminder","at_s":1.000,"text":"Time for a quiet moment."}`},
	{"a cue of light alone has no sound and no pace",
		of("", time.Second, room.Cue{Scene: "settle", Light: room.Light{Brightness: 35, Kelvin: 2400, Transition: 10 * time.Second}, Reason: "state"}),
		`{"type":"cue","at_s":1.000,"scene":"settle","light":{"brightness_percent":35.0,"kelvin":2400,"transition_s":10.0},"sound":null,"pace":null,"reason":"state"}`},
	{"a cue of everything has everything, and withheld words are null",
		of("", time.Second, room.Cue{Light: room.Light{Brightness: 12.5, Kelvin: 2200, Transition: 1500 * ms},
			Sound: room.Sound{Bed: "rain", LevelDB: some(-38), HumHz: some(110)},
			Pace:  room.Pace{BreathsPerMin: 5.5, InhaleShare: 0.4, PhaseZero: 61250 * ms}}),
		`{"type":"cue","at_s":1.000,"scene":null,"light":{"brightness_percent":12.5,"kelvin":2200,"transition_s":1.5},"sound":{"bed":"rain","level_db":-38.0,"swell_db":null,"hum_hz":110.0},"pace":{"breaths_per_min":5.50,"inhale_share":0.40,"hold_s":0.0,"phase_zero_s":61.250},"reason":null}`},
	{"a lamp is asked for one attribute at a time",
		of("", time.Second, room.LampCommand{Lamp: "bed", Brightness: some(35)}),
		`{"type":"lamp","at_s":1.000,"lamp":"bed","owner":"hubd","brightness_percent":35.0,"kelvin":null}`},
	{"a lamp taken by hand is let go",
		of("", time.Second, room.LampCommand{Lamp: "bed", Owner: room.OwnerHand}),
		`{"type":"lamp","at_s":1.000,"lamp":"bed","owner":"hand","brightness_percent":null,"kelvin":null}`},
	{"a fault of a shared chip is nobody's",
		of("", time.Second, dsp.Fault{Wearer: dsp.SharedWearer, Source: "ads1115@48", Reason: "no answer"}),
		`{"type":"fault","wearer":null,"at_s":1.000,"source":"ads1115@48","reason":"no answer"}`},
	{"a source that answers again has no reason",
		of("a", time.Second, dsp.Fault{Source: "ads1115@48"}),
		`{"type":"fault","wearer":"a","at_s":1.000,"source":"ads1115@48","reason":null}`},
	{"the summary closes a recording",
		of("a", 300*time.Second, dsp.Summary{Duration: 300 * time.Second, Beats: 350, MeanNN: some(857), RMSSD: some(37.8), UsablePercent: some(98.765)}),
		`{"type":"summary","wearer":"a","duration_s":300.000,"beats":350,"mean_nn_ms":857.00,"sdnn_ms":null,"rmssd_ms":37.80,"pnn50_percent":null,"usable_percent":98.77}`},
}

func of(wearer string, at time.Duration, v pipeline.Value) pipeline.Event {
	return pipeline.Event{Wearer: wearer, At: at, Value: v}
}

func some(v float64) dsp.Maybe { return dsp.Some(v) }

func TestEveryEventIsWrittenAsTheDesignPrintsIt(t *testing.T) {
	for _, l := range lines {
		t.Run(l.name, func(t *testing.T) {
			got := string(wire.AppendEvent([]byte("before "), l.event))
			if want := "before " + l.want; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if !json.Valid([]byte(l.want)) {
				t.Error("that is no JSON")
			}
		})
	}
}

// keys is design section 6.2, key for key.
var keys = map[string]string{
	"beat": "type wearer at_s t_s quality", "ibi": "type wearer at_s t_s ibi_ms kind",
	"hrv":             "type wearer at_s window_s n mean_nn_ms sdnn_ms rmssd_ms pnn50_percent lf_ms2 hf_ms2 rsa_ms rsa_ln_ms2 excluded_percent",
	"respiration":     "type wearer at_s t_s rate_per_min quality",
	"eda":             "type wearer at_s scl_microsiemens scr_per_min calibrated",
	"scr":             "type wearer at_s onset_s peak_s amplitude_microsiemens rise_s half_recovery_s",
	"signal":          "type wearer at_s channel contact quality reason",
	"state":           "type wearer at_s state confidence arousal vagal reasons unknown_reason stage",
	"heart_rate":      "type wearer at_s bpm",
	"night":           "type wearer at_s worn_s usable_s lowest_bpm median_bpm rmssd_ms breathing_per_min restless_periods",
	"command_refused": "type at_s name reason",
	"coherence":       "type wearer at_s ratio phase_deg pace_per_min",
	"recovery":        "type wearer at_s arousal_half_life_s heart_rate_half_life_s",
	"coregulation":    "type at_s signal r lag_s significant",
	"session":         "type at_s kind phase private",
	"check_in":        "type wearer at_s reason", "practice": "type at_s name phase",
	"cue":             "type at_s scene light sound pace reason",
	"wave":            "type wearer at_s channel unit t_s values",
	"part":            "type wearer at_s session phase private",
	"choice":          "type wearer at_s name value",
	"answered":        "type wearer at_s answer",
	"practice_result": "type wearer at_s practice ran_s coherence_mean arousal_before arousal_after resonance_per_min swing_bpm paces_judged note",
	"reminder":        "type at_s text",
	"lamp":            "type at_s lamp owner brightness_percent kelvin",
	"fault":           "type wearer at_s source reason",
	"summary":         "type wearer duration_s beats mean_nn_ms sdnn_ms rmssd_ms pnn50_percent usable_percent",
}

// The table of docs/replay.md is what people write their readers from.
func TestTheTableOfFieldsIsTrue(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "replay.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Fields")
	told := map[string]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) == 6 && strings.HasPrefix(cells[1], " `") {
			told[strings.Trim(cells[1], " `")] = "type " + strings.TrimSpace(strings.ReplaceAll(cells[2], "`", ""))
		}
	}
	for kind, want := range keys {
		if told[kind] != want {
			t.Errorf("%s: the page has\n%s\nwant\n%s", kind, told[kind], want)
		}
		delete(told, kind)
	}
	if len(told) > 0 {
		t.Errorf("no such events: %v", told)
	}
}

func TestKeysComeInTheOrderOfTheDesign(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range lines {
		kind := l.event.Value.Kind()
		seen[kind] = true
		if got := strings.Join(topKeys(t, wire.AppendEvent(nil, l.event)), " "); got != keys[kind] {
			t.Errorf("%s: got keys\n%s\nwant\n%s", kind, got, keys[kind])
		}
	}
	for kind := range keys {
		if !seen[kind] {
			t.Errorf("no line above is a %s", kind)
		}
	}
}

// topKeys reads the keys of the outermost object in the order in which they stand.
func topKeys(t *testing.T, b []byte) (keys []string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	depth, isKey := 0, false
	for {
		tok, err := d.Token()
		if err != nil {
			return keys
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
				isKey = v == '{' && depth == 1
				continue
			}
			depth--
			isKey = depth == 1
			continue
		case string:
			if depth == 1 && isKey {
				keys, isKey = append(keys, v), false
				continue
			}
		}
		isKey = depth == 1
	}
}

// TestEveryKindOfValueIsWritten reads the packages that make Values, so that a new one cannot be forgotten here.
func TestEveryKindOfValueIsWritten(t *testing.T) {
	written := map[string]bool{}
	for _, l := range lines {
		written[reflect.TypeOf(l.event.Value).String()] = true
	}
	found := 0
	for _, dir := range []string{"dsp", "regulation", "room", "pipeline"} {
		for _, name := range kinds(t, dir) {
			found++
			if !written[dir+"."+name] {
				t.Errorf("%s.%s has a Kind and no line in this test: give it one, and an encoder", dir, name)
			}
		}
	}
	if found < 20 {
		t.Errorf("found only %d types with a Kind: is the reading of the packages broken?", found)
	}
}

// kinds lists the types of a package that have a method Kind() string.
func kinds(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := filepath.Glob("../" + dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if m, ok := d.(*ast.FuncDecl); ok && m.Name.Name == "Kind" && m.Recv != nil {
				if receiver, ok := m.Recv.List[0].Type.(*ast.Ident); ok {
					names = append(names, receiver.Name)
				}
			}
		}
	}
	return names
}

type strange struct{}

func (strange) Kind() string { return "strange" }

func TestAValueThatIsNotHubdsIsNotWritten(t *testing.T) {
	for _, v := range []pipeline.Value{nil, strange{}} {
		if got := wire.AppendEvent([]byte("x"), of("a", 0, v)); string(got) != "x" {
			t.Errorf("%v: got %q", v, got)
		}
	}
}

func TestWritingAnEventAllocatesNothingWhereThereIsRoom(t *testing.T) {
	buf := make([]byte, 0, 1024)
	for _, l := range lines {
		if n := testing.AllocsPerRun(100, func() { buf = wire.AppendEvent(buf[:0], l.event) }); n != 0 {
			t.Errorf("%s: %v allocations", l.name, n)
		}
	}
}

func TestAnyNumberAndTextMakesValidJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), -0.001, math.Copysign(0, -1)}))
		maybe := func(l string) dsp.Maybe { return dsp.Maybe{Value: number.Draw(t, l), Known: rapid.Bool().Draw(t, l)} }
		text := rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) })
		at := time.Duration(rapid.Int64().Draw(t, "at"))
		d := time.Duration(rapid.Int64().Draw(t, "d"))
		for _, v := range []pipeline.Value{
			dsp.Beat{T: d, Quality: number.Draw(t, "q")},
			dsp.IBI{T: d, Dur: d},
			dsp.SCR{Onset: d, Peak: at, Amplitude: number.Draw(t, "a"), HalfRecovery: maybe("h")},
			dsp.Signal{Reason: text.Draw(t, "reason")},
			regulation.State{Arousal: maybe("a"), Reasons: []regulation.Reason{{Feature: text.Draw(t, "f"), Z: number.Draw(t, "z")}}},
			room.Cue{Scene: text.Draw(t, "s"), Light: room.Light{Brightness: number.Draw(t, "b"), Transition: d}, Pace: room.Pace{PhaseZero: d}},
			dsp.Fault{Source: text.Draw(t, "source"), Reason: text.Draw(t, "why")},
			pipeline.Refused{Name: text.Draw(t, "name"), Reason: text.Draw(t, "why")},
		} {
			got := wire.AppendEvent(nil, of(text.Draw(t, "wearer"), at, v))
			if !json.Valid(got) || bytes.ContainsAny(got, "\n\r") {
				t.Fatalf("%T: %s", v, got)
			}
			if bytes.Contains(got, []byte("-0.00,")) || bytes.Contains(got, []byte("NaN")) {
				t.Fatalf("%T: %s", v, got)
			}
		}
	})
}

func TestTextReadsBackAsItWasWherePossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		var back struct{ Reason string }
		if err := json.Unmarshal(wire.AppendEvent(nil, of("a", 0, dsp.Signal{Reason: "x" + s})), &back); err != nil {
			t.Fatal(err)
		}
		if back.Reason != "x"+s {
			t.Fatalf("got %q, want %q", back.Reason, "x"+s)
		}
	})
}

func TestTimesReadBackWithinHalfTheirLastDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(-int64(100*time.Hour), int64(100*time.Hour)).Draw(t, "t"))
		late := time.Duration(rapid.Int64Range(0, int64(2*time.Second)).Draw(t, "late"))
		var back struct {
			At  float64 `json:"at_s"`
			T   float64 `json:"t_s"`
			IBI float64 `json:"ibi_ms"`
		}
		line := wire.AppendEvent(nil, of("a", d+late, dsp.IBI{T: d, Dur: late}))
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatal(err)
		}
		const rest = 1e-9
		if math.Abs(back.T-d.Seconds()) > 0.00005+rest || math.Abs(back.IBI-late.Seconds()*1000) > 0.05+1e-6 {
			t.Fatalf("%v, %v: %s", d, late, line)
		}
		if back.At < back.T || back.At-(d+late).Seconds() > 0.00105+rest {
			t.Fatalf("an event before its time: %s", line)
		}
	})
}

func BenchmarkAppendEvent(b *testing.B) {
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf = wire.AppendEvent(buf[:0], lines[i%len(lines)].event)
	}
}
