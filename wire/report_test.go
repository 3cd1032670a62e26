package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

func TestTheReportOfIntervalsNamesEveryMeasure(t *testing.T) {
	for _, c := range []struct {
		name   string
		report dsp.IntervalReport
		want   string
	}{
		{"all of them, corrected", dsp.IntervalReport{N: 245, MeanNN: some(883.23775), SDNN: some(84.691), RMSSD: some(45.547), SDSD: some(45.6),
			NN50: 64, PNN50: some(26.2295), NN20: 147, PNN20: some(60), MeanHR: some(68.5), SD1: some(32.2), SD2: some(115.4),
			VLF: some(4504.4), LF: some(2393.9), HF: some(598.475), Refused: 1, Corrected: true, Ectopic: 1, Extra: 1, Share: some(1.2), Marked: true,
			Corrections: []dsp.Correction{{Index: 35, T: 27650 * time.Millisecond, Ms: 617.2, Class: dsp.ClassEctopic}, {Index: 99, T: time.Minute, Ms: 300, Class: dsp.ClassExtra}}},
			`{"n":245,"mean_nn_ms":883.23775000,"sdnn_ms":84.69100000,"rmssd_ms":45.54700000,"sdsd_ms":45.60000000,"nn50":64,"pnn50_percent":26.22950000,` +
				`"nn20":147,"pnn20_percent":60.00000000,"mean_hr_bpm":68.50000000,"sd1_ms":32.20000000,"sd2_ms":115.40000000,"vlf_ms2":4504.40000000,` +
				`"lf_ms2":2393.90000000,"hf_ms2":598.47500000,"lf_hf":4.00000000,"refused":1,"corrected":{"ectopic":1,"missed":0,"extra":1,"gaps":0,"gap_s":0.000,"percent":1.20,"marked":true,` +
				`"list":[{"index":35,"t_s":27.650,"rr_ms":617.2,"kind":"ectopic"},{"index":99,"t_s":60.000,"rr_ms":300.0,"kind":"extra"}]}}`},
		{"none of them, raw", dsp.IntervalReport{N: 1},
			`{"n":1,"mean_nn_ms":null,"sdnn_ms":null,"rmssd_ms":null,"sdsd_ms":null,"nn50":0,"pnn50_percent":null,"nn20":0,"pnn20_percent":null,` +
				`"mean_hr_bpm":null,"sd1_ms":null,"sd2_ms":null,"vlf_ms2":null,"lf_ms2":null,"hf_ms2":null,"lf_hf":null,"refused":0,"corrected":null}`},
	} {
		if got := string(wire.AppendIntervalReport(nil, c.report)); got != c.want || !json.Valid([]byte(got)) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestTheStatusTellsOfTheHubAndEachOnesSettings(t *testing.T) {
	for _, c := range []struct {
		name   string
		status wire.Status
		want   string
	}{
		{"a hub that just began", wire.Status{Version: "0.1", Hub: "bed"},
			`{"version":"0.1","uptime_s":0,"hub":"bed","simulated":null,"active":false,"session":null,"practice":null,"step":null,"paused":false,"wearers":[],"lamps":[],"sources":[],"lent":[],` +
				`"broker":{"configured":false,"connected":false},"storage":{"settings":null,"history":null,"file":null}}`},
		{"a hub with two wearers and a fault", wire.Status{Version: "0.1", Uptime: 61500 * time.Millisecond, Hub: "bed", Simulated: "rest", Active: true, Session: room.Together, Paused: true,
			Wearers: []wire.WearerReport{{ID: "a", Status: wire.WearerPaused, Share: pipeline.ShareState, Keep: pipeline.KeepRest, Cues: true},
				{ID: "b", Status: wire.WearerOnline}},
			Lamps: []room.LampStatus{{Lamp: "bed", On: dsp.Some(1), Brightness: room.AttributeStatus{Asked: dsp.Some(30), Reported: dsp.Some(29.7)},
				Kelvin: room.AttributeStatus{Reported: dsp.Some(2400), Hand: true}}, {Lamp: "door", Gone: true}, {Lamp: "attic"}},
			Sources: []wire.SourceReport{{Source: "ads1115@48"}, {Source: "mcp3208@0.0", Fault: "no answer"}}, Lent: []string{"main"},
			Broker: wire.BrokerReport{Configured: true, Connected: true}, Storage: wire.StorageReport{History: "set aside", File: "/x/history.db"}},
			`{"version":"0.1","uptime_s":62,"hub":"bed","simulated":"rest","active":true,"session":"together","practice":null,"step":null,"paused":true,` +
				`"wearers":[{"wearer":"a","status":"paused","share":"state","keep":"rest","cues":"on"},{"wearer":"b","status":"online","share":"none","keep":"nothing","cues":"off"}],` +
				`"lamps":[{"lamp":"bed","reachable":true,"on":true,"brightness_percent":{"asked":30.0,"reported":29.7,"hand":false},` +
				`"kelvin":{"asked":null,"reported":2400,"hand":true},"says":"30 % 2400 K, white by hand"},` +
				`{"lamp":"door","reachable":false,"on":null,"brightness_percent":{"asked":null,"reported":null,"hand":false},` +
				`"kelvin":{"asked":null,"reported":null,"hand":false},"says":"not reached"},` +
				`{"lamp":"attic","reachable":null,"on":null,"brightness_percent":{"asked":null,"reported":null,"hand":false},` +
				`"kelvin":{"asked":null,"reported":null,"hand":false},"says":"has not said how it is"}],` +
				`"sources":[{"source":"ads1115@48","fault":null},{"source":"mcp3208@0.0","fault":"no answer"}],"lent":["main"],` +
				`"broker":{"configured":true,"connected":true},"storage":{"settings":null,"history":"set aside","file":"/x/history.db"}}`},
	} {
		if got := string(wire.AppendStatus(nil, c.status)); got != c.want || !json.Valid([]byte(got)) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestAnswersAreObjects(t *testing.T) {
	if got := string(wire.AppendError([]byte("x"), `no "door"`)); got != `x{"error":"no \"door\""}` {
		t.Errorf("got %s", got)
	}
	if got := string(wire.AppendDone(nil)); got != `{"done":true}` {
		t.Errorf("got %s", got)
	}
}
