//go:build unix

package dsp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/recording"
)

// BenchmarkRecordings is the signal processing of whole recordings, one operation being one of them from its first sample to its last,
// without the reading of files, chips and JSON round it. make peers sets cpu-ns/op beside the processor time of other programs.
func BenchmarkRecordings(b *testing.B) {
	dir := os.Getenv("HUBD_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.csv.gz"))
	if err != nil || len(files) == 0 {
		b.Skipf("no recordings at %s: set HUBD_DATA to their folder", dir)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv.gz")
		b.Run(name, func(b *testing.B) { played(b, file, nil) })
		b.Run(name+"_ecg", func(b *testing.B) { played(b, file, []string{"ecg_mv"}) })
	}
}

// played is skipped where the file has no such reading: an ECG beside a pulse wave, or no pulse at all.
func played(b *testing.B, file string, pulse []string) {
	rec, err := recording.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	first, err := rec.Select("", colours(rec), "")
	if err != nil {
		b.Fatal(err)
	}
	chosen := first
	if pulse != nil {
		chosen, err = rec.Select("", pulse, "")
	}
	if err != nil || len(chosen.Pulse) == 0 || pulse != nil && chosen.Pulse[0] == first.Pulse[0] {
		b.SkipNow()
	}
	options := dsp.PulseOptions{Kind: dsp.PPG, Leads: len(chosen.Pulse)}
	if chosen.Pulse[0].Unit == recording.Millivolt {
		options.Kind = dsp.ECG
	}
	samples := merged(chosen, options.Kind)
	skin := dsp.SkinOptions{SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: 125e-6}
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime()
	for range b.N {
		playThrough(dsp.NewPulse(options), dsp.NewSkin(skin), samples, chosen.EDA != nil)
	}
	b.ReportMetric(float64((processorTime()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// colours are the optical channels of a camera.
func colours(rec *recording.Recording) []string {
	var out []string
	for _, c := range rec.Columns {
		if rest, ok := strings.CutPrefix(c.Name, "ppg_"); ok && len(rest) == 1 {
			out = append(out, c.Name)
		}
	}
	return out
}

// merged are the samples of all channels in the order in which the converters give them.
func merged(chosen recording.Selection, kind dsp.PulseKind) []dsp.Sample {
	var out []dsp.Sample
	for lead, c := range chosen.Pulse {
		seconds := make([]float64, len(c.T))
		for i, t := range c.T {
			seconds[i] = t.Seconds()
		}
		for i, s := range asVolts(seconds, c.V, kind) {
			s.T, s.Channel = c.T[i], dsp.Channel{Kind: dsp.ChannelPulse, Lead: uint8(lead)}
			out = append(out, s)
		}
	}
	if c := chosen.EDA; c != nil {
		for i, v := range c.V {
			volts := v / 4096 * 3.3
			if c.Unit == recording.Microsiemens {
				volts = dsp.GroveVolts(v, 3.3, 0.5)
			}
			out = append(out, dsp.Sample{T: c.T[i], Channel: dsp.Channel{Kind: dsp.ChannelEDA}, Volts: volts})
		}
	}
	slices.SortStableFunc(out, func(a, b dsp.Sample) int { return int(a.T - b.T) })
	return out
}

// playThrough steps both chains as the pipeline does: each whole second before the first sample after it.
func playThrough(p *dsp.Pulse, k *dsp.Skin, samples []dsp.Sample, skin bool) {
	dst, next := make([]dsp.Value, 0, 64), time.Second
	for _, s := range samples {
		for ; next <= s.T; next += time.Second {
			dst = p.Second(dst[:0], next)
			if skin {
				dst = k.Second(dst[:0], next)
			}
		}
		if s.Channel.Kind == dsp.ChannelEDA {
			dst = k.Sample(dst[:0], s)
		} else {
			dst = p.Sample(dst[:0], s)
		}
	}
}

// processorTime is what this process has used, in user and system time: another program on the machine does not count.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
