package history_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

func someSettings() pipeline.Settings {
	return pipeline.Settings{
		Wearers: []pipeline.WearerSettings{
			{
				Wearer: "b", Share: pipeline.ShareState, Keep: pipeline.KeepRest, Cues: true,
				OpenCircuit: dsp.Some(0.4931), ResonancePace: dsp.Some(5.8),
				Baseline: regulation.Baseline{Minutes: []regulation.RestMinute{
					{Day: 20000, Declared: true, LnRMSSD: dsp.Some(3.5), HeartRate: dsp.Some(61.25), SCL: dsp.Some(2.125)},
					{Day: 20001, RSALn: dsp.Some(6.1), SCRPerMin: dsp.Some(0), Breathing: dsp.Some(13)},
				}},
			},
			{Wearer: "a", Paused: true},
		},
		Room: room.Snapshot{Open: true, Lamps: []room.LampSnapshot{
			{Lamp: "bed", On: true, Brightness: dsp.Some(70), AskedBrightness: room.Span{Known: true, Low: 30, High: 70}}, {Lamp: "shelf"},
		}},
	}
}

func save(t testing.TB, f *history.SettingsFile, s pipeline.Settings) {
	t.Helper()
	if err := f.Save(s); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, dir string) (pipeline.Settings, history.LoadStatus) {
	t.Helper()
	s, status, err := history.OpenSettings(dir).Load()
	if (status == history.Damaged || status == history.Previous) != (err != nil) {
		t.Errorf("status %v with error %v", status, err)
	}
	return s, status
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSettingsComeBackAfterARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "when needed")
	f := history.OpenSettings(dir)
	if _, status, err := f.Load(); status != history.Missing || err != nil {
		t.Errorf("a first start reads as %v, %v", status, err)
	}
	save(t, f, someSettings())
	got, status := load(t, dir)
	if diff := cmp.Diff(someSettings(), got); diff != "" || status != history.Loaded {
		t.Errorf("status %v, settings (-saved +loaded):\n%s", status, diff)
	}
	if f.Written().IsZero() {
		t.Error("nothing tells when the settings were written")
	}
	for _, name := range []string{"settings.json", "settings.json.previous"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, error %v: want 0600", name, info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%v: want settings.json and the version before it, alone", entries)
	}
}

// Where only the version before the newest holds, an erase that cannot write must leave it: what is overwritten first is never the last one.
func TestAnEraseThatCannotWriteLeavesTheLastVersionThatHolds(t *testing.T) {
	dir := t.TempDir()
	f := history.OpenSettings(dir)
	save(t, f, someSettings())
	for _, damage := range []func(path string) error{os.Remove, func(path string) error { return os.WriteFile(path, []byte("half"), 0o600) }} {
		newest := filepath.Join(dir, "settings.json")
		if err := errors.Join(os.Rename(newest, newest+".previous"), os.WriteFile(newest, nil, 0o600), damage(newest)); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(newest+".new", "in the way"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := history.OpenSettings(dir).Erase("a"); err == nil {
			t.Fatal("an erase that cannot write says that it is done")
		}
		if s, status := load(t, dir); status != history.Loaded || len(s.Wearers) != 2 {
			t.Errorf("%s: %d wearers are left of 2", status, len(s.Wearers))
		}
		if err := os.RemoveAll(newest + ".new"); err != nil {
			t.Fatal(err)
		}
	}
}

// A disk that takes nothing more may cost a version, and never the only one that holds.
func TestAFullDiskCostsNoVersionThatIsTheLastOneToHold(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(newest string) error
	}{
		{"the newest is damaged", func(newest string) error { return os.WriteFile(newest, []byte("half"), 0o600) }},
		{"the newest is missing", os.Remove},
		{"the one before is missing", func(newest string) error { return os.Remove(newest + ".previous") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			newest := filepath.Join(dir, "settings.json")
			f := history.OpenSettings(dir)
			save(t, f, someSettings())
			save(t, f, someSettings())
			if err := errors.Join(tt.spoil(newest), os.MkdirAll(filepath.Join(newest+".new", "in the way"), 0o700)); err != nil {
				t.Fatal(err)
			}
			f = history.OpenSettings(dir)
			for range 2 {
				if err := f.Save(someSettings()); err == nil {
					t.Fatal("a disk that takes nothing took settings")
				}
			}
			if s, status := load(t, dir); status < history.Previous || len(s.Wearers) != 2 {
				t.Errorf("%s: %d wearers are left of 2", status, len(s.Wearers))
			}
		})
	}
}

