package wire_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

func TestWhatThePageIsToldOnceAndAgain(t *testing.T) {
	running := room.Status{
		Session: room.Together, Phase: room.PhaseStart, Private: true, Scene: "settled", Practice: "breath", Step: "In.", CheckIn: true, Cues: true, InUse: true,
		Pace: room.Pace{BreathsPerMin: 6, InhaleShare: 0.4, PhaseZero: 12 * time.Second}, BreathPace: 6, NightCeiling: 15, VolumeCap: -20,
	}
	lamp := room.LampStatus{Lamp: "bed", On: dsp.Some(1)}
	for _, c := range []struct{ name, got, want string }{
		{"all of the room to who may know it", string(wire.AppendPageRoom(nil, wire.PageRoom{Room: running, Member: true, May: pipeline.Page{Session: true, Scene: true}, Why: "state"})),
			`{"type":"room","in_use":true,"session":"together","phase":"start","private":true,"practice":"breath","step":"In.","pace":{"breaths_per_min":6.00,"inhale_share":0.40,"hold_s":0.0,"phase_zero_s":12.000},"paused":false,"member":true,"check_in":true,"cues":true,"scene":"settled","why":"state","breath_pace":6.00,"night_ceiling":15.0,"volume_cap":-20.0,"lamps":[]}`},
		{"the room's own facts to who may not", string(wire.AppendPageRoom(nil, wire.PageRoom{Room: running, Lamps: []room.LampStatus{lamp}})),
			`{"type":"room","in_use":true,"session":null,"phase":"start","private":null,"practice":null,"step":null,"pace":null,"paused":false,"member":false,"check_in":true,"cues":true,"scene":null,"why":null,"breath_pace":6.00,"night_ceiling":15.0,"volume_cap":-20.0,"lamps":[{"lamp":"bed","reachable":true,"on":true,"brightness_percent":{"asked":null,"reported":null,"hand":false},"kelvin":{"asked":null,"reported":null,"hand":false},"says":", left alone"}]}`},
		{"of others only whether they are sensed", string(wire.AppendPeople(nil, []wire.Present{{ID: "a", Sensed: true, Own: true, Share: pipeline.ShareState, Keep: pipeline.KeepRest, Cues: true, Stage: "first", Spares: pipeline.Spares{Never: []string{"red"}, LightFloor: 12, Steady: true}}, {ID: "b", Share: pipeline.ShareFull}})),
			`{"type":"people","people":[{"wearer":"a","sensed":true,"share":"state","keep":"rest","cues":true,"stage":"first","spares":{"never":["red"],"light_floor":12.0,"steady":true,"unasked":false}},{"wearer":"b","sensed":false}]}`},
		{"the clock", string(wire.AppendClock(nil, 1500*ms, 2)), `{"now_s":1.500,"speed":2.00}`},
		{"how a stream begins", string(wire.AppendHello(nil, 1500*ms, 1)), `{"type":"hello","now_s":1.500,"speed":1.00}`},
		{"that nothing holds any more", string(wire.AppendForget(nil, "b")), `{"type":"forget","wearer":"b"}`},
		{"who I am", string(wire.AppendMe(nil, wire.Me{Wearer: "a", Name: "Ada", Hub: "Bed", Version: "1", ShareMost: pipeline.ShareState, KeepMost: pipeline.KeepRest, MayStart: true,
			Channels: []string{"pulse"}, PulseRange: 3.3, Calibrates: true, Comfort: wire.Comfort{Never: []string{"dark"}, LightFloor: 3, Steady: true}, NightMost: 15, VolumeMost: -20, Scenes: []string{"base"}, Practices: []string{"breath"}, Others: []wire.Named{{"b", "Bo"}}})),
			`{"wearer":"a","name":"Ada","hub":"Bed","version":"1","share_most":"state","keep_most":"rest","cues_most":false,"may_start":true,"channels":["pulse"],"pulse_range_v":3.3000,"calibrates":true,"comfort":{"never":["dark"],"light_floor":3.0,"steady":true,"check_in":false},"night_ceiling_most":15.0,"volume_cap_most":-20.0,"scenes":["base"],"practices":["breath"],"history":false,"others":[{"wearer":"b","name":"Bo"}]}`},
		{"the hub's parts", string(wire.AppendSystem(nil, wire.System{Version: "1", Uptime: time.Minute, Buses: []wire.BusReport{{Bus: "main", Samples: 5, LatenessMax: 2 * ms}}, Sources: []wire.PageSource{{Source: "x", Told: true}},
			Page: wire.PageReport{Open: true, Viewers: []wire.ViewerReport{{"a", 2}}}})),
			`{"version":"1","uptime_s":60,"buses":[{"bus":"main","samples":5,"gaps":0,"late":0,"skipped":0,"lost":0,"errors":0,"faults":0,"reopens":0,"lateness_max_ms":2.0}],"sources":[{"source":"x","asked":false,"told":true}],"broker":{"configured":false,"connected":false},"storage":{"settings":null,"history":null},"page":{"open":true,"tls":false,"viewers":[{"wearer":"a","pages":2}]}}`},
	} {
		if c.got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, c.got, c.want)
		}
		if !json.Valid([]byte(c.got)) {
			t.Errorf("%s is no JSON", c.name)
		}
	}
}

