package dsp

import "testing"

func TestAWholeRunIsRefusedLikeAWindow(t *testing.T) {
	tests := []struct {
		name                string
		nn, ectopic, gapped int
		known               bool
	}{
		{"every interval normal", 200, 0, 0, true},
		{"a tenth excluded", 180, 20, 0, true},
		{"more than a tenth excluded", 179, 21, 0, false},
		{"intervals after a gap are held against no run", 180, 20, 100, true},
		{"most excluded", 50, 150, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s total
			add := func(n int, e entry) {
				for range n {
					s.interval(&e)
				}
			}
			add(test.nn, entry{ms: 800, pair: true, diff: 20})
			add(test.ectopic, entry{ms: 500, class: ClassEctopic})
			add(test.gapped, entry{ms: 900, class: ClassAfterGap})
			v := s.summary()
			for name, m := range map[string]Maybe{"MeanNN": v.MeanNN, "SDNN": v.SDNN, "RMSSD": v.RMSSD, "pNN50": v.PNN50} {
				if m.Known != test.known {
					t.Errorf("%s %+v", name, m)
				}
			}
		})
	}
}