func TestSettingsWithoutFolderLiveInMemory(t *testing.T) {
	f := history.OpenSettings("")
	if _, status, err := f.Load(); status != history.Missing || err != nil {
		t.Errorf("status %v, %v: want missing", status, err)
	}
	save(t, f, someSettings())
	if got, status, _ := f.Load(); status != history.Loaded || !cmp.Equal(someSettings(), got) {
		t.Errorf("status %v, settings %v", status, got)
	}
}

func TestAnOldFileOfWeakerModeIsTightened(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "settings.json.new"), []byte("left by a power cut"))
	save(t, history.OpenSettings(dir), someSettings())
	info, err := os.Stat(filepath.Join(dir, "settings.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// twoVersions saves settings twice and gives the folder, what the version before holds, and what the newest holds.
func twoVersions(t testing.TB) (dir string, before, newest pipeline.Settings) {
	dir = t.TempDir()
	f := history.OpenSettings(dir)
	before, newest = someSettings(), someSettings()
	newest.Wearers[0].OpenCircuit = dsp.Some(0.51)
	save(t, f, before)
	save(t, f, newest)
	return dir, before, newest
}

func TestADamagedVersionFallsBackAndNeverReadsAsSomethingElse(t *testing.T) {
	dir, before, _ := twoVersions(t)
	path := filepath.Join(dir, "settings.json")
	whole := read(t, path)
	check := func(t *testing.T, damaged []byte) {
		t.Helper()
		put(t, path, damaged)
		if got, status := load(t, dir); status != history.Previous || !cmp.Equal(before, got) {
			t.Fatalf("status %v, settings %+v: want those before", status, got)
		}
	}
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1 << (i % 8)
		check(t, damaged)
		check(t, whole[:i])
	}
	check(t, append(bytes.Clone(whole), 0))
	check(t, make([]byte, len(whole)))
}

func TestTwoDamagedVersionsAreTold(t *testing.T) {
	dir, _, _ := twoVersions(t)
	for _, name := range []string{"settings.json", "settings.json.previous"} {
		put(t, filepath.Join(dir, name), []byte("{}"))
	}
	s, status, err := history.OpenSettings(dir).Load()
	if status != history.Damaged || len(s.Wearers) != 0 {
		t.Errorf("status %v, settings %v: want damaged and nothing", status, s)
	}
	for _, name := range []string{"settings.json", "settings.json.previous"} {
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, name)) {
			t.Errorf("error %v: want it to name %s", err, name)
		}
	}
}

func TestOneDamagedVersionAloneIsNoFirstStart(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "settings.json"), nil)
	if _, status := load(t, dir); status != history.Damaged {
		t.Errorf("status %v: want damaged, so that everybody starts paused", status)
	}
}

