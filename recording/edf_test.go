package recording_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/recording"
)

func writeEDF(t *testing.T, r *recording.Recording, wearer string) edfRead {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteEDF(&out, wearer); err != nil {
		t.Fatal(err)
	}
	return readEDF(t, out.Bytes())
}

func parsed(t *testing.T, csv string) *recording.Recording {
	t.Helper()
	r, err := recording.Read(strings.NewReader(csv), "evening.csv")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rows is a CSV of values at even steps of ms, without those for which skip says so.
func rows(n int, ms float64, skip func(i int) bool) string {
	var b strings.Builder
	b.WriteString("t_s,ppg\n")
	for i := range n {
		if skip == nil || !skip(i) {
			fmt.Fprintf(&b, "%.6f,%.4f\n", float64(i)*ms/1000, math.Sin(float64(i)/7))
		}
	}
	return b.String()
}

func TestAnEDFFileTellsNeitherWhoNorWhen(t *testing.T) {
	r := writeEDF(t, parsed(t, "t_s,anna.ppg,bert.ppg,anna.eda_us\n0,1,5,2.5\n1,2,6,2.5\n2,3,7,2.75\n"), "anna")
	if r.subject != "X X X X" || r.about != "Startdate X X X X" || r.date != "01.01.85 00.00.00" || r.reserved != "EDF+C" {
		t.Errorf("%+v", r)
	}
	if len(r.signals) != 2 || r.signals[0].label != "PPG" || r.signals[1].label != "EDA" || r.signals[1].dimension != "uS" {
		t.Errorf("not the two signals of one wearer under the name of their kind: %+v", r.signals)
	}
}

func TestAGapIsHeldAndSaid(t *testing.T) {
	r := writeEDF(t, parsed(t, rows(400, 10, func(i int) bool { return i >= 100 && i < 150 })), "")
	s := r.signals[0]
	if s.rate != 100 || len(s.values) != 400 {
		t.Fatalf("%g values a second, %d of them", s.rate, len(s.values))
	}
	for i := 100; i < 150; i++ {
		if s.values[i] != s.values[99] {
			t.Fatalf("cell %d holds %g, not the value before the gap", i, s.values[i])
		}
	}
	if want := "[1.000 for 0.500: Bad: PPG was not sampled]"; fmt.Sprint(r.notes) != want {
		t.Errorf("%v, want %s", r.notes, want)
	}
}

func TestTimeIsKeptWhereAClockIsOff(t *testing.T) {
	for _, row := range []struct {
		name string
		ms   float64
	}{
		{"a board set to 250 Hz that runs at 259", 1000.0 / 259.03},
		{"a board set to 250 Hz that runs at 275", 1000.0 / 275.41},
		{"an even 100 Hz", 10},
		{"one value in four seconds", 4000},
	} {
		const n = 20000
		r := writeEDF(t, parsed(t, rows(n, row.ms, nil)), "")
		at := float64(n-1) * row.ms / 1000
		cell := int(math.Round(at * r.signals[0].rate))
		if got, want := r.signals[0].values[cell], math.Sin(float64(n-1)/7); math.Abs(got-want) > r.signals[0].step+1e-4 {
			t.Errorf("%s: the last value is %g after %g s, want %g", row.name, got, at, want)
		}
	}
}

func TestCountsStayTheCountsTheyWere(t *testing.T) {
	r := writeEDF(t, parsed(t, "t_s,ppg_adc\n0,0\n1,17\n2,4095\n3,-3\n"), "")
	if s := r.signals[0]; s.step != 1 || fmt.Sprint(s.values) != "[0 17 4095 -3]" {
		t.Errorf("step %g, %v", s.step, s.values)
	}
}

func TestEDFRefusesWhatItCannotTell(t *testing.T) {
	for _, row := range []struct{ name, csv, wearer, want string }{
		{"another wearer", "t_s,a.ppg\n0,1\n1,2\n", "c", "no column of wearer c; there are a.ppg"},
		{"two days", "t_s,ppg\n0,1\n80000,2\n160000,3\n240000,1\n", "", "cut it into pieces"},
		{"four values at nearly one time", "t_s,ppg\n0,1\n1,2\n2,2\n2.0001,2\n2.0002,2\n2.0003,2\n3,3\n4,2\n5,2\n6,2\n", "", "too uneven for EDF"},
		{"numbers without end", "t_s,ppg\n0,1e300\n1,2e300\n", "", "cannot tell"},
	} {
		err := parsed(t, row.csv).WriteEDF(&bytes.Buffer{}, row.wearer)
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "evening.csv") {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

// TestEveryValueComesBackAtItsTimeWithinOneStep draws recordings with jitter, gaps, offsets and any range.
func TestEveryValueComesBackAtItsTimeWithinOneStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := recording.Column{Name: rapid.SampledFrom([]string{"ppg", "ecg_mv", "eda_us", "ppg_adc", "Ünïcode_und_ein_langer_Name"}).Draw(t, "name")}
		step := rapid.Float64Range(0.002, 2).Draw(t, "step")
		middle, spread := rapid.Float64Range(-1e5, 1e5).Draw(t, "middle"), math.Pow10(rapid.IntRange(-3, 4).Draw(t, "power"))
		at := rapid.Float64Range(0, 3).Draw(t, "first")
		for range rapid.IntRange(1, 200).Draw(t, "n") {
			c.T = append(c.T, time.Duration(at*1e9))
			v := middle + spread*rapid.Float64Range(-1, 1).Draw(t, "v")
			c.V = append(c.V, math.Round(v*1e6)/1e6)
			at += step * (1 + rapid.Float64Range(-0.1, 0.1).Draw(t, "jitter"))
			if rapid.IntRange(0, 20).Draw(t, "gap?") == 0 {
				at += step * rapid.Float64Range(1, 30).Draw(t, "gap")
			}
		}
		r := &recording.Recording{Name: "drawn", Length: c.T[len(c.T)-1], Columns: []recording.Column{c}}
		checkEDF(t, r, c)
	})
}

// checkEDF looks for every value in order: within a step of its number, and within 1.3 cells of its time.
func checkEDF(t *rapid.T, r *recording.Recording, c recording.Column) {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteEDF(&out, ""); err != nil {
		t.Fatal(err)
	}
	got := readEDF(t, out.Bytes())
	s := got.signals[0]
	scale := 1.0
	if i := strings.Index(s.dimension, "e"); i > 0 {
		_, _ = fmt.Sscanf(s.dimension, "%g", &scale)
	}
	cell := 0
	for i, v := range c.V {
		for ; cell < len(s.values); cell++ {
			late := float64(cell)/s.rate - c.T[i].Seconds()
			if math.Abs(late) <= 1.3/s.rate && math.Abs(s.values[cell]*scale-v) <= s.step*scale {
				break
			}
		}
		if cell == len(s.values) {
			t.Fatalf("value %d, %g at %v, is not there", i, v, c.T[i])
		}
		cell++
	}
}
