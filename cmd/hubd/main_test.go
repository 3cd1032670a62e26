package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// hubd runs one command line.
func hubd(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(t.Context(), args, streams{strings.NewReader(""), &o, &e})
	return code, o.String(), e.String()
}

// file writes a file and gives its path.
func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A wrong word on a command line is one line that says what to do, not a page.
func TestAWrongWordIsToldInALine(t *testing.T) {
	for _, row := range []struct{ line, want string }{
		{"check --bogus", "hubd: there is no --bogus here; hubd check --help lists what there is\n"},
		{"history rekey --bogus", "hubd: there is no --bogus here; hubd history --help lists what there is\n"},
		{"watch --wearer", "hubd: --wearer needs a value; hubd watch --help says which\n"},
		{"probe --seconds x", `hubd: invalid value "x" for --seconds: parse error` + "\n"},
		{"check bedroom.yaml", `hubd: "bedroom.yaml" is not expected here: write --config bedroom.yaml` + "\n"},
		{"page open --listen 8482", `hubd: --listen "8482": wanted is :PORT or ADDRESS:PORT, for example :8481` + "\n"},
		{"check bedroom", `hubd: "bedroom" is not expected here` + "\n"},
	} {
		if code, out, errs := hubd(t, strings.Fields(row.line)...); code != exitUsage || out != "" || errs != row.want {
			t.Errorf("%s: exit %d: %q%q", row.line, code, out, errs)
		}
	}
	if code, _, errs := hubd(t, "record", "--help"); code != exitDone || !strings.Contains(errs, "hubd record: ") || !strings.Contains(errs, "FILE --minutes N") || !strings.Contains(errs, "-config") {
		t.Errorf("--help: exit %d: %s", code, errs)
	}
}

// zipped is text as gzip, cut off after a share of its bytes.
func zipped(t *testing.T, text string, share float64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()[:int(share*float64(b.Len()))]
}

// steady is a recording of so many rows that the compressor cannot hold it in one piece.
func steady(rows int) string {
	var b strings.Builder
	b.WriteString("t_s,eda_us\n")
	for i := range rows {
		b.WriteString(strings.TrimSpace(jsonNumber(float64(i)*0.04)) + "," + jsonNumber(2+float64(i*i%97)/50) + "\n")
	}
	return b.String()
}

func jsonNumber(v float64) string {
	data, _ := json.Marshal(v) // a finite number
	return string(data)
}