func TestAfterDamageBothVersionsAreWholeAgain(t *testing.T) {
	dir, _, _ := twoVersions(t)
	put(t, filepath.Join(dir, "settings.json"), []byte("torn"))
	f := history.OpenSettings(dir)
	s, status, _ := f.Load()
	if status != history.Previous {
		t.Fatal(status)
	}
	save(t, f, s)
	for _, name := range []string{"settings.json", "settings.json.previous"} {
		if _, err := history.DecodeSettings(read(t, filepath.Join(dir, name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A kill may fall between any two steps of Save. What it leaves are these sets of files.
func TestAKillBetweenTheStepsLosesNothing(t *testing.T) {
	dir, before, newest := twoVersions(t)
	current, previous, temp := filepath.Join(dir, "settings.json"), filepath.Join(dir, "settings.json.previous"), filepath.Join(dir, "settings.json.new")
	old, next := read(t, previous), read(t, current)
	rows := []struct {
		name                    string
		current, previous, temp []byte
		want                    pipeline.Settings
	}{
		{"half of the new file written", old, nil, next[:20], before},
		{"the new file written, no name changed", old, old, next, before},
		{"the old version renamed, the new one not yet", nil, old, next, before},
		{"both renamed", next, old, nil, newest},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			for path, data := range map[string][]byte{current: row.current, previous: row.previous, temp: row.temp} {
				_ = os.Remove(path)
				if data != nil {
					put(t, path, data)
				}
			}
			f := history.OpenSettings(dir)
			got, _, _ := f.Load()
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			save(t, f, newest)
			if got, status := load(t, dir); status != history.Loaded || !cmp.Equal(newest, got) {
				t.Errorf("the next Save left %v, %v", status, got)
			}
		})
	}
}

func TestWhatMustBeGoneIsInNoVersion(t *testing.T) {
	rows := []struct {
		name   string
		change func(*pipeline.Settings)
		gone   string
	}{
		{"a snapshot after the restore", func(s *pipeline.Settings) { s.Room = room.Snapshot{} }, `"shelf"`},
		{"a baseline that was forgotten", func(s *pipeline.Settings) { s.Wearers[0].Baseline = regulation.Baseline{} }, `61.25`},
		{"a baseline with keep lowered to nothing", func(s *pipeline.Settings) { s.Wearers[0].Keep = pipeline.KeepNothing }, `61.25`},
		{"a pace with keep lowered to nothing", func(s *pipeline.Settings) { s.Wearers[0].Keep = pipeline.KeepNothing }, `5.8`},
		{"a wearer who left the config", func(s *pipeline.Settings) { s.Wearers = s.Wearers[1:] }, `"b"`},
		{"a share that was lowered", func(s *pipeline.Settings) { s.Wearers[0].Share = pipeline.ShareNone }, `"state"`},
		{"a wearer who paused", func(s *pipeline.Settings) { s.Wearers[0].Paused = true }, `"paused":false`},
		{"cues that were switched off", func(s *pipeline.Settings) { s.Wearers[0].Cues = false }, `"cues":true`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			f := history.OpenSettings(dir)
			s := someSettings()
			save(t, f, s)
			save(t, f, s)
			row.change(&s)
			save(t, history.OpenSettings(dir), s) // also after a restart
			entries, err := os.ReadDir(dir)
			if err != nil || len(entries) != 2 {
				t.Fatal(entries, err)
			}
			for _, e := range entries {
				if bytes.Contains(read(t, filepath.Join(dir, e.Name())), []byte(row.gone)) {
					t.Errorf("%s still holds %s", e.Name(), row.gone)
				}
			}
		})
	}
}

func TestKeepNothingNeverReachesTheDisk(t *testing.T) {
	const canary = 123.456789
	dir := t.TempDir()
	f := history.OpenSettings(dir)
	s := someSettings()
	w := &s.Wearers[0]
	w.Keep, w.ResonancePace = pipeline.KeepNothing, dsp.Some(canary)
	for i := range w.Baseline.Minutes {
		w.Baseline.Minutes[i].HeartRate = dsp.Some(canary)
	}
	for range 3 {
		save(t, f, s)
		searchNot(t, dir, "123.45", canary)
	}
	if w.Baseline.Minutes[0].HeartRate.Value != canary {
		t.Error("Save changed the caller's settings")
	}
}

// searchNot looks for a canary, as text and as a binary number, in every byte under dir.
func searchNot(t *testing.T, dir, text string, number float64) {
	t.Helper()
	forms := map[string][]byte{
		"as text":     []byte(text),
		"as float64":  binary.BigEndian.AppendUint64(nil, math.Float64bits(number)),
		"as float32":  binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(number))),
		"as float32,": binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(number))),
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data := read(t, filepath.Join(dir, e.Name()))
		for form, b := range forms {
			if bytes.Contains(data, b) {
				t.Errorf("%s holds the canary %s", e.Name(), form)
			}
		}
	}
}

