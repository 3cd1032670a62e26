package dsp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// injected is one artefact put into a clean series: the spoiled intervals from first to last are not normal.
type injected struct {
	kind        IBIClass
	first, last int
}

// injectable are the kinds of artefact, in the order of the tables.
var injectable = []IBIClass{ClassMissed, ClassExtra, ClassEctopic}

// inject spoils a share of the beats of a clean series with artefacts of one kind, never two within 3 beats of each other.
func inject(clean []float64, kind IBIClass, share float64, random *rand.Rand) (spoiled []float64, done []injected) {
	const apart = 4
	wanted := int(math.Round(share * float64(len(clean))))
	var places []int
	for tries := 0; len(places) < wanted && tries < 100*wanted; tries++ {
		p := 3 + random.IntN(len(clean)-8)
		if !slices.ContainsFunc(places, func(q int) bool { return q-p < apart+1 && p-q < apart+1 }) {
			places = append(places, p)
		}
	}
	slices.Sort(places)
	from := 0
	for _, p := range places {
		spoiled = append(spoiled, clean[from:p]...)
		at := injected{kind, len(spoiled), len(spoiled)}
		a, b := clean[p], clean[p+1]
		from = p + 2
		switch kind {
		case ClassMissed: // the beat between a and b was not seen
			spoiled = append(spoiled, a+b)
		case ClassExtra: // something between two beats was taken for one
			cut := a * (0.2 + 0.6*random.Float64())
			spoiled = append(spoiled, cut, a-cut, b)
			at.last++
		default: // the beat between a and b came 20–40 % early, and the pause compensates
			early := a * (0.2 + 0.2*random.Float64())
			spoiled = append(spoiled, a-early, b+early)
			at.last++
		}
		done = append(done, at)
	}
	return append(spoiled, clean[from:]...), done
}

// breathing is a clean series of n intervals: sinus arrhythmia whose rate wanders, the 0.1 Hz wave, 1/f drift and a little white
// noise, in shares of a resting adult, scaled to the RMSSD in ms.
func breathing(n int, bpm, rmssd, breathsPerMin float64, random *rand.Rand) []float64 {
	mean := 60000 / bpm
	out := make([]float64, n)
	breath, wave, t := 0.0, 0.0, 0.0
	var slow [6]float64 // sum of first-order processes a factor of three apart: about 1/f
	for i := range out {
		t = mean / 1000
		breath += 2 * math.Pi * breathsPerMin / 60 * t * (1 + 0.1*random.NormFloat64())
		wave += 2 * math.Pi * 0.1 * t * (1 + 0.1*random.NormFloat64())
		drift, tau := 0.0, 1.0
		for j := range slow {
			keep := math.Exp(-1 / tau)
			slow[j] = keep*slow[j] + math.Sqrt(1-keep*keep)*random.NormFloat64()
			drift += slow[j]
			tau *= 3
		}
		out[i] = math.Sin(breath) + 0.6*math.Sin(wave) + 0.35*drift + 0.12*random.NormFloat64()
	}
	square := 0.0
	for i := 1; i < n; i++ {
		square += (out[i] - out[i-1]) * (out[i] - out[i-1])
	}
	scale := rmssd / math.Sqrt(square/float64(n-1))
	for i := range out {
		out[i] = mean + scale*out[i]
	}
	return out
}

// series is a clean series of intervals with its name.
type series struct {
	name string
	rr   []float64
}

// syntheticSeries cover resting adults from 50 to 110 beats per minute and RMSSD of 4 to 80 ms.
func syntheticSeries() []series {
	var out []series
	for i, s := range [][3]float64{{50, 80, 12}, {50, 40, 15}, {55, 60, 9}, {60, 60, 15}, {60, 20, 12}, {65, 45, 6}, {70, 40, 16}, {70, 10, 14},
		{75, 30, 18}, {80, 20, 15}, {90, 15, 16}, {90, 30, 12}, {100, 10, 20}, {110, 10, 16}, {100, 4, 18}} {
		out = append(out, series{fmt.Sprintf("synthetic %v bpm RMSSD %v", s[0], s[1]), breathing(500, s[0], s[1], s[2], rand.New(rand.NewPCG(uint64(i), 1)))})
	}
	return out
}

