package history_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
)

var start = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)

// evening feeds a DB as the pipeline would: every second a rate and a level, every ten a state and both signals.
type evening struct {
	d     *history.DB
	epoch time.Time // zero: the Pi's clock is not set
	bpm   float64
}

func (v *evening) wall(at time.Duration) time.Time {
	if v.epoch.IsZero() {
		return time.Time{}
	}
	return v.epoch.Add(at)
}

func (v *evening) seconds(wearer string, from, to time.Duration) {
	for t := from; t < to; t += time.Second {
		add := func(value pipeline.Value) {
			v.d.Add(pipeline.Event{Wearer: wearer, At: t, Value: value}, v.wall(t))
		}
		if t%(10*time.Second) == 0 {
			add(dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.9})
			add(dsp.Signal{Channel: dsp.ChannelEDA, Contact: true, Quality: 0.4})
			add(regulation.State{Name: regulation.Settled, Arousal: dsp.Some(-0.5), Vagal: dsp.Some(0.25)})
			add(dsp.HRV{Window: time.Minute, RMSSD: dsp.Some(40), RSALn: dsp.Some(6)})
			add(dsp.HRV{Window: 5 * time.Minute, RMSSD: dsp.Some(99)})
		}
		add(dsp.HeartRate{BPM: dsp.Some(v.bpm)})
		add(dsp.EDA{SCL: dsp.Some(2.5), SCRPerMin: dsp.Some(3)})
		add(dsp.Respiration{Rate: dsp.Some(12), Quality: 0.8})
	}
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "state", "history.db") }