func TestAFolderThatCannotBeWrittenIsAnErrorAndNoDamage(t *testing.T) {
	dir := t.TempDir()
	inTheWay := filepath.Join(dir, "file")
	put(t, inTheWay, nil)
	f := history.OpenSettings(filepath.Join(inTheWay, "folder"))
	if err := f.Save(someSettings()); err == nil || !strings.Contains(err.Error(), "history: ") {
		t.Errorf("error %v", err)
	}
}

func anyMaybe(t *rapid.T) dsp.Maybe {
	if rapid.Bool().Draw(t, "known") {
		return dsp.Some(rapid.Float64Range(-1e6, 1e6).Draw(t, "value"))
	}
	return dsp.Maybe{}
}

func anyBaseline(t *rapid.T) regulation.Baseline {
	var b regulation.Baseline
	for range rapid.IntRange(0, 5).Draw(t, "minutes") {
		b.Minutes = append(b.Minutes, regulation.RestMinute{
			Day: rapid.Int32().Draw(t, "day"), Declared: rapid.Bool().Draw(t, "declared"), LnRMSSD: anyMaybe(t), RSALn: anyMaybe(t),
			HeartRate: anyMaybe(t), SCRPerMin: anyMaybe(t), SCL: anyMaybe(t), Breathing: anyMaybe(t),
		})
	}
	return b
}

func anySpan(t *rapid.T) room.Span {
	low := anyMaybe(t)
	if !low.Known {
		return room.Span{}
	}
	return room.Span{Known: true, Low: low.Value, High: low.Value + rapid.Float64Range(0, 100).Draw(t, "wide")}
}

