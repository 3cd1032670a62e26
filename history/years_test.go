package history_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// life is of wearers who are sensed always, have a session of two hours every evening and a night, and keep a journal: the most that anybody's
// rows can be. Time is virtual; a commit falls on every minute, as live.
type life struct {
	d       *history.DB
	at      time.Duration
	wearers []string
}

func (l *life) wall() time.Time { return start.Add(l.at) }

func (l *life) add(v pipeline.Value) {
	for _, w := range l.wearers {
		l.d.Add(pipeline.Event{Wearer: w, At: l.at, Value: v}, l.wall())
	}
}

func (l *life) detail(v pipeline.Value) {
	for _, w := range l.wearers {
		l.d.AddDetail(pipeline.Event{Wearer: w, At: l.at, Value: v}, l.wall())
	}
}

// minute lives one minute in steps of five seconds; beats of 0.9 s are kept where asked.
func (l *life) minute(beats bool) {
	for end := l.at + time.Minute; l.at < end; l.at += 5 * time.Second {
		l.add(dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.9})
		l.add(dsp.HeartRate{BPM: dsp.Some(60 + float64(l.at/time.Minute%20))})
		l.add(dsp.EDA{SCL: dsp.Some(2.5), SCRPerMin: dsp.Some(3)})
		l.add(dsp.HRV{Window: time.Minute, RMSSD: dsp.Some(40), RSALn: dsp.Some(6)})
		l.add(regulation.State{Name: regulation.Settled, Arousal: dsp.Some(-0.5), Vagal: dsp.Some(0.25)})
		for t := time.Duration(0); beats && t < 5*time.Second; t += 900 * time.Millisecond {
			l.add(dsp.IBI{T: l.at + t, Dur: 900 * time.Millisecond})
		}
	}
	l.d.Commit(l.wall())
}

// evening is what two hours of a session add: a state every three minutes, a cue with every second of them, a practice.
func (l *life) evening() {
	l.add(pipeline.Part{Of: room.Alone, Joined: true})
	for m := range 120 {
		if m%3 == 0 {
			l.detail(regulation.State{Name: regulation.Name(1 + m/3%2), Confidence: 0.7, Arousal: dsp.Some(0.5)})
		}
		if m%6 == 0 {
			l.detail(room.Cue{Scene: fmt.Sprint("scene", m/6%2), Reason: "state", Light: room.Light{Brightness: 20, Kelvin: 2300}})
		}
		l.minute(true)
	}
	l.detail(room.Practice{Name: "breath", Phase: room.PracticeDone, Ran: 10 * time.Minute})
	l.add(pipeline.PracticeResult{Practice: "breath", Ran: 10 * time.Minute})
	l.add(pipeline.Part{Of: room.Alone})
}

// day is one from noon to noon, with a night of seven hours where asked.
func (l *life) day(night bool) {
	for range 9 * 60 {
		l.minute(false)
	}
	l.evening()
	if night {
		l.add(pipeline.Part{Of: room.Night, Joined: true})
	}
	for range 7 * 60 {
		l.minute(night)
	}
	if night {
		l.add(regulation.Night{Worn: 7 * time.Hour, Usable: 6 * time.Hour, LowestBPM: dsp.Some(48)})
		l.add(pipeline.Part{Of: room.Night})
	}
	for range 6 * 60 {
		l.minute(false)
	}
}

// handedToDisk is how many bytes this process has handed to write calls.
func handedToDisk(t testing.TB) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Skip("what is written cannot be counted here: ", err)
	}
	var n int64
	_, rest, found := strings.Cut(string(data), "wchar: ")
	if _, err := fmt.Sscan(rest, &n); err != nil || !found {
		t.Fatalf("/proc/self/io: %v: %s", err, data)
	}
	return n
}

// processorTime is what this process has used of it.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// heap is how much memory is in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func size(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// years lets people live some days on one file, and checks that from the day on which everything old enough goes the file grows by no more than
// what stays for ever, that a day writes little, and that memory does not grow. It gives how long opening the file took in the end.
func years(t *testing.T, o history.Options, days, full int, night bool, wearers ...string) time.Duration {
	l := &life{d: opened(o), wearers: wearers}
	defer func() { _ = l.d.Close() }()
	var atFull, heapAtFull, most int64
	for day := range days {
		before := handedToDisk(t)
		l.day(night)
		most = max(most, handedToDisk(t)-before)
		if day == full {
			atFull, heapAtFull = size(t, o.Path), heap()
		}
		if day%50 == 49 {
			t.Logf("day %d: file %.1f MB, heap %.2f MB, most written in a day %.1f MB", day+1, mega(size(t, o.Path)), mega(heap()), mega(most))
		}
	}
	if text := l.d.Status(); text != "" {
		t.Error(text)
	}
	const forever = 20 << 10 // a day's sessions, moments and notes
	people := int64(len(wearers))
	grown := size(t, o.Path) - atFull
	if limit := people * (int64(days-full)*forever + 2<<20); grown > limit {
		t.Errorf("the file grew by %.1f MB in the %d days after it was full, and %.1f are what stays", mega(grown), days-full, mega(limit))
	}
	if most > people*60e6 {
		t.Errorf("%.1f MB were written in one day, wanted are 60 at most for each of %d", mega(most), people)
	}
	if more := heap() - heapAtFull; more > people*2<<20 {
		t.Errorf("memory grew by %.1f MB", mega(more))
	}
	t.Logf("%d days of %d: file %.1f MB, at most %.1f MB written a day", days, people, mega(size(t, o.Path)), mega(most))
	return check(t, l, o)
}

func mega(n int64) float64 { return float64(n) / 1e6 }

