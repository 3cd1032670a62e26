package hub_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hubd/hub"
)

// dataFile is a file of the recordings: $HUBD_DATA, else ../shared/data beside the repository. The test is skipped without them.
func dataFile(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("HUBD_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recording %s: set HUBD_DATA to the folder of the recordings", path)
	}
	return path
}

// reference is when a recording's beats were, in s, and the spans in which that must not be used.
func reference(t *testing.T, name string) (beats []float64, spans [][2]float64) {
	t.Helper()
	text, err := os.ReadFile(dataFile(t, name+".beats.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var meta struct {
		Spans [][2]float64 `json:"reference_invalid_spans_s"`
	}
	about, err := os.ReadFile(dataFile(t, name+".json"))
	if err == nil {
		err = json.Unmarshal(about, &meta)
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		first, _, _ := strings.Cut(strings.TrimSpace(line), ",")
		if v, err := strconv.ParseFloat(first, 64); err == nil {
			beats = append(beats, v)
		}
	}
	return beats, meta.Spans
}

// without drops the times in the spans, the spans moved by lag.
func without(times []float64, spans [][2]float64, lag float64) (out []float64) {
	for _, v := range times {
		if !slices.ContainsFunc(spans, func(s [2]float64) bool { return v-lag >= s[0] && v-lag <= s[1] }) {
			out = append(out, v)
		}
	}
	return out
}

// matched counts the pairs of true and found times within 150 ms, one to one and in order, after removing the lag.
func matched(truth, found []float64, lag float64) (n int, left []float64) {
	j := 0
	for _, v := range truth {
		for j < len(found) && found[j] < v+lag-0.15 {
			j++
		}
		if j < len(found) && found[j] <= v+lag+0.15 {
			n, left = n+1, append(left, found[j]-v)
			j++
		}
	}
	return n, left
}

// delay is the constant lag of the pulse behind the reference, −0.6…0.6 s: the median of what is left at the best match.
func delay(truth, found []float64) float64 {
	var best []float64
	for lag := -0.6; lag <= 0.6; lag += 0.02 {
		if _, left := matched(truth, found, lag); len(left) > len(best) {
			best = left
		}
	}
	if len(best) == 0 {
		return 0
	}
	slices.Sort(best)
	return best[len(best)/2]
}

// rmssdOf is of the differences of successive intervals, in ms, by the rule of the references: an interval counts from 300 to 2000 ms
// and within 20 % of the median of the 11 around it.
func rmssdOf(beats []float64, spans [][2]float64) float64 {
	var all []float64
	for i := 1; i < len(beats); i++ {
		all = append(all, 1000*(beats[i]-beats[i-1]))
	}
	clean := func(i int) bool {
		around := slices.Sorted(slices.Values(all[max(0, i-5):min(len(all), i+6)]))
		median := (around[(len(around)-1)/2] + around[len(around)/2]) / 2
		inside := len(without(beats[i:i+2], spans, 0)) == 2
		return inside && all[i] >= 300 && all[i] <= 2000 && math.Abs(all[i]-median) <= 0.2*median
	}
	sum, n := 0.0, 0
	for i := 1; i < len(all); i++ {
		if clean(i-1) && clean(i) {
			d := all[i] - all[i-1]
			sum, n = sum+d*d, n+1
		}
	}
	return math.Sqrt(sum / float64(n))
}

// The figures that the first version must reach, on what hubd replay prints.
func TestReplayedRecordingsMatchTheirReferences(t *testing.T) {
	tests := []struct {
		name  string
		f1    float64      // percent, least
		rmssd float64      // percent off, most; 0: not compared
		noise [][2]float64 // where the reference's own R waves are misplaced
	}{
		{"nk_rest_5min", 99.9, 2, [][2]float64{{126.5, 128.5}, {224.5, 227}}},
		{"icu_a103l", 97.6, 0, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			beats, spans := reference(t, test.name)
			truth := without(beats, spans, 0)
			all := events(t, replay(t, nil, dataFile(t, test.name+".csv.gz")))
			var found []float64
			for _, e := range all {
				if e.Type == "beat" {
					found = append(found, *e.T)
				}
			}
			lag := delay(truth, found)
			found = without(found, spans, lag)
			n, _ := matched(truth, found, lag)
			f1 := 200 * float64(n) / float64(len(truth)+len(found))
			t.Logf("F1 %.2f %%, lag %.3f s, %d of %d beats", f1, lag, n, len(truth))
			if f1 < test.f1 {
				t.Errorf("F1 %.2f %%, want %.1f %%", f1, test.f1)
			}
			if test.rmssd == 0 {
				return
			}
			want, got := rmssdOf(beats, append(spans, test.noise...)), *all[len(all)-1].RMSSD
			t.Logf("RMSSD %.2f ms, reference %.2f ms", got, want)
			if off := 100 * math.Abs(got-want) / want; off > test.rmssd {
				t.Errorf("RMSSD %.2f ms is %.1f %% off the reference's %.2f ms", got, off, want)
			}
		})
	}
}

func TestAWholeSessionReplaysTheSameTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("107 minutes of recording, twice: left out with -short")
	}
	path := dataFile(t, "wesad_s06_session.csv.gz")
	none := func(*hub.ReplayOptions) {}
	a, b := replay(t, none, path), replay(t, none, path)
	if a != b {
		t.Error("two replays differ")
	}
	if strings.Count(a, "\n") < 1000 {
		t.Error("too short to be a session")
	}
}