func TestBadInputIsOneClearErrorAndNothingElse(t *testing.T) {
	tests := []struct {
		name    string
		command []string // before the file
		file    string
		data    []byte
		wants   []string // in the message, besides the file
	}{
		{"no usable column", []string{"replay"}, "r.csv", []byte("t_s,temperature_c\n0,36.6\n"), []string{"temperature_c"}},
		{"no time column", []string{"replay"}, "r.csv", []byte("ppg,eda_us\n1,2\n"), []string{":1", "t_s"}},
		{"text in a number", []string{"replay"}, "r.csv", []byte("t_s,ppg\n0,1\n0.01,warm\n"), []string{":3", "warm"}},
		{"too few cells", []string{"replay"}, "r.csv", []byte("t_s,ppg\n0,1\n0.01\n"), []string{":3"}},
		{"time running backwards", []string{"replay"}, "r.csv", []byte("t_s,ppg\n0,1\n0.02,1\n0.01,1\n"), []string{":4"}},
		{"an empty file", []string{"replay"}, "r.csv", nil, []string{"empty"}},
		{"a header alone", []string{"replay"}, "r.csv", []byte("t_s,ppg\n"), nil},
		{"a truncated gzip", []string{"replay"}, "r.csv.gz", zipped(t, steady(20000), 0.5), []string{"csv.gz:", "the file is truncated"}},
		{"something that only calls itself gzip", []string{"replay"}, "r.csv.gz", []byte{0x1f, 0x8b, 8, 0, 1}, nil},
		{"a column that is not there", []string{"replay", "--pulse", "ppg_toe"}, "r.csv", []byte("t_s,ppg\n0,1\n0.01,2\n"), []string{"ppg_toe"}},
		{"skin conductance in no unit", []string{"replay", "--eda", "skin"}, "r.csv", []byte("t_s,skin\n0,1\n0.04,2\n"), []string{"skin"}},
		{"a count of more bits than there are", []string{"replay"}, "r.csv", []byte("t_s,ppg_adc\n0,1\n0.01,4096\n"), []string{"ppg_adc", "4096"}},
		{"a baseline that is none", []string{"replay", "--baseline"}, "b.json", []byte("{"), nil},
		{"intervals that are text", []string{"hrv"}, "rr.csv", []byte("812\nlong\n"), []string{":2", "long"}},
		{"no intervals", []string{"hrv"}, "rr.csv", nil, nil},
		{"garbage for intervals", []string{"hrv"}, "rr.csv", []byte("\x00\xff\xfe"), []string{":1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := file(t, test.file, test.data)
			args := append(append([]string{}, test.command...), path)
			if test.command[len(test.command)-1] == "--baseline" {
				args = append(args, file(t, "r.csv", []byte("t_s,ppg\n0,1\n0.01,2\n")))
			}
			code, out, errs := hubd(t, args...)
			if code != exitFailed {
				t.Errorf("exit %d, want %d", code, exitFailed)
			}
			if out != "" {
				t.Errorf("stdout: %q", out)
			}
			if strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "hubd: ") {
				t.Errorf("stderr is not one line: %q", errs)
			}
			if !strings.Contains(errs, "16 bits") && !strings.Contains(errs, filepath.Base(path)) && !strings.Contains(errs, "column skin") {
				t.Errorf("the message names no file: %s", errs)
			}
			for _, want := range test.wants {
				if !strings.Contains(errs, want) {
					t.Errorf("no %q in %s", want, errs)
				}
			}
		})
	}
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	there := file(t, "r.csv", []byte("t_s,ppg\n0,1\n"))
	tests := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no command", nil, exitUsage, "hubd COMMAND"},
		{"help", []string{"help"}, exitDone, "replay"},
		{"help of a command", []string{"replay", "--help"}, exitDone, "adc-bits"},
		{"an unknown command", []string{"dance"}, exitUsage, `no command "dance"`},
		{"an unknown flag", []string{"replay", "--fast", there}, exitUsage, "fast"},
		{"an unknown flag of the daemon", []string{"run", "--port", "1"}, exitUsage, "port"},
		{"a number that is none", []string{"demo", "--speed", "quick"}, exitUsage, "quick"},
		{"a speed beyond", []string{"demo", "--speed", "11"}, exitUsage, "1 to 10"},
		{"a speed that is not a number", []string{"demo", "--speed", "NaN"}, exitUsage, "1 to 10"},
		{"a page at no address", []string{"demo", "--listen", "here"}, exitUsage, "an address and a port"},
		{"the page without a verb", []string{"page"}, exitUsage, "page open"},
		{"the page with another verb", []string{"page", "ajar"}, exitUsage, "page open"},
		{"a certificate for this machine alone", []string{"page", "open", "--here", "--certificate"}, exitUsage, "--here needs no --certificate"},
		{"an unknown scenario", []string{"demo", "--scenario", "disco"}, exitUsage, "disco"},
		{"sixteen bits", []string{"replay", "--adc-bits", "16", there}, exitUsage, "--adc-bits 16"},
		{"no recording", []string{"replay"}, exitUsage, "one recording"},
		{"three recordings", []string{"replay", there, there, there}, exitUsage, "one recording"},
		{"a recording that is missing", []string{"replay", "/no/such.csv"}, exitFailed, "/no/such.csv"},
		{"an unknown kind of session", []string{"replay", "--session", "party", there}, exitUsage, "party"},
		{"a rest backwards", []string{"replay", "--rest", "60-30", there}, exitUsage, "FROM-TO"},
		{"a rest without an end", []string{"replay", "--rest", "60", there}, exitUsage, "FROM-TO"},
		{"a time that is none", []string{"replay", "--wall", "noon", there}, exitUsage, "noon"},
		{"a speed below nothing", []string{"replay", "--speed", "-1", there}, exitUsage, "--speed"},
		{"an operand too many", []string{"check", "config.yaml"}, exitUsage, "config.yaml"},
		{"set without a value", []string{"set", "scene"}, exitUsage, "name and a value"},
		{"start with two kinds", []string{"start", "alone", "night"}, exitUsage, "one kind"},
		{"start with a kind that is none", []string{"start", "frog"}, exitUsage, "start takes one kind: together, alone, practice or night"},
		{"hrv of two files", []string{"hrv", there, there}, exitUsage, "one file"},
		{"no daemon", []string{"pause", "--socket", "/no/hubd.sock"}, exitFailed, "no daemon answers"},
		{"a rest without a daemon", []string{"rest", "--wearer", "a", "--socket", "/no/hubd.sock"}, exitFailed, "no daemon answers"},
		{"the own rest without a daemon", []string{"rest", "--show", "--wearer", "a", "--socket", "/no/hubd.sock"}, exitFailed, "no daemon answers"},
		{"an export without a daemon", []string{"rest", "--export", "--wearer", "a", "--socket", "/no/hubd.sock"}, exitFailed, "no daemon answers"},
		{"forgetting without a daemon", []string{"rest", "--forget", "--yes", "--wearer", "a", "--socket", "/no/hubd.sock"}, exitFailed, "no daemon answers"},
		{"two wishes for a rest", []string{"rest", "--show", "--forget"}, exitUsage, "at a time"},
		{"a yes to nothing", []string{"rest", "--yes"}, exitUsage, "--forget"},
		{"no daemon, for a wearer", []string{"resume", "--socket", "/no/hubd.sock"}, exitFailed, "no daemon answers"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs := hubd(t, test.args...)
			if code != test.code || !strings.Contains(errs, test.says) || out != "" {
				t.Errorf("exit %d, stderr %q, stdout %q; want exit %d and %q", code, errs, out, test.code, test.says)
			}
			for _, name := range passedThrough() {
				if strings.HasPrefix(errs, "hubd: "+name+": ") {
					t.Errorf("%q begins with a package", errs)
				}
			}
		})
	}
}

