package report

import (
	"slices"
	"strconv"

	"hubd/dsp"
	"hubd/history"
)

// measure is one number of a minute.
type measure struct {
	name, unit string
	about      string // what it is, in plain words
	decimals   int
	least      float64 // of the axis: the smallest range that is drawn, so that noise does not look like a mountain
	of         func(m *history.Minute) dsp.Maybe
}

// measures are those that a report draws, in its order.
func measures() []measure {
	return []measure{
		{"Heart rate", "beats a minute", "How often the heart beats.", 0, 30, func(m *history.Minute) dsp.Maybe { return m.HeartRate }},
		{"Heart-rate variability", "ms, RMSSD", "How much one beat’s distance differs from the next. It falls with effort, strain and a faster heart, and differs a great " +
			"deal between people.", 0, 40, func(m *history.Minute) dsp.Maybe { return m.RMSSD }},
		{"Skin conductance", "µS", "How moist the skin under the electrodes is. It rises with excitement of any kind, with warmth, and by itself the longer " +
			"electrodes are worn.", 1, 4, func(m *history.Minute) dsp.Maybe { return m.SCL }},
		{"Skin responses", "a minute", "How often the skin answered with a short rise.", 1, 6, func(m *history.Minute) dsp.Maybe { return m.SCRPerMin }},
		{"Breathing", "breaths a minute", "Read from the pulse; speech and movement blur it.", 1, 10, func(m *history.Minute) dsp.Maybe { return m.Breathing }},
	}
}

// figures are a measure's middle and spread in some minutes.
type figures struct {
	n                int // minutes in which it is known
	low, middle, top float64
}

// leastMinutes is how many known minutes a middle needs.
const leastMinutes = 5

func figuresOf(minutes []history.Minute, x measure) figures {
	var v []float64
	for i := range minutes {
		if m := x.of(&minutes[i]); m.Known {
			v = append(v, m.Value)
		}
	}
	f := figures{n: len(v)}
	if f.n < leastMinutes {
		return f
	}
	slices.Sort(v)
	f.low, f.middle, f.top = v[f.n/4], v[f.n/2], v[f.n-1-f.n/4]
	return f
}

func (f figures) known() bool { return f.n >= leastMinutes }

// words say a measure's middle and spread, and in how many of the minutes it is known.
func (f figures) words(x measure, minutes int) string {
	if !f.known() {
		return "Known in too few minutes to say more."
	}
	return "Middle " + decimal(f.middle, x.decimals) + "; half of the minutes lay between " + decimal(f.low, x.decimals) + " and " +
		decimal(f.top, x.decimals) + ". Known in " + strconv.Itoa(f.n) + " of " + count(minutes, "minute") + " in which it was worn."
}
