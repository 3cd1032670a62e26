package dsp

import (
	"math"
	"testing"
	"time"
)

// breathAfter is a breath with 120 s of beats at 75 per minute, each modulated at a rate per minute.
func breathAfter(perMin float64) *breath {
	b := newBreath()
	for at := 0.0; at < 120; at += 0.8 {
		wave := math.Sin(2 * math.Pi * perMin / 60 * at)
		b.add(modulated{t: seconds(at), known: true, value: [modulations]float64{1 + 0.1*wave, 0.2 * wave, 800 + 30*wave}})
	}
	return b
}

func seconds(s float64) time.Duration { return time.Duration(s * 1e9) }

// BenchmarkBreath is one second of breathing rate: a quarter of a look.
func BenchmarkBreath(b *testing.B) {
	r := breathAfter(15)
	b.ReportAllocs()
	for i := range b.N {
		r.next -= time.Second
		if i%4 == 0 {
			r.next = 0
		}
		r.rate(120 * time.Second)
	}
}

// BenchmarkSpectra is one second of HRV spectra: a fifth of both windows.
func BenchmarkSpectra(b *testing.B) {
	r := sine(30, 0.25, 310)
	short, long := window{span: shortWindow, record: r}, window{span: longWindow, record: r}
	short.advance(310 * time.Second)
	long.advance(310 * time.Second)
	s := newSpectra()
	b.ReportAllocs()
	for i := range b.N {
		if i%5 == 0 {
			var v HRV
			s.short(&v, &short, 310*time.Second, Some(15))
			s.long(&v, &long, 310*time.Second, Some(15))
		}
	}
}