func TestABadConfigIsToldWholeAndExits78(t *testing.T) {
	bad := file(t, "config.yaml", []byte("hub:\n  id: Bedroom\nwearers:\n  - id: a\n    share: all\ncolour: red\n"))
	for _, command := range [][]string{{"check", "--config", bad}, {"run", "--config", bad}, {"discovery", "--check", "--config", bad}} {
		code, out, errs := hubd(t, command...)
		if code != exitConfig || out != "" {
			t.Errorf("%s: exit %d, stdout %q; want 78 and nothing", command[0], code, out)
		}
		for _, want := range []string{bad + ":2:", bad + ":5:", bad + ":6:", "hub.id", "share", "colour"} {
			if !strings.Contains(errs, want) {
				t.Errorf("%s: no %q in\n%s", command[0], want, errs)
			}
		}
	}
	if code, _, errs := hubd(t, "check", "--config", "/no/config.yaml"); code != exitConfig || !strings.Contains(errs, "/no/config.yaml") {
		t.Errorf("a missing config: exit %d, %q", code, errs)
	}
}

func TestAVoiceThatIsNoneIsRefusedByCheckAndOneThatIsTooLargeNoted(t *testing.T) {
	rows := []struct {
		name string
		make func(path string) error
		code int
		says string
	}{
		{"a text", func(p string) error { return os.WriteFile(p, []byte("Breathe in."), 0o600) }, exitConfig, "no WAV file"},
		{"a pipe that nobody writes to", func(p string) error { return syscall.Mkfifo(p, 0o600) }, exitConfig, "this is a named pipe"},
		{"a folder", func(p string) error { return os.Mkdir(p, 0o700) }, exitConfig, "this is a folder"},
		{"more than 16 MB", func(p string) error { return errors.Join(os.WriteFile(p, nil, 0o600), os.Truncate(p, 16<<20+1)) }, exitDone, "larger than the 16 MB"},
		{"a stick that was pulled out", func(string) error { return nil }, exitDone, "no such file"},
	}
	example, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	own := "  practices: {own: {steps: [{text: a, seconds: 9, voice_file: a.wav}]}}\n"
	text := bytes.Replace(example, []byte("  base_scene: base "), []byte(own+"  base_scene: base "), 1)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			config := file(t, "config.yaml", text)
			if err := row.make(filepath.Join(filepath.Dir(config), "a.wav")); err != nil {
				t.Fatal(err)
			}
			code, out, errs := hubd(t, "check", "--config", config)
			if code != row.code || !strings.Contains(out+errs, row.says) || !strings.Contains(out+errs, "steps[0].voice_file") {
				t.Errorf("exit %d, %q, %q; want exit %d and %q", code, out, errs, row.code, row.says)
			}
		})
	}
}

func TestTheExampleConfigHasNothingWrong(t *testing.T) {
	example := filepath.Join("..", "..", "config.example.yaml")
	code, out, errs := hubd(t, "check", "--config", example)
	if code != exitDone || !strings.Contains(out, "nothing wrong") || errs != "" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
}

