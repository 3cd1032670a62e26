package draw_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"hubd/draw"
)

var update = flag.Bool("update", false, "write the golden files anew")

// pulse is a wave like a pulse, a point each 4 ms.
func pulse(length time.Duration) (points []draw.Point) {
	for t := time.Duration(0); t < length; t += 4 * time.Millisecond {
		_, part := math.Modf(t.Seconds() * 1.1)
		v := math.Exp(-math.Pow((part-0.25)/0.08, 2)) + 0.35*math.Exp(-math.Pow((part-0.55)/0.12, 2))
		points = append(points, draw.Point{T: t, V: 1.6 + 0.4*v})
	}
	return points
}

// skin rises by one response.
func skin(length time.Duration) (points []draw.Point) {
	for t := time.Duration(0); t < length; t += 40 * time.Millisecond {
		s := t.Seconds() - 30
		v := 4.0
		if s > 0 {
			v += 0.5 * (math.Exp(-s/8) - math.Exp(-s/1.5))
		}
		points = append(points, draw.Point{T: t, V: v})
	}
	return points
}

func evening() draw.Screen {
	return draw.Screen{
		Head: "hubd watch: a   simulated   Ctrl-C ends it", Now: time.Minute, Hint: "Both sensors sit well.",
		Signals: []draw.Signal{
			{Title: "pulse   A0 of adc", Says: "worn", Good: 0.94, Has: true, Points: pulse(time.Minute)[13500:], Span: 6 * time.Second, Least: 0.01},
			{Title: "skin    A1 of adc", Says: "worn", Good: 1, Has: true, Points: skin(time.Minute), Span: time.Minute, Least: 0.05},
		},
	}
}

func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	path, got := filepath.Join("testdata", name), strings.Join(lines, "\n")+"\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func TestScreensAreAsDrawn(t *testing.T) {
	golden(t, "80x24.txt", evening().Lines(80, 24, false))
	golden(t, "80x24-plain.txt", evening().Lines(80, 24, true))
	golden(t, "40x12.txt", evening().Lines(40, 12, false))
	bar := evening()
	bar.Signals, bar.Bar = bar.Signals[:1], "amplitude "+draw.Bar(0.4, 40, false)
	golden(t, "bar.txt", bar.Lines(80, 24, false))
}

func TestNoLineIsWiderThanTheTerminalAndNoScreenHigher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw.Screen{
			Head: rapid.String().Draw(t, "head"), Hint: rapid.String().Draw(t, "hint"), Bar: rapid.String().Draw(t, "bar"),
			Now: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "now")),
		}
		for range rapid.IntRange(0, 3).Draw(t, "signals") {
			sig := draw.Signal{Title: rapid.String().Draw(t, "title"), Says: rapid.String().Draw(t, "says"), Good: rapid.Float64().Draw(t, "good"), Has: rapid.Bool().Draw(t, "has"),
				Span: time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "span")), Least: rapid.Float64Range(0, 1).Draw(t, "least")}
			at := s.Now - sig.Span
			for range rapid.IntRange(0, 50).Draw(t, "points") {
				at += time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "step"))
				sig.Points = append(sig.Points, draw.Point{T: at, V: rapid.Float64Range(-1e6, 1e6).Draw(t, "v"), Gap: rapid.Bool().Draw(t, "gap")})
			}
			s.Signals = append(s.Signals, sig)
		}
		width, height := rapid.IntRange(0, 200).Draw(t, "width"), rapid.IntRange(0, 60).Draw(t, "height")
		plain := rapid.Bool().Draw(t, "plain")
		lines := s.Lines(width, height, plain)
		if len(lines) > height {
			t.Fatalf("%d lines in a terminal of %d", len(lines), height)
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > width {
				t.Fatalf("%d characters in a terminal of %d: %q", n, width, line)
			}
			for _, r := range line {
				if r < ' ' || r == 0x7f || plain && r > '~' {
					t.Fatalf("%q moves the cursor, or is not plain", line)
				}
			}
		}
	})
}

func TestWhereSamplesAreMissingNothingIsDrawn(t *testing.T) {
	points := pulse(2 * time.Second)
	holed := append(append([]draw.Point{}, points[:150]...), points[350:]...)
	holed[150].Gap = true
	f := draw.Frame{Width: 40, Height: 5, From: 0, To: 2 * time.Second, Plain: true}
	for _, line := range draw.Wave(holed, f) {
		if len(line) > 27 && strings.TrimSpace(line[13:27]) != "" {
			t.Errorf("something is drawn in the hole: %q", line)
		}
	}
	for column := range 40 {
		drawn := false
		for _, line := range draw.Wave(points, f) {
			drawn = drawn || column < len(line) && line[column] == '*'
		}
		if !drawn {
			t.Errorf("column %d of a whole wave is empty", column)
		}
	}
}

func TestATraceKeepsItsSpanAndNoMore(t *testing.T) {
	trace := draw.Trace{Span: time.Second}
	for i := range 100_000 {
		trace.Add(draw.Point{T: time.Duration(i) * 10 * time.Millisecond, V: float64(i)})
	}
	last := trace.Last(999_990 * time.Millisecond)
	if len(last) != 101 || last[100].V != 99_999 {
		t.Errorf("%d points, the last %v", len(last), last[len(last)-1])
	}
	trace.Add(draw.Point{T: 1000 * time.Second, V: math.NaN()})
	if got := trace.Last(1000 * time.Second); math.IsNaN(got[len(got)-1].V) {
		t.Error("a value that is none was kept")
	}
}

func TestBarsSayAShare(t *testing.T) {
	for _, row := range []struct {
		share float64
		want  string
	}{{0, "....."}, {0.5, "###.."}, {1, "#####"}, {7, "#####"}, {-1, "....."}, {math.NaN(), "....."}} {
		if got := draw.Bar(row.share, 5, true); got != row.want {
			t.Errorf("%g: %q, want %q", row.share, got, row.want)
		}
	}
}
