package sound

import (
	"math"
	"testing"
)

// sine feeds a sine of 997 Hz with a peak in dBFS, on one channel or both.
func sine(m *Meter, seconds, peakDB float64, both bool) {
	a := math.Pow(10, peakDB/20)
	for i := range int(seconds * Rate) {
		v := a * math.Sin(2*math.Pi*997*float64(i)/Rate)
		if both {
			m.Add(v, v)
		} else {
			m.Add(v, 0)
		}
	}
}

// The values are those of ITU-R BS.1770-4 (a full-scale sine of 997 Hz on one channel is −3.01 LKFS) and of EBU Tech 3341, table 1.
func TestLoudnessIsThatOfTheStandard(t *testing.T) {
	rows := []struct {
		name string
		play func(m *Meter)
		want float64
		off  float64
	}{
		{"a full-scale sine on one channel", func(m *Meter) { sine(m, 5, 0, false) }, -3.01, 0.01},
		{"EBU 1: −23 dBFS on both for 20 s", func(m *Meter) { sine(m, 20, -23, true) }, -23, 0.1},
		{"EBU 2: −33 dBFS on both for 20 s", func(m *Meter) { sine(m, 20, -33, true) }, -33, 0.1},
		{"EBU 3: what is more than 10 LU softer does not count",
			func(m *Meter) { sine(m, 10, -36, true); sine(m, 60, -23, true); sine(m, 10, -36, true) }, -23, 0.1},
		{"EBU 4: nor does what is below −70 LUFS", func(m *Meter) {
			sine(m, 10, -72, true)
			sine(m, 10, -36, true)
			sine(m, 60, -23, true)
			sine(m, 10, -36, true)
			sine(m, 10, -72, true)
		}, -23, 0.1},
		{"EBU 5: what is 6 LU softer counts", func(m *Meter) { sine(m, 20, -26, true); sine(m, 20.1, -20, true); sine(m, 20, -26, true) }, -23, 0.1},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			m := NewMeter()
			row.play(m)
			got, ok := m.Integrated()
			if !ok || math.Abs(got-row.want) > row.off {
				t.Errorf("%.3f LUFS (%v), want %.2f ± %.2f", got, ok, row.want, row.off)
			}
		})
	}
}

func TestSilenceHasNoLoudness(t *testing.T) {
	m := NewMeter()
	for range Rate {
		m.Add(0, 0)
	}
	if v, ok := m.Integrated(); ok {
		t.Errorf("silence is %g LUFS loud", v)
	}
	if v, ok := NewMeter().Loudest(); ok {
		t.Errorf("nothing is %g LUFS loud", v)
	}
}

func TestTheWeightingOfOneToneIsTheFiltersOwn(t *testing.T) {
	for _, hz := range []float64{60, 110, 250, 997, 3000, 8000} {
		m := NewMeter()
		for i := range 5 * Rate {
			v := 0.1 * math.Sin(2*math.Pi*hz*float64(i)/Rate)
			m.Add(v, v)
		}
		got, _ := m.Integrated()
		want := kOffset + 20*math.Log10(0.1*kGain(hz))
		if math.Abs(got-want) > 0.02 {
			t.Errorf("%g Hz: measured %.3f LUFS, computed %.3f", hz, got, want)
		}
	}
}