// check looks whether the oldest rows are as old as they may be, and gives how long it takes to open the file: to look at every byte of it first, as
// another process does at a start, and to open it then.
func check(t *testing.T, l *life, o history.Options) time.Duration {
	t.Helper()
	if err := l.d.Close(); err != nil {
		t.Fatal(err)
	}
	began, worked := time.Now(), processorTime(t)
	if err := history.Examine(o.Path); err != nil {
		t.Fatal(err)
	}
	looked := time.Since(began)
	l.d = opened(o)
	took := time.Since(began)
	t.Logf("opened in %v, %v of it to look at it first; %v of a processor's time", took.Round(time.Millisecond), looked.Round(time.Millisecond),
		(processorTime(t) - worked).Round(time.Millisecond))
	minutes, err := l.d.Minutes("a", time.Time{}, ever, 1)
	intervals, err2 := l.d.Intervals("a", time.Time{}, ever, 1)
	sessions, err3 := l.d.Sessions("a", time.Time{}, ever, 1)
	if err != nil || err2 != nil || err3 != nil || len(minutes) == 0 || len(intervals) == 0 || len(sessions) == 0 {
		t.Fatalf("%v, %v, %v: %d minutes, %d intervals, %d sessions", err, err2, err3, len(minutes), len(intervals), len(sessions))
	}
	age := func(at time.Time) float64 { return l.wall().Sub(at).Hours() / 24 }
	if got := age(minutes[0].At); got < float64(o.Days)-1 || got > float64(o.Days)+0.1 {
		t.Errorf("the oldest minute is %.1f days old, want %d", got, o.Days)
	}
	if got := age(intervals[0].At); got < float64(o.IntervalDays)-1 || got > float64(o.IntervalDays)+0.1 {
		t.Errorf("the oldest intervals are %.1f days old, want %d", got, o.IntervalDays)
	}
	if sessions[0].At.After(start.Add(24 * time.Hour)) {
		t.Errorf("the oldest session is of %v: sessions stay until they are erased", sessions[0].At)
	}
	return took
}

func TestAHistoryThatIsFullStaysAsLarge(t *testing.T) {
	for _, row := range []struct {
		name   string
		sealed bool
	}{{"in the clear", false}, {"sealed", true}} {
		t.Run(row.name, func(t *testing.T) {
			o := history.Options{Path: file(t), Days: 3, IntervalDays: 1}
			if row.sealed {
				o.Sealed, o.Secret = true, testKey(t)
			}
			if dir, err := os.MkdirTemp("/dev/shm", "hubd"); err == nil { // a disk is as right, and slower
				t.Cleanup(func() { _ = os.RemoveAll(dir) })
				o.Path = filepath.Join(dir, "history.db")
			}
			years(t, o, 8, 5, true, "a")
		})
	}
}

// TestTheHistoryOfYearsStaysSmall is the whole of it: make history-years.
func TestTheHistoryOfYearsStaysSmall(t *testing.T) {
	if os.Getenv("HUBD_HISTORY_YEARS") == "" {
		t.Skip("HUBD_HISTORY_YEARS is not set: make history-years")
	}
	for _, row := range []struct {
		name    string
		night   bool
		wearers []string
	}{
		{"one wearer", false, []string{"a"}},
		{"one wearer with nights", true, []string{"a"}},
		{"two wearers with nights", true, []string{"a", "b"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			if shm, err := os.MkdirTemp("/dev/shm", "hubd"); err == nil {
				t.Cleanup(func() { _ = os.RemoveAll(shm) })
				dir = shm
			}
			// Sealed rows of two take more than the usual 256 MiB: docs/history.md.
			o := history.Options{Path: filepath.Join(dir, "history.db"), Days: 400, IntervalDays: 14, MaxBytes: 512 << 20}
			if took := years(t, o, 440, 405, row.night, row.wearers...); took > 2*time.Second {
				t.Errorf("opening took %v, wanted are 2 s at most", took.Round(time.Millisecond))
			}
		})
	}
}

// BenchmarkOpen opens a file of 400 days: with the free pages unsynced, every page of it is looked at.
func BenchmarkOpen(b *testing.B) {
	o := history.Options{Path: file(b)}
	d := opened(o)
	const step = 10 * time.Hour
	for at := time.Duration(0); at < 400*24*time.Hour; at += time.Minute {
		add := func(v pipeline.Value) { d.Add(pipeline.Event{Wearer: "a", At: at, Value: v}, start.Add(at)) }
		add(dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.9})
		add(dsp.HeartRate{BPM: dsp.Some(60)})
		for i := range 60 * time.Duration(at/(24*time.Hour)/386) { // the last fortnight has its intervals
			add(dsp.IBI{T: at + i*time.Second, Dur: time.Second})
		}
		if at%step == 0 {
			d.Commit(start.Add(at))
		}
	}
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		d := opened(o)
		if text := d.Status(); text != "" {
			b.Fatal(text)
		}
		b.StopTimer()
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(mega(size(b, o.Path)), "MB")
}

// BenchmarkRead reads a day of minutes out of the middle of a month.
func BenchmarkRead(b *testing.B) {
	d := opened(history.Options{Path: file(b)})
	defer d.Close()
	for at := time.Duration(0); at < 30*24*time.Hour; at += time.Minute {
		add := func(v pipeline.Value) { d.Add(pipeline.Event{Wearer: "a", At: at, Value: v}, start.Add(at)) }
		add(dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.9})
		add(dsp.HeartRate{BPM: dsp.Some(60)})
		if at%(10*time.Hour) == 0 {
			d.Commit(start.Add(at))
		}
	}
	d.Commit(start.Add(30 * 24 * time.Hour))
	from := start.Add(15 * 24 * time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if got, err := d.Minutes("a", from, from.Add(24*time.Hour), 2000); err != nil || len(got) != 1440 {
			b.Fatal(len(got), err)
		}
	}
}
