package recording_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hubd/recording"
)

func TestReadRR(t *testing.T) {
	gap := math.NaN()
	for _, row := range []struct {
		name, text string
		want       []float64
	}{
		{"one interval a line", "800\n810.5\n", []float64{800, 810.5}},
		{"a lone interval without line end", "800", []float64{800}},
		{"a torn list whose median alone is a rate", "100\n200\n800\n", []float64{100, 200, 800}},
		{"a header rr_ms", "rr_ms\n800\n810\n", []float64{800, 810}},
		{"rr_ms among other columns", "t_s,rr_ms,note\n0.8,800,x\n1.6,810,\n", []float64{800, 810}},
		{"CR LF, empty lines at either end, and spaces", "\r\nrr_ms\r\n\r\n 800 \r\n\r\n", []float64{800}},
		{"an empty line between two intervals is a gap", "800\n810\n\n790\n", []float64{800, 810, gap, 790}},
		{"a blank cell between two intervals is a gap", "t_s,rr_ms\n1,800\n2,810\n3,\n4,790\n", []float64{800, 810, gap, 790}},
		{"a quoted cell without anything in it is blank", "rr_ms\n800\n\"\"\n790\n780\n", []float64{800, gap, 790, 780}},
		{"several blanks are one gap", "rr_ms,note\n800,\n,\n\n,x\n790,\n780,\n", []float64{800, gap, 790, 780}},
		{"blanks before the first interval and after the last are none", "t_s,rr_ms\n1,\n2,800\n3,810\n4,\n", []float64{800, 810}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := recording.ReadRR(strings.NewReader(row.text), "r.txt")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got, cmpopts.EquateNaNs()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadRRRefusesWithFileAndLine(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"an empty file", "", "r.txt:1: the file is empty"},
		{"a header alone", "rr_ms\n", "r.txt:1: only a header"},
		{"another header", "ibi\n800\n", "r.txt:1:"},
		{"two columns rr_ms", "rr_ms,rr_ms\n800,800\n", "r.txt:1: two columns"},
		{"text", "800\nbeat\n", `r.txt:2: column rr_ms: "beat" is not a number`},
		{"zero", "800\n0\n", "r.txt:2: an interval"},
		{"a negative interval", "rr_ms\n-800\n", "r.txt:2: an interval"},
		{"NaN", "800\nnan\n", `r.txt:2: column rr_ms: "nan" is not a finite number; where beats were not seen leave a blank`},
		{"NaN in the first line", "nan\n800\n", "r.txt:1:"},
		{"no cell but blank ones", "t_s,rr_ms\n1,\n", "r.txt:2: only a header"},
		{"an empty line after every interval", "800\n\n810\n\n790\n", "r.txt: a blank between all intervals"},
		{"a number beyond all numbers", "800\n1e999\n", `r.txt:2: column rr_ms: "1e999" is not a finite number`},
		{"microseconds", "800000\n810000\n", "look like microseconds"},
		{"a row with another number of cells", "800\n810,1\n", "r.txt:2: 2 cells"},
		{"seconds", "0.8\n0.81\n0.79\n", "look like seconds"},
		{"heart rates", "71\n70\n72\n", "look like beats per minute"},
		{"one interval in seconds among milliseconds", "800\n0.81\n790\n", "r.txt:2: an interval of 0.81 ms"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := recording.ReadRR(strings.NewReader(row.text), "r.txt")
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one with %q", err, row.want)
			}
		})
	}
}

func TestRealIntervalSeriesHaveTheirPublishedLength(t *testing.T) {
	// Sum of the intervals in s, from the table in the recordings' README.
	for name, want := range map[string]float64{"rr_hrvanalysis": 718.248, "rr_pyhrv_long": 3599.365, "rr_systole": 216.393} {
		t.Run(name, func(t *testing.T) {
			rr, err := recording.OpenRR(filepath.Join(dataDir(t), name+".rr.csv"))
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, v := range rr {
				sum += v / 1000
			}
			if d := sum - want; d < -0.001 || d > 0.001 {
				t.Errorf("%d intervals sum to %.3f s, want %.3f", len(rr), sum, want)
			}
		})
	}
}

func FuzzReadRR(f *testing.F) {
	for _, seed := range []string{"", "800\n810\n", "rr_ms\n800\n", "t_s,rr_ms\n1,800\n", "0\n", "nan", "rr_ms", "1e999\n", "800\n\n810\n", "\x1f\x8b\x08"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rr, err := recording.ReadRR(strings.NewReader(text), "f.txt")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "recording: f.txt") {
				t.Errorf("error without the file's name: %v", err)
			}
			return
		}
		if len(rr) == 0 {
			t.Fatal("neither intervals nor an error")
		}
		after := true // a gap: only an interval may follow
		for i, v := range rr {
			if gap := math.IsNaN(v); gap && after || !gap && (!(v > 0) || v-v != 0) {
				t.Fatalf("interval %v at %d", v, i)
			}
			after = math.IsNaN(v)
		}
		if after {
			t.Fatal("a gap at the end")
		}
	})
}
