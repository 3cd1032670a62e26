package hub

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
)

func TestAWaveIsThinnedWithoutInventingAnything(t *testing.T) {
	tap := newWaveTap([]string{"a"}, []pipeline.WearerOptions{{}}, func(int) bool { return true })
	b := dsp.Block{}
	for i := range 50 { // 250 a second, for 0.2 s
		s := dsp.Sample{T: time.Duration(i) * 4 * time.Millisecond, Volts: float64(i)}
		switch i {
		case 20:
			s.Flags = dsp.FlagGap
		case 40:
			s.Flags, s.Volts = dsp.FlagFault, seen
		}
		b.Samples = append(b.Samples, s)
	}
	tap.block(b)
	events := tap.flush(nil, time.Second)
	if len(events) != 1 {
		t.Fatalf("%d stretches, want one", len(events))
	}
	var last time.Duration = -1
	holes := 0
	for _, p := range events[0].Value.(pipeline.Wave).Points {
		if p.T < last {
			t.Errorf("%v comes after %v", p.T, last)
		}
		last = p.T
		if !p.Value.Known {
			holes++
			continue
		}
		if p.Value.Value == seen || p.Value.Value < 0 || p.Value.Value > 49 {
			t.Errorf("a point at %v that no sample was: %v", p.T, p.Value.Value)
		}
		if want := p.T.Seconds() * 250; p.Value.Value < want-0.6 || p.Value.Value > want+0.6 {
			t.Errorf("at %v the wave is %.2f, the samples %.2f", p.T, p.Value.Value, want)
		}
	}
	if holes != 2 {
		t.Errorf("%d holes, want one for the gap and one for the fault", holes)
	}
	if more := tap.flush(nil, 3*time.Second); len(more) != 0 {
		t.Errorf("the same again: %v", more)
	}
}

// A page that opens anew does not begin with a point from when the last one closed: a line would be drawn from there.
func TestAWaveBeginsWhereItsPageOpens(t *testing.T) {
	watched := true
	tap := newWaveTap([]string{"a"}, []pipeline.WearerOptions{{}}, func(int) bool { return watched })
	second := func(n int) {
		b := dsp.Block{}
		for i := range 250 {
			b.Samples = append(b.Samples, dsp.Sample{T: time.Duration(n)*time.Second + time.Duration(i)*4*time.Millisecond, Volts: 1})
		}
		tap.block(b)
	}
	second(0) // and in the middle of a cell the page closes
	tap.flush(nil, time.Second)
	watched = false
	second(1)
	watched = true
	second(30)
	for _, e := range tap.flush(nil, 31*time.Second) {
		if first := e.Value.(pipeline.Wave).Points[0].T; first < 30*time.Second {
			t.Errorf("it begins at %v", first)
		}
	}
}