func TestWhatHomeAssistantWouldRefuseExits1(t *testing.T) {
	example, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	good := file(t, "config.yaml", example)
	if code, out, errs := hubd(t, "discovery", "--check", "--config", good); code != exitDone || !strings.Contains(out, "refuse nothing") || errs != "" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
	bad := file(t, "config.yaml", bytes.Replace(example, []byte("discovery_prefix: homeassistant"), []byte("discovery_prefix: hubd"), 1))
	if code, _, errs := hubd(t, "discovery", "--check", "--config", bad); code != exitFailed || !strings.Contains(errs, "would refuse") {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
}

func TestCommandsThatNeedNoDaemon(t *testing.T) {
	intervals := file(t, "rr.csv", []byte(strings.Repeat("780\n820\n", 60)))
	recording := file(t, "r.csv", []byte(steady(200)))
	tests := []struct {
		name  string
		args  []string
		wants []string
	}{
		{"version", []string{"version"}, []string{"hubd unknown"}},
		{"hrv of intervals that alternate by 40 ms", []string{"hrv", "--raw", intervals}, []string{`"mean_nn_ms":800.00`, `"rmssd_ms":40.00`, `"corrected":null`}},
		{"flags may follow the file", []string{"hrv", intervals, "--raw"}, []string{`"rmssd_ms":40.00`}},
		{"replay", []string{"replay", recording, "--session", "none"}, []string{`{"type":"eda","wearer":"a"`, `"calibrated":true`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs := hubd(t, test.args...)
			if code != exitDone || errs != "" || !strings.HasSuffix(out, "\n") {
				t.Errorf("exit %d, stderr %q, stdout %q", code, errs, out)
			}
			for _, want := range test.wants {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in %s", want, out)
				}
			}
		})
	}
}

func TestAReplayThatIsInterruptedLeavesWholeLines(t *testing.T) {
	recording := file(t, "r.csv", []byte(steady(20000)))
	ctx, stop := context.WithCancel(t.Context())
	var out bytes.Buffer
	w := stopAfter{&out, stop, 1}
	code := execute(ctx, []string{"replay", recording}, streams{nil, &w, &bytes.Buffer{}})
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	if out.Len() == 0 {
		t.Fatal("nothing was written before: the test tests nothing")
	}
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) || !strings.HasSuffix(line, "\n") {
			t.Errorf("half a line: %q", line)
		}
	}
}

// stopAfter ends the run at its n-th write.
type stopAfter struct {
	out  *bytes.Buffer
	stop context.CancelFunc
	n    int
}

func (s *stopAfter) Write(p []byte) (int, error) {
	if s.n--; s.n == 0 {
		s.stop()
	}
	return s.out.Write(p)
}

func TestTheHelpOfSetNamesEveryCommandOfARunningSession(t *testing.T) {
	_, _, help := hubd(t, "set", "--help")
	for _, name := range []string{
		"scene", "practice", "cues", "stop_practice", "check_in", "answer", "reminder", "breath_pace", "night_ceiling", "volume_cap",
		"share", "keep", "sensing", "comfort",
	} {
		if !strings.Contains(help, " "+name+" ") {
			t.Errorf("%s is missing in: %s", name, help)
		}
	}
}

func TestCheckTellsWhatTheRoomWillNotDo(t *testing.T) {
	path := file(t, "c.yaml", []byte(`hub: {id: home}
buses: {one: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: one}}
wearers: [{id: a, share: none, start_from: [mqtt], pulse: {chip: adc, channel: 0, kind: ppg}}]
room: {scenes: {reading: {sound: {bed: rain, level_db: -10}}}}
`))
	code, out, _ := hubd(t, "check", "--config", path)
	if code != exitDone || !strings.Contains(out, `5:56: room.scenes.reading.sound.level_db: "-10": this is above room.volume_cap_db`) {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

func TestTheHelpOfEveryCommandBeginsWithTheCommand(t *testing.T) {
	for _, c := range commands() {
		code, out, errs := hubd(t, c.name, "--help")
		if !strings.HasPrefix(out+errs, "hubd ") || code != exitDone {
			t.Errorf("%s --help: exit %d: %.80s", c.name, code, out+errs)
		}
	}
	if _, out, errs := hubd(t, "help"); !strings.Contains(out+errs, "keep: your part of a private session") {
		t.Error("hubd help leaves out a verb of the journal")
	}
}
