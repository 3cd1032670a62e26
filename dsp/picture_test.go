package dsp_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mostBytes is the size of a picture beyond which a page loads slowly on a phone.
const mostBytes = 60_000

// TestPicturesShowWhatTheCodeDoes draws the pictures of docs/physiology.md and docs/regulation.md from simulated signals and compares them with those
// committed: go test ./dsp -run TestPictures -update writes them. Other processors than amd64 round otherwise (they fuse a*b+c), so
// there the pictures are drawn and not compared; GOAMD64=v3 does the same and may differ too.
func TestPicturesShowWhatTheCodeDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	for _, test := range []struct {
		file string
		draw func(*testing.T) *picture
	}{
		{"pulse.svg", pulsePicture},
		{"gate.svg", gatePicture},
		{"skin.svg", skinPicture},
		{"breath.svg", breathPicture},
		{"state.svg", statePicture},
	} {
		t.Run(test.file, func(t *testing.T) {
			path := filepath.Join("..", "docs", "pictures", test.file)
			drawn := test.draw(t).String()
			if len(drawn) > mostBytes {
				t.Errorf("%d bytes, want at most %d", len(drawn), mostBytes)
			}
			if *update {
				if err := os.WriteFile(path, []byte(drawn), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if runtime.GOARCH != "amd64" {
				t.Skip("drawn, but compared on amd64 only: floating point differs in its last bits here")
			}
			committed, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if string(committed) != drawn {
				t.Errorf("%s is not what the code draws now; look at it and run this test with -update", path)
			}
		})
	}
}

func TestPicturesCanBeReadOnLightAndDarkPages(t *testing.T) {
	const white, dark = "#ffffff", "#0d1117" // the second one is GitHub's
	for _, h := range hues {
		for _, row := range []struct {
			name, colour, page string
			least              float64
		}{
			{"light on light", h.light, white, 4.5},
			{"dark on dark", h.dark, dark, 4.5},
			{"light on dark", h.light, dark, 4},
			{"dark on light", h.dark, white, 4},
		} {
			if got := contrast(row.colour, row.page); got < row.least {
				t.Errorf("%s, %s: contrast %.2f, want %.1f", h.name, row.name, got, row.least)
			}
		}
	}
}

// contrast is that of WCAG 2.1, 1…21.
func contrast(a, b string) float64 {
	one, other := luminance(a), luminance(b)
	return (max(one, other) + 0.05) / (min(one, other) + 0.05)
}

// luminance is that of WCAG 2.1, of a colour as #rrggbb.
func luminance(colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
