package dsp

import (
	"math"
	"testing"
	"time"
)

// stretch are beats at even distances, ms.
type stretch struct {
	n      int
	ms     float64
	unlike bool // their quality is not usable
}

func TestWhatWasNotSeenBoundsTheMedian(t *testing.T) {
	anything := math.Inf(1)
	tests := []struct {
		name        string
		beats       []stretch
		short, long float64
	}{
		{"of a whole window it is the median", []stretch{{10, 1000, false}}, 1000, 1000},
		{"a steady pulse hides nothing", []stretch{{4, 1000, false}, {1, 3000, false}, {4, 1000, false}}, 1000, 1000},
		{"a beat too unlike the others for its time costs two intervals", []stretch{{4, 900, false}, {1, 900, true}, {5, 1100, false}}, 900, 1100},
		{"where the rate changed unseen it may be either", []stretch{{4, 1200, false}, {1, 2400, false}, {4, 800, false}}, 800, 1200},
		{"a rate that changed in sight is not open", []stretch{{4, 800, false}, {7, 1000, false}}, 1000, 1000},
		{"where most was not seen it may be anything", []stretch{{3, 700, false}, {2, 3000, false}, {3, 700, false}}, 0, anything},
		{"four intervals are too few", []stretch{{5, 1000, false}}, 0, anything},
		{"a pulse that was lost and found begins anew", []stretch{{4, 1200, false}, {1, 5000, false}, {5, 800, false}}, 800, 800},
		{"none", nil, 0, anything},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var told toldBeats
			at := time.Minute
			for _, s := range test.beats {
				for range s.n {
					at += time.Duration(s.ms * 1e6)
					told.add(toldBeat{t: at, usable: !s.unlike})
				}
			}
			if short, long := told.medians(at, 1000); short != test.short || long != test.long {
				t.Errorf("between %v and %v ms, want %v and %v", short, long, test.short, test.long)
			}
		})
	}
}

func TestBeatsAfterTheNewestIntervalDoNotCount(t *testing.T) {
	var told toldBeats
	at := time.Minute
	for range 100 { // more than are kept
		at += time.Second
		told.add(toldBeat{t: at, usable: true})
	}
	newest := at
	for range 15 {
		at += 400 * time.Millisecond
		told.add(toldBeat{t: at, usable: true})
	}
	if short, long := told.medians(newest, 1000); short != 1000 || long != 1000 {
		t.Errorf("between %v and %v ms, want 1000", short, long)
	}
}