func anySettings(t *rapid.T) pipeline.Settings {
	var s pipeline.Settings
	ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z][a-z0-9-]{0,5}`), 0, 3, rapid.ID[string]).Draw(t, "ids")
	for _, id := range ids {
		s.Wearers = append(s.Wearers, pipeline.WearerSettings{
			Wearer: id, Paused: rapid.Bool().Draw(t, "paused"), Cues: rapid.Bool().Draw(t, "cues"),
			Share: pipeline.Share(rapid.IntRange(0, 2).Draw(t, "share")), Keep: pipeline.Keep(rapid.IntRange(1, 3).Draw(t, "keep")),
			OpenCircuit: anyMaybe(t), SkinScale: anyMaybe(t), ResonancePace: anyMaybe(t), Baseline: anyBaseline(t), Spares: anySpares(t),
		})
	}
	s.Room.Open = rapid.Bool().Draw(t, "open")
	for _, id := range ids {
		s.Room.Lamps = append(s.Room.Lamps, room.LampSnapshot{
			Lamp: id, On: s.Room.Open, Brightness: anyMaybe(t), Kelvin: anyMaybe(t), AskedBrightness: anySpan(t), AskedKelvin: anySpan(t),
		})
	}
	return s
}

func anySpares(t *rapid.T) pipeline.Spares {
	if rapid.Bool().Draw(t, "as the config") {
		return pipeline.Spares{}
	}
	return pipeline.Spares{
		Never:      rapid.SliceOfNDistinct(rapid.SampledFrom(room.NeverWords()), 1, 3, rapid.ID[string]).Draw(t, "never"),
		LightFloor: rapid.Float64Range(0, pipeline.MostFloor).Draw(t, "floor"), Steady: rapid.Bool().Draw(t, "steady"), Unasked: rapid.Bool().Draw(t, "unasked"),
	}
}

func TestWhateverIsSavedLoads(t *testing.T) {
	dir := t.TempDir()
	f := history.OpenSettings(dir)
	rapid.Check(t, func(t *rapid.T) {
		want := anySettings(t)
		if err := f.Save(want); err != nil {
			t.Fatal(err)
		}
		got, status, err := history.OpenSettings(dir).Load()
		if diff := cmp.Diff(want, got); diff != "" || status != history.Loaded || err != nil {
			t.Fatalf("status %v, %v, settings (-saved +loaded):\n%s", status, err, diff)
		}
	})
}

func TestBaselinesOfASettingsFileStartAReplay(t *testing.T) {
	dir := t.TempDir()
	save(t, history.OpenSettings(dir), someSettings())
	got, err := history.DecodeBaselines(read(t, filepath.Join(dir, "settings.json")))
	want := map[string]regulation.Baseline{"b": someSettings().Wearers[0].Baseline}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, baselines (-want +got):\n%s", err, diff)
	}
	data, err := history.EncodeBaselines(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := history.DecodeBaselines(data); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v, %v: want what was encoded", got, err)
	}
}

func TestBaselinesThatCannotBeReadAreRefused(t *testing.T) {
	many := `{"version":1,"baselines":{"a":[` + strings.TrimSuffix(strings.Repeat(`{"day":1},`, 241), ",") + `]}}`
	rows := []struct{ name, text, want string }{
		{"no JSON", "x", "invalid character"},
		{"no baselines", `{"version":1}`, "wanted is"},
		{"another version", `{"version":2,"baselines":{}}`, "wanted is"},
		{"a wrong checksum", `{"version":1,"baselines":{},"sha256":"00"}`, "damaged"},
		{"more minutes than a baseline has", many, "more than 240"},
		{"text for a number", `{"version":1,"baselines":{"a":[{"heart_rate_bpm":"x"}]}}`, "baselines"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got, err := history.DecodeBaselines([]byte(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, %v: want an error with %q", got, err, row.want)
			}
		})
	}
	byHand, err := history.DecodeBaselines([]byte(`{"version":1,"baselines":{"a":[{"day":1,"heart_rate_bpm":60}]}}`))
	if err != nil || byHand["a"].Minutes[0].HeartRate != dsp.Some(60) {
		t.Errorf("written by hand: %v, %v", byHand, err)
	}
}

func FuzzDecodeSettings(f *testing.F) {
	dir := f.TempDir()
	save(f, history.OpenSettings(dir), someSettings())
	whole := read(f, filepath.Join(dir, "settings.json"))
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(`{"version":1,"baselines":{"a":[{"day":1}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := history.DecodeSettings(data); err == nil && !bytes.Equal(data, whole) {
			t.Errorf("bytes that hubd did not write were taken: %q", data)
		}
		_, _ = history.DecodeBaselines(data)
	})
}

// A disk that takes no new file is simulated by a name that is taken: what matters is that the version before gives way once, that the
// newest one stays whole, and that the error is told.
func TestADiskThatTakesNothingKeepsTheNewestVersion(t *testing.T) {
	dir := t.TempDir()
	f := history.OpenSettings(dir)
	save(t, f, someSettings())
	if err := os.MkdirAll(filepath.Join(dir, "settings.json.new", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	paused := someSettings()
	paused.Wearers[0].Paused = !paused.Wearers[0].Paused
	if err := f.Save(paused); err == nil {
		t.Fatal("nothing was written and nothing is said")
	}
	if _, err := os.Stat(filepath.Join(dir, "settings.json.previous")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the version before did not give way: %v", err)
	}
	if got, status := load(t, dir); status != history.Loaded || cmp.Diff(someSettings(), got) != "" {
		t.Errorf("status %v: the newest version is not whole", status)
	}
	if err := os.RemoveAll(filepath.Join(dir, "settings.json.new")); err != nil {
		t.Fatal(err)
	}
	save(t, f, paused)
	if got, _ := load(t, dir); cmp.Diff(paused, got) != "" {
		t.Error("the disk takes files again and the pause is not stored")
	}
}