var (
	metricLine = regexp.MustCompile(`^hubd_[a-z_]+(\{[a-z]+="[^"]*"\})? -?[0-9.e+-]+$`)
	bodily     = regexp.MustCompile(`(?i)wearer|heart|beat|pulse|rmssd|scl|scr|arousal|vagal|state|session|breath|paused`)
)

func TestMetersArePrometheusTextAndTellOfNobody(t *testing.T) {
	text := string(wire.AppendMetrics(nil, wire.Metrics{Version: "1", Uptime: 90 * time.Second, Buses: []wire.BusReport{{Bus: "main", Samples: 1e9}, {Bus: "other"}}, PageViewers: 3,
		Queues: []wire.Queue{{"blocks", 2}, {"rows", 0}}, Reconnects: 4, CommitSlowest: 1500 * time.Millisecond, OpenFiles: 12, LiveBytes: 5e6}))
	helped := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, _, _ = strings.Cut(name, " ")
			if helped[name] {
				t.Errorf("%s is described twice", name)
			}
			helped[name] = true
			continue
		}
		if strings.HasPrefix(line, "# TYPE ") {
			continue
		}
		if !metricLine.MatchString(line) {
			t.Errorf("no line of Prometheus's: %q", line)
		}
		if name := regexp.MustCompile(`^[a-z_]+`).FindString(line); !helped[name] {
			t.Errorf("%s has no description before it", name)
		}
		if word := bodily.FindString(line); word != "" {
			t.Errorf("%q tells of %s", line, word)
		}
	}
	for _, want := range []string{
		`hubd_samples_total{bus="main"} 1e+09`, "hubd_page_viewers 3", `hubd_queue_waiting{queue="blocks"} 2`, "hubd_broker_reconnects_total 4",
		"hubd_commit_slowest_seconds 1.5", "hubd_open_files 12", "hubd_memory_live_bytes 5e+06",
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is not in it:\n%s", want, text)
		}
	}
}

func TestPageKeysReadBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := wire.PageKeys{Listen: rapid.SampledFrom([]string{"", ":8481", "[::]:1"}).Draw(t, "listen"), Certificate: rapid.Bool().Draw(t, "certificate")}
		for range rapid.IntRange(0, 9).Draw(t, "tokens") {
			k := wire.PageKey{Wearer: rapid.StringMatching(`[a-z][a-z0-9-]{0,31}`).Draw(t, "wearer"), Made: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "made"), 0).UTC()}
			copy(k.Sum[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "sum"))
			want.Tokens = append(want.Tokens, k)
		}
		got, err := wire.ParsePageKeys(wire.AppendPageKeys(nil, want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestPageKeysThatAreNotWholeAreRefused(t *testing.T) {
	for _, text := range []string{"", "{", "[]", `{"version":2}`, `{"version":1,"tokens":[{"wearer":"a","sha256":"00"}]}`, `{"version":1,"tokens":[{"wearer":"","sha256":"` + strings.Repeat("0", 64) + `"}]}`,
		`{"version":1}` + strings.Repeat(" ", wire.MaxPageKeys)} {
		if k, err := wire.ParsePageKeys([]byte(text)); err == nil || len(k.Tokens) > 0 {
			t.Errorf("%.40q: %v %v", text, k, err)
		}
	}
}

func FuzzParsePageKeys(f *testing.F) {
	f.Add(wire.AppendPageKeys(nil, wire.PageKeys{Listen: ":1", Tokens: []wire.PageKey{{Wearer: "a", Made: time.Unix(0, 0)}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := wire.ParsePageKeys(data)
		if err != nil {
			return
		}
		again, err := wire.ParsePageKeys(wire.AppendPageKeys(nil, k))
		if err == nil && !bytes.Equal(wire.AppendPageKeys(nil, k), wire.AppendPageKeys(nil, again)) {
			t.Errorf("%q reads back another", data)
		}
	})
}

func FuzzParsePageOpening(f *testing.F) {
	f.Add([]byte(`{"wearer":"a","listen":":1","certificate":true,"names":["x"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := wire.ParsePageOpening(data)
		if err != nil {
			return
		}
		if !json.Valid(wire.AppendPageOpening(nil, o)) {
			t.Errorf("%q comes out as no JSON", data)
		}
	})
}
