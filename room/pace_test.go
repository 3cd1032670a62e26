package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/room"
)

func TestAHeldBreathIsThereOnlyWhereItIsChosenAndNobodyMinds(t *testing.T) {
	for _, row := range []struct {
		name, practice string
		never          []string
		want           time.Duration
	}{
		{"none unless chosen", "breath", nil, 0},
		{"chosen", "hold", nil, 2 * time.Second},
		{"chosen, but one of two wants none", "hold", []string{"breath_hold"}, 0},
	} {
		minding := room.Comfort{NotSteady: true, Never: row.never}
		h := newHouse(t, room.Options{Wearers: []room.WearerOptions{{ID: "a", Comfort: minding}, {ID: "b", Comfort: room.Comfort{NotSteady: true}}}})
		h.must(h.r.Practice(nil, h.now, row.practice))
		if got := h.lastCue().Pace.Hold; got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestThePaceOfAPracticeIsTheNearestOnesWish(t *testing.T) {
	for _, row := range []struct {
		name     string
		practice string
		own      [2]float64 // remembered of each wearer; 0: nothing
		joins    int
		byHand   float64
		want     float64
	}{
		{"six where nothing is known", "breath", [2]float64{}, 2, 0, 6},
		{"one's own", "breath", [2]float64{5.5, 0}, 1, 0, 5.5},
		{"of two the slower", "together", [2]float64{5.5, 5}, 2, 0, 5},
		{"of two the one that is known", "together", [2]float64{0, 6.5}, 2, 0, 6.5},
		{"not that of somebody who takes no part", "breath", [2]float64{5.5, 5}, 1, 0, 5.5},
		{"nobody's where nobody takes part", "breath", [2]float64{5.5, 5}, 0, 0, 6},
		{"one set by hand before one remembered", "breath", [2]float64{5.5, 5}, 2, 6, 6},
		{"the practice's own before one remembered", "hold", [2]float64{5.5, 6}, 2, 0, 5},
		{"one set by hand before the practice's own", "hold", [2]float64{5.5, 6}, 2, 7, 7},
		{"none that nobody can have found", "breath", [2]float64{40, 1}, 2, 0, 6},
		{"a step's before all", "resonance", [2]float64{5.5, 5}, 2, 7, 6.5},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			for i, pace := range row.own {
				h.r.SetOwnPace(i, dsp.Maybe{Value: pace, Known: pace > 0})
			}
			for i := range row.joins {
				h.start(i, room.Together)
			}
			if row.byHand > 0 {
				h.must(h.r.SetBreathPace(nil, h.now, row.byHand))
			}
			h.must(h.r.Practice(nil, h.now, row.practice))
			if got := h.lastCue().Pace.BreathsPerMin; got != row.want {
				t.Errorf("%v breaths a minute, want %v", got, row.want)
			}
		})
	}
}

func TestResonanceTriesFivePacesEachFromANewBreathIn(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.must(h.r.Practice(nil, h.now, "resonance"))
	for i, want := range []float64{6.5, 6, 5.5, 5, 4.5} {
		h.run(minute)
		if p := h.r.Status().Pace; p.BreathsPerMin != want || p.PhaseZero != time.Duration(2*i)*minute {
			t.Errorf("in minute %d the pacer is %+v", 2*i+1, p)
		}
		h.run(minute)
	}
	if d := cmp.Diff([]string{"alone start", "resonance started", "resonance done"}, h.story()); d != "" {
		t.Error(d)
	}
}