func open(t testing.TB, path string) *history.DB {
	t.Helper()
	d := opened(history.Options{Path: path})
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func minutes(t testing.TB, d *history.DB, wearer string) []history.Minute {
	t.Helper()
	all, err := d.Minutes(wearer, time.Time{}, start.AddDate(10, 0, 0), 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAMinuteIsSummarised(t *testing.T) {
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	v.seconds("a", 0, 30*time.Second)
	v.bpm = 70
	v.seconds("a", 30*time.Second, 61*time.Second)
	v.d.Commit(v.wall(61 * time.Second))
	got := minutes(t, v.d, "a")
	want := []history.Minute{{
		Wearer: "a", At: start, Worn: time.Minute, Usable: time.Minute,
		HeartRate: dsp.Some(65), RMSSD: dsp.Some(40), RSALn: dsp.Some(6), SCL: dsp.Some(2.5), SCRPerMin: dsp.Some(3), Breathing: dsp.Some(12),
		Arousal: dsp.Some(-0.5), Vagal: dsp.Some(0.25), States: [5]time.Duration{regulation.Settled: time.Minute},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("minutes (-want +got):\n%s", diff)
	}
	if v.d.Status() != "" {
		t.Error(v.d.Status())
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v: want 0600", info.Mode(), err)
	}
}

func TestWhatWasNotWornOrNotKnownIsAbsent(t *testing.T) {
	path := file(t)
	d := open(t, path)
	add := func(at time.Duration, wearer string, value pipeline.Value) {
		d.Add(pipeline.Event{Wearer: wearer, At: at, Value: value}, start.Add(at))
	}
	for s := range time.Duration(60) {
		at := s * time.Second
		add(at, "off", dsp.Signal{Channel: dsp.ChannelPulse})
		add(at, "off", dsp.HeartRate{})
		if s == 0 {
			add(at, "poor", dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.2})
		}
		add(at, "poor", dsp.HeartRate{})
	}
	add(30*time.Second, "", regulation.State{}) // nobody's: not kept
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	got := minutes(t, d, "")
	if len(got) != 1 || got[0].Wearer != "poor" || got[0].Worn != 60*time.Second || got[0].Usable != 0 || got[0].HeartRate.Known || got[0].States != [5]time.Duration{} {
		t.Errorf("minutes %+v: want one that was worn, with nothing known", got)
	}
}

func TestContactThatWasToldLongAgoTellsNothingOfNow(t *testing.T) {
	d := open(t, file(t))
	d.Add(pipeline.Event{Wearer: "a", At: 0, Value: dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 1}}, start)
	for s := time.Duration(40); s < 60; s++ {
		d.Add(pipeline.Event{Wearer: "a", At: s * time.Second, Value: dsp.HeartRate{BPM: dsp.Some(60)}}, start.Add(s*time.Second))
	}
	d.Commit(start.Add(2 * time.Minute))
	if got := minutes(t, d, ""); len(got) != 0 {
		t.Errorf("minutes %+v: want none", got)
	}
}

func TestAMinuteThatIsOverIsCommittedThoughNothingFollows(t *testing.T) {
	v := &evening{d: open(t, file(t)), epoch: start, bpm: 60}
	v.seconds("a", 0, 40*time.Second)
	v.d.Commit(start.Add(59 * time.Second))
	if got := minutes(t, v.d, ""); len(got) != 0 {
		t.Errorf("a minute under way was written: %v", got)
	}
	v.d.Commit(start.Add(70 * time.Second))
	if got := minutes(t, v.d, ""); len(got) != 1 || got[0].Worn != 40*time.Second {
		t.Errorf("minutes %+v", got)
	}
}

func TestTwoWearersAndARestartKeepTheirRowsApart(t *testing.T) {
	path := file(t)
	for run := range time.Duration(2) {
		v := &evening{d: open(t, path), epoch: start.Add(run * time.Hour), bpm: 60}
		v.seconds("b", 0, 60*time.Second)
		v.bpm = 80
		v.seconds("a", 0, 60*time.Second)
		if err := v.d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	d := open(t, path)
	for wearer, bpm := range map[string]float64{"a": 80, "b": 60} {
		got := minutes(t, d, wearer)
		if len(got) != 2 || got[0].HeartRate.Value != bpm || !got[1].At.Equal(start.Add(time.Hour)) {
			t.Errorf("%s: %+v", wearer, got)
		}
	}
	got, err := d.Minutes("a", start.Add(time.Second), start.Add(time.Hour), 10)
	if err != nil || len(got) != 0 {
		t.Errorf("from is inclusive, to is exclusive: %v, %v", got, err)
	}
	if got, _ = d.Minutes("", time.Time{}, start.AddDate(1, 0, 0), 3); len(got) != 3 {
		t.Errorf("%d rows: want the limit", len(got))
	}
}

func TestRowsOfAnUnsetClockAreDatedOnceItIsSet(t *testing.T) {
	path := file(t)
	v := &evening{d: open(t, path), bpm: 60}
	const hours = 3 * time.Hour
	for m := time.Duration(0); m < hours; m += time.Minute {
		v.seconds("a", m, m+time.Minute)
		v.d.Commit(time.Time{})
	}
	if got := minutes(t, v.d, ""); len(got) != 0 {
		t.Errorf("%d rows have an invented date", len(got))
	}
	undated, err := v.d.Undated("", 0, 1000)
	if err != nil || len(undated) == 0 || undated[0].Since != 0 || undated[0].Run != 1 || !undated[0].At.IsZero() {
		t.Errorf("%v, undated %+v: want the rows that memory does not hold", err, undated)
	}
	v.epoch = start
	v.seconds("a", hours, hours+61*time.Second)
	v.d.Commit(v.wall(hours + 61*time.Second))
	got := minutes(t, v.d, "a")
	if len(got) != 181 || !got[0].At.Equal(start) || !got[180].At.Equal(start.Add(hours)) {
		t.Errorf("%d rows: want 181, each at its own date", len(got))
	}
	if undated, _ := v.d.Undated("", 0, 10); len(undated) != 0 {
		t.Errorf("%d rows stand twice", len(undated))
	}
}

func TestARunThatNeverKnewTheTimeKeepsItsOrder(t *testing.T) {
	path := file(t)
	for range 2 {
		v := &evening{d: open(t, path), bpm: 60}
		v.seconds("a", 0, 2*time.Minute)
		if err := v.d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	v.seconds("a", 0, time.Minute)
	v.d.Commit(start.Add(2 * time.Minute))
	var got []string
	undated, err := v.d.Undated("", 0, 10)
	for _, m := range undated {
		got = append(got, fmt.Sprintf("%s %d %v", m.Wearer, m.Run, m.Since))
	}
	if diff := cmp.Diff([]string{"a 1 0s", "a 1 1m0s", "a 2 0s", "a 2 1m0s"}, got); diff != "" || err != nil {
		t.Errorf("%v, undated (-want +got):\n%s", err, diff)
	}
}

func TestAClockSetBackOverwritesNothing(t *testing.T) {
	v := &evening{d: open(t, file(t)), epoch: start, bpm: 60}
	v.seconds("a", 0, 61*time.Second)
	v.epoch = start.Add(-time.Minute)
	v.seconds("a", 61*time.Second, 121*time.Second)
	v.d.Commit(v.wall(3 * time.Minute))
	v.d.Commit(v.wall(3 * time.Minute))
	if got := minutes(t, v.d, ""); len(got) < 2 {
		t.Errorf("minutes %+v: want both that were measured", got)
	}
}

func TestFaultsAreKeptAndBounded(t *testing.T) {
	d := open(t, file(t))
	d.Add(pipeline.Event{At: time.Second, Value: dsp.Fault{Source: "ads1115@48", Reason: "does not answer"}}, time.Time{})
	d.Add(pipeline.Event{Wearer: "a", At: 2 * time.Second, Value: dsp.Fault{Source: strings.Repeat("s", 300)}}, start.Add(2*time.Second))
	d.Commit(start)
	got, err := d.Faults(10)
	want := []history.Fault{
		{At: start.Add(time.Second), Source: "ads1115@48", Reason: "does not answer"},
		{Wearer: "a", At: start.Add(2 * time.Second), Source: strings.Repeat("s", 200)},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, faults (-want +got):\n%s", err, diff)
	}
	for range 1000 {
		d.Add(pipeline.Event{At: 3 * time.Second, Value: dsp.Fault{Source: "x"}}, start)
	}
	d.Commit(start)
	if got, _ = d.Faults(10_000); len(got) != 102 || !strings.Contains(d.Status(), "900 rows could not be kept") {
		t.Errorf("%d faults, status %q", len(got), d.Status())
	}
}

func TestOldMinutesGo(t *testing.T) {
	path := file(t)
	d := opened(history.Options{Path: path, Days: 2})
	defer d.Close()
	v := &evening{d: d, epoch: start, bpm: 60}
	for m := time.Duration(0); m < 10*time.Minute; m += time.Minute {
		v.seconds("a", m, m+time.Minute)
	}
	d.Commit(v.wall(10 * time.Minute))
	later := 48*time.Hour + 5*time.Minute
	v.seconds("a", later, later+time.Minute)
	d.Commit(v.wall(later + 2*time.Minute))
	got := minutes(t, d, "")
	if len(got) == 0 || got[0].At.Before(start.Add(7*time.Minute)) {
		t.Errorf("%d rows, the first at %v: want none older than two days", len(got), got[0].At)
	}
}

func TestTheFileStopsGrowing(t *testing.T) {
	const most = 512 << 10
	path := file(t)
	d := opened(history.Options{Path: path, MaxBytes: most, Days: 100_000})
	defer d.Close()
	at := time.Duration(0)
	add := func(value pipeline.Value) {
		d.Add(pipeline.Event{Wearer: "a", At: at, Value: value}, start.Add(at))
	}
	var newest time.Time
	for range 20 * 1000 {
		add(dsp.Signal{Contact: true, Quality: 1})
		add(dsp.HeartRate{BPM: dsp.Some(60)})
		newest, at = start.Add(at), at+time.Minute
		if at%(50*time.Minute) == 0 {
			d.Commit(start.Add(at))
		}
	}
	add(dsp.HeartRate{})
	d.Commit(start.Add(at + time.Hour))
	info, err := os.Stat(path)
	if err != nil || info.Size() > most {
		t.Errorf("%d bytes, %v: want at most %d", info.Size(), err, most)
	}
	got := minutes(t, d, "")
	if len(got) < 2000 || !got[len(got)-1].At.Equal(newest) || d.Status() != "" {
		t.Errorf("%d rows, the newest at %v, status %q: want the newest ones", len(got), got[len(got)-1].At, d.Status())
	}
	t.Logf("%d rows of 20000 in %d bytes", len(got), info.Size())
}

func TestAFileThatIsNoDatabaseIsSetAside(t *testing.T) {
	for name, content := range map[string][]byte{
		"text":       []byte("this is no database"),
		"zeros":      make([]byte, 32<<10),
		"half a one": half(t),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			put(t, path, content)
			worksFrom(t, path, content)
		})
	}
}

func half(t *testing.T) []byte {
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	v.seconds("a", 0, time.Minute)
	if err := v.d.Close(); err != nil {
		t.Fatal(err)
	}
	return read(t, path)[:5000]
}

// worksFrom opens a file that cannot be trusted, and wants it set aside and a new one at work.
func worksFrom(t *testing.T, path string, content []byte) {
	t.Helper()
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	aside, err := filepath.Glob(path + ".corrupt-*")
	if err != nil || len(aside) != 1 || !bytes.Equal(read(t, aside[0]), content) {
		t.Fatalf("set aside: %v, %v: want one file, unchanged", aside, err)
	}
	if !strings.Contains(v.d.Status(), filepath.Base(aside[0])) {
		t.Errorf("status %q: want where the old file is", v.d.Status())
	}
	v.seconds("a", 0, time.Minute)
	v.d.Commit(start.Add(2 * time.Minute))
	if got := minutes(t, v.d, ""); len(got) != 1 {
		t.Errorf("minutes %v", got)
	}
	if _, err := os.Stat(path + ".opening"); !os.IsNotExist(err) {
		t.Errorf("the marker stands: %v", err)
	}
}

func TestAFileThatEndedTheProcessIsSetAside(t *testing.T) {
	path := file(t)
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	content := read(t, path)
	put(t, path+".opening", []byte("opening\n"))
	worksFrom(t, path, content)
}

func TestOnlySoManyFilesAreSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	for range 6 {
		put(t, path, []byte("no database"))
		if err := open(t, path).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if aside, _ := filepath.Glob(path + ".corrupt-*"); len(aside) != 3 {
		t.Errorf("%d files set aside: want the newest 3", len(aside))
	}
}

func TestAFileInUseIsLeftAlone(t *testing.T) {
	path := file(t)
	first := &evening{d: open(t, path), epoch: start, bpm: 60}
	second := open(t, path)
	if !strings.Contains(second.Status(), "in use") {
		t.Errorf("status %q", second.Status())
	}
	first.seconds("a", 0, time.Minute)
	first.d.Commit(start.Add(2 * time.Minute))
	if got := minutes(t, first.d, ""); len(got) != 1 || first.d.Status() != "" {
		t.Errorf("the first: %v, %q", got, first.d.Status())
	}
}

func TestAFolderThatCannotBeUsedLeavesHistoryInMemoryUntilItCan(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	put(t, folder, []byte("a file in the way"))
	v := &evening{d: open(t, filepath.Join(folder, "history.db")), epoch: start, bpm: 60}
	if !strings.Contains(v.d.Status(), "in memory only: "+folder) {
		t.Errorf("status %q: want where and why", v.d.Status())
	}
	if _, err := v.d.Minutes("", start, start, 1); err == nil {
		t.Error("rows were read from nowhere")
	}
	at := time.Duration(0)
	for ; at < 5*time.Minute; at += time.Minute {
		v.seconds("a", at, at+time.Minute)
		v.d.Commit(v.wall(at))
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		v.d.Commit(v.wall(at + time.Minute))
	}
	if got := minutes(t, v.d, ""); len(got) != 5 || v.d.Status() != "" {
		t.Errorf("%d rows, status %q: want what waited", len(got), v.d.Status())
	}
}

func TestMemoryIsBoundedWithoutADisk(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	put(t, folder, nil)
	d := open(t, filepath.Join(folder, "history.db"))
	for m := range time.Duration(1500) {
		at := m * time.Minute
		d.Add(pipeline.Event{Wearer: "a", At: at, Value: dsp.Signal{Contact: true}}, start.Add(at))
		d.Add(pipeline.Event{Wearer: "a", At: at, Value: dsp.HeartRate{}}, start.Add(at))
	}
	if !strings.Contains(d.Status(), "(59 rows could not be kept)") {
		t.Errorf("status %q: want 1440 minutes in memory and the rest counted", d.Status())
	}
}

func TestTheFileNamesNobodyInItsBuckets(t *testing.T) {
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	v.seconds("canary", 0, time.Minute)
	if err := v.d.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	err = b.View(func(tx *bbolt.Tx) error {
		for e := range tx.Check() {
			t.Error(e)
		}
		return tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			if bytes.Contains(name, []byte("canary")) {
				t.Errorf("bucket %s", name)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
	if got := b.Info().PageSize; got != 4096 {
		t.Errorf("pages of %d bytes", got)
	}
}

const childPath = "HUBD_TEST_OPEN" // of the file that a child process opens

// Random damage may make bbolt end the process. Each attempt is a process of its own, and hubd must be at work after two starts.
func TestNoDamageKeepsHistoryFromWorking(t *testing.T) {
	if path := os.Getenv(childPath); path != "" {
		openAsChild(path)
	}
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	for m := time.Duration(0); m < 200*time.Minute; m += time.Minute {
		v.seconds("a", m, m+time.Minute)
	}
	if err := v.d.Close(); err != nil {
		t.Fatal(err)
	}
	whole := read(t, path)
	random := rand.New(rand.NewPCG(1, 2))
	died, aside := 0, 0
	for i := range 40 {
		damaged := bytes.Clone(whole)
		for range 1 + i%20 {
			damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
		}
		one := filepath.Join(t.TempDir(), "history.db")
		put(t, one, damaged)
		died += startsUntilWork(t, one) - 1
		if found, _ := filepath.Glob(one + ".corrupt-*"); len(found) > 0 {
			aside++
		}
	}
	t.Logf("of 40 damaged files %d ended the process once, %d were set aside", died, aside)
}

// openAsChild ends the process with 0 where rows are kept.
func openAsChild(path string) {
	v := &evening{d: opened(history.Options{Path: path}), epoch: start.AddDate(1, 0, 0), bpm: 60}
	v.seconds("a", 0, time.Minute)
	v.d.Commit(v.epoch.Add(2 * time.Minute))
	err := v.d.Close()
	if status := v.d.Status(); err == nil && (status == "" || strings.Contains(status, "set aside")) {
		os.Exit(0)
	}
	fmt.Println(err, v.d.Status())
	os.Exit(3)
}

func startsUntilWork(t *testing.T, path string) int {
	t.Helper()
	var out []byte
	for start := 1; start <= 2; start++ {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoDamageKeepsHistoryFromWorking$")
		cmd.Env = append(os.Environ(), childPath+"="+path, "GORACE=atexit_sleep_ms=0")
		var err error
		if out, err = cmd.CombinedOutput(); err == nil {
			return start
		}
	}
	t.Fatalf("the second start failed too:\n%.2000s", out)
	return 0
}

func BenchmarkAdd(b *testing.B) {
	d := opened(history.Options{Path: file(b)})
	defer d.Close()
	e := pipeline.Event{Wearer: "a", At: time.Second, Value: dsp.HeartRate{BPM: dsp.Some(60)}}
	b.ReportAllocs()
	for b.Loop() {
		d.Add(e, start)
	}
}

// BenchmarkCommit is the write of one minute of two wearers.
func BenchmarkCommit(b *testing.B) {
	v := &evening{d: opened(history.Options{Path: file(b)}), epoch: start, bpm: 60}
	defer v.d.Close()
	b.ReportAllocs()
	at := time.Duration(0)
	for b.Loop() {
		for _, wearer := range []string{"a", "b"} {
			v.d.Add(pipeline.Event{Wearer: wearer, At: at, Value: dsp.Signal{Contact: true}}, v.wall(at))
			v.d.Add(pipeline.Event{Wearer: wearer, At: at, Value: dsp.HeartRate{BPM: dsp.Some(60)}}, v.wall(at))
		}
		at += time.Minute
		v.d.Commit(v.wall(at))
	}
}

// A Pi without a battery and without a network begins every run at the same date.
func TestRunsThatBeginAtTheSameDateLoseNothing(t *testing.T) {
	path := file(t)
	const runs = 70
	for range runs {
		v := &evening{d: history.Open(history.Options{Path: path}), epoch: start, bpm: 60}
		v.seconds("a", 0, time.Minute)
		if err := v.d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := minutes(t, open(t, path), "a"); len(got) != runs {
		t.Errorf("%d minutes are kept of %d", len(got), runs)
	}
}
