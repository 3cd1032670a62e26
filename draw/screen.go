package draw

import "time"

// Signal is one wave on a Screen, with what is said of it.
type Signal struct {
	Title  string // what and where
	Says   string // contact, in words
	Good   float64
	Has    bool // Good is known
	Points []Point
	Span   time.Duration
	Least  float64 // as in Frame
}

// Screen is what a terminal shows while sensors are set up.
type Screen struct {
	Head    string
	Signals []Signal
	Bar     string // a line of its own below the signals; empty: none
	Hint    string
	Now     time.Duration
}

// Least sizes of a terminal that anything is drawn for.
const (
	barWidth  = 10
	hintLines = 2
	tallWave  = 3 // the first wave takes three parts
	lowWave   = 2 // any other two
)

// Lines draws the screen for a terminal of width × height characters: at most height lines, none wider than width.
func (s Screen) Lines(width, height int, plain bool) []string {
	if width <= 0 || height <= 0 {
		return nil
	}
	lines := []string{Fit(s.Head, width, plain)}
	hint := Wrap(s.Hint, width, hintLines, plain)
	rest := height - 1 - hintLines - 2*len(s.Signals)
	if s.Bar != "" {
		rest--
	}
	for i, sig := range s.Signals {
		lines = append(lines, "", Fit(sig.head(width, plain), width, plain))
		lines = append(lines, Wave(sig.Points, Frame{Width: width, Height: waveHeight(rest, i, len(s.Signals)), From: s.Now - sig.Span, To: s.Now, Least: sig.Least, Plain: plain})...)
	}
	if s.Bar != "" {
		lines = append(lines, Fit(s.Bar, width, plain))
	}
	lines = append(lines, hint...)
	return lines[:min(len(lines), height)]
}

// waveHeight shares the lines that are left among the waves.
func waveHeight(rest, i, n int) int {
	if rest <= 0 {
		return 0
	}
	if n == 1 {
		return rest
	}
	all := tallWave + lowWave*(n-1)
	if i == 0 {
		return rest * tallWave / all
	}
	return rest * lowWave / all
}

// head is the line above a wave.
func (s Signal) head(width int, plain bool) string {
	text := s.Title + "   " + s.Says
	if s.Has && len([]rune(text))+barWidth+3 <= width {
		text += "   " + Bar(s.Good, barWidth, plain)
	}
	return text
}