// recordedSeries are the undisturbed stretches of recordings, of at least 120 intervals; none where the recordings are absent.
func recordedSeries(t *testing.T) []series {
	t.Helper()
	dir := os.Getenv("HUBD_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	var out []series
	add := func(name, suffix string, beats bool) {
		text, err := os.ReadFile(filepath.Join(dir, name+suffix))
		if err != nil {
			t.Logf("no %s at %s: only synthetic series", name, dir)
			return
		}
		var values []float64
		for line := range strings.Lines(string(text)) {
			if v, err := strconv.ParseFloat(strings.TrimSpace(line), 64); err == nil {
				values = append(values, v)
			}
		}
		if beats {
			for i := len(values) - 1; i > 0; i-- {
				values[i] = 1000 * (values[i] - values[i-1])
			}
			values = values[1:]
		}
		out = append(out, series{name, undisturbed(values)})
	}
	add("nk_rest_5min", ".beats.csv", true)
	add("mitdb_100_10min", ".beats.csv", true)
	add("nk_eventrelated", ".beats.csv", true)
	add("icu_a103l", ".beats.csv", true)
	add("rr_hrvanalysis", ".rr.csv", false)
	add("rr_systole", ".rr.csv", false)
	add("rr_pyhrv_long", ".rr.csv", false)
	return out
}

// undisturbed is the longest stretch in which every interval is within 20 % of the median of the 11 about it.
func undisturbed(rr []float64) []float64 {
	from, best := 0, rr[:0]
	for i := range rr {
		m := centredMedian(rr, i)
		if math.Abs(rr[i]-m) > 0.2*m {
			from = i + 1
		}
		if i+1-from > len(best) {
			best = rr[from : i+1]
		}
	}
	return best
}

// told counts what a classification made of injected artefacts.
type told struct {
	artefacts, whole, rightKind int // whole: every interval of the artefact is judged not normal
	clean, falsely              int // intervals
}

func (s *told) add(classes []IBIClass, done []injected) {
	spoiled := make([]bool, len(classes))
	for _, d := range done {
		whole, right := true, false
		for i := d.first; i <= d.last; i++ {
			spoiled[i] = true
			whole, right = whole && classes[i] != ClassNN, right || classes[i] == d.kind
		}
		s.artefacts++
		s.whole += count(whole)
		s.rightKind += count(right)
	}
	for i, c := range classes {
		if !spoiled[i] && c != ClassAfterGap {
			s.clean++
			s.falsely += count(c != ClassNN)
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func percentOf(part, whole int) float64 { return 100 * float64(part) / float64(max(1, whole)) }

// liveJudge feeds a whole series to the classifier as it would come from beats.
func liveJudge(rr []float64) ([]IBIClass, *record) {
	c, r := newClassifier(), &record{}
	var classes []IBIClass
	take := func(judged []interval) {
		for _, iv := range judged {
			r.add(iv)
			classes = append(classes, iv.Class)
		}
	}
	at := time.Duration(0)
	for i, ms := range rr {
		dur := durationOf(ms)
		at += dur
		take(c.push(nil, at, dur, i == 0))
	}
	take(c.flush(nil))
	return classes, r
}

// windowErrors compares RMSSD in the 60 s windows of a spoiled series with the clean one, percent of the clean; refused windows
// are left out. Both series run on one clock: no artefact moves a true beat.
func windowErrors(clean, spoiled *record) (errors []float64, refused int) {
	a, b := window{span: shortWindow, record: clean}, window{span: shortWindow, record: spoiled}
	for t := shortWindow; t <= clean.at(clean.end-1).t; t += 5 * time.Second {
		a.advance(t)
		b.advance(t)
		want, got := a.measures().RMSSD, b.measures().RMSSD
		switch {
		case b.refused():
			refused++
		case want.Known && got.Known:
			errors = append(errors, 100*math.Abs(got.Value/want.Value-1))
		}
	}
	return errors, refused
}

// asAllNormal is a record of a clean series as it is.
func asAllNormal(rr []float64) *record {
	r := &record{}
	at := time.Duration(0)
	for i, ms := range rr {
		dur := durationOf(ms)
		at += dur
		r.add(interval{IBI: IBI{T: at, Dur: dur}, ms: ms, follows: i > 0})
	}
	return r
}

const seeds = 3 // of injections for every series, kind and share

// TestArtefactsAreFoundAndWhatIsLeftIsTrue prints the table of sensitivity, false corrections and errors of RMSSD with -v.
func TestArtefactsAreFoundAndWhatIsLeftIsTrue(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	all := append(syntheticSeries(), recordedSeries(t)...)
	least := map[IBIClass]float64{ClassMissed: 99, ClassExtra: 99, ClassEctopic: 95}
	t.Logf("%d series; sensitivity: all intervals of an artefact judged not normal; errors of RMSSD: median, 90th percentile, worst", len(all))
	for _, kind := range injectable {
		for _, share := range []float64{0.01, 0.02, 0.05} {
			var live, centred told
			var liveErrors, windows, correctedErrors []float64
			refused := 0
			for _, s := range all {
				want := AnalyseIntervals(s.rr, false).RMSSD.Value
				normal := asAllNormal(s.rr)
				for seed := range uint64(seeds) {
					spoiled, done := inject(s.rr, kind, share, rand.New(rand.NewPCG(seed, uint64(kind))))
					classes, r := liveJudge(spoiled)
					live.add(classes, done)
					liveErrors = append(liveErrors, 100*math.Abs(rmssdOf(r)/want-1))
					errors, n := windowErrors(normal, r)
					windows, refused = append(windows, errors...), refused+n
					centred.add(judgeAll(spoiled).class, done)
					correctedErrors = append(correctedErrors, 100*math.Abs(AnalyseIntervals(spoiled, true).RMSSD.Value/want-1))
				}
			}
			t.Logf("%-8s %.0f %%  live: found %6.2f, right kind %6.2f, false %.3f %%, RMSSD %s, in 60 s windows %s, %d of %d refused", kind, 100*share,
				percentOf(live.whole, live.artefacts), percentOf(live.rightKind, live.artefacts), percentOf(live.falsely, live.clean),
				spread(liveErrors), spread(windows), refused, refused+len(windows))
			t.Logf("%-8s %.0f %%  hrv:  found %6.2f, right kind %6.2f, false %.3f %%, RMSSD %s", kind, 100*share,
				percentOf(centred.whole, centred.artefacts), percentOf(centred.rightKind, centred.artefacts), percentOf(centred.falsely, centred.clean),
				spread(correctedErrors))
			for name, s := range map[string]told{"live": live, "hrv": centred} {
				if got := percentOf(s.whole, s.artefacts); got < least[kind] {
					t.Errorf("%s: %.2f %% of %s found at %v %%, want %v", name, got, kind, 100*share, least[kind])
				}
				if got := percentOf(s.falsely, s.clean); got > 0.3 {
					t.Errorf("%s: %.2f %% of clean intervals taken for artefacts, want 0.3 at most", name, got)
				}
			}
			slices.Sort(correctedErrors)
			slices.Sort(liveErrors)
			if quantile(correctedErrors, 0.5) > 1.5 || quantile(correctedErrors, 0.9) > 4 || quantile(liveErrors, 0.5) > 1.5 || quantile(liveErrors, 0.9) > 5 {
				t.Errorf("RMSSD with %v %% of %s: corrected %s, excluded %s", 100*share, kind, spread(correctedErrors), spread(liveErrors))
			}
		}
	}
}

// spread shows the median, the 90th percentile and the worst of errors in percent.
func spread(errors []float64) string {
	sorted := slices.Sorted(slices.Values(errors))
	if len(sorted) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f %.2f %.2f %%", quantile(sorted, 0.5), quantile(sorted, 0.9), sorted[len(sorted)-1])
}

func TestCleanSeriesAreLeftAlone(t *testing.T) {
	for _, s := range append(syntheticSeries(), recordedSeries(t)...) {
		var live, centred told
		classes, _ := liveJudge(s.rr)
		live.add(classes, nil)
		centred.add(judgeAll(s.rr).class, nil)
		if percentOf(live.falsely, live.clean) > 0.3 || percentOf(centred.falsely, centred.clean) > 0.3 {
			t.Errorf("%s: of %d intervals %d live and %d centred taken for artefacts", s.name, len(s.rr), live.falsely, centred.falsely)
		}
	}
}
