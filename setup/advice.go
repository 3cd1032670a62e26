package setup

import (
	"fmt"
	"time"

	"hubd/dsp"
)

// From where on a figure is worth a sentence.
const (
	slowClock    = 0.7 // of the clock that was asked for; a Pi 3 at rest makes 250 kHz of 400
	slowRate     = 0.97
	fastRate     = 1.03
	widestJitter = 3 * time.Millisecond // moves RMSSD by some per cent
	oftenSkipped = 0.01                 // of the samples
	oftenSame    = 0.5                  // of a pulse's samples,
	enoughNew    = 125.0                // unless so many a second are new: a fast converter rightly repeats itself
	oftenClipped = 0.01
	deadInput    = 0.005 // V at most, all the time
	loudPulse    = 0.010 // V rms
	loudSkin     = 0.003 // V rms, some 0.1 µS on a Grove board
	loudLight    = 0.002 // of the range
)

// ClockAdvice says what to do about a bus's clock; empty where nothing.
func ClockAdvice(asked float64, measured dsp.Maybe, spi bool) string {
	if !measured.Known || measured.Value >= slowClock*asked {
		return ""
	}
	if spi {
		return fmt.Sprintf("the clock is %s of the %s in the config: the Pi divides its core clock; nothing is wrong where the rates below are right",
			hertz(measured.Value), hertz(asked))
	}
	return fmt.Sprintf("the bus runs at %s: set dtparam=i2c_arm_baudrate=400000 in /boot/firmware/config.txt and reboot (a Pi 3 or Zero also needs core_freq_min=250 there)",
		hertz(measured.Value))
}

func hertz(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2g MHz", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.0f kHz", v/1e3)
	}
	return fmt.Sprintf("%.0f Hz", v)
}

// Advise says what to do about a channel, one sentence each; none where all is well or nobody wears it.
func Advise(kind dsp.ChannelKind, light bool, f Figures) (advice []string) {
	say := func(format string, args ...any) { advice = append(advice, fmt.Sprintf(format, args...)) }
	if f.Samples < 3 {
		say("no samples came: look at the chip above")
		return advice
	}
	switch {
	case !light && f.Achieved < slowRate*f.Asked: // a pulse chip samples by its own clock, which may be some per cent slow
		say("%.0f samples a second of the %.0f asked for: raise the bus clock, lower rate_hz, or move a channel to another chip", f.Achieved, f.Asked)
	case light && (f.Achieved > 1.1*f.Asked || f.Achieved < 0.9*f.Asked), !light && f.Achieved > fastRate*f.Asked:
		say("%.0f samples a second where %.0f were asked for: this is another chip than the config says, or a counterfeit", f.Achieved, f.Asked)
	}
	if float64(f.Skips) > oftenSkipped*float64(f.Samples) {
		say("%d samples are missing: another program keeps the machine or the bus busy; look at top, and at whether anything else uses this bus", f.Skips)
	}
	if f.JitterP99 > widestJitter {
		say("the time between samples wanders by %.1f ms: the machine is busy. hubd measures each sample's time, so this costs noise, not truth", ms(f.JitterP99))
	}
	return append(advice, signalAdvice(kind, light, f)...)
}

// signalAdvice is about what the samples say.
func signalAdvice(kind dsp.ChannelKind, light bool, f Figures) (advice []string) {
	say := func(format string, args ...any) { advice = append(advice, fmt.Sprintf(format, args...)) }
	clipped := f.Clipped > oftenClipped
	if clipped {
		say("%.0f %% of the samples are at an end of the range: %s", 100*f.Clipped, clipAdvice(kind, light, f))
	}
	same := f.Repeats > oftenSame && (1-f.Repeats)*f.Achieved < enoughNew
	if kind == dsp.ChannelPulse && same && f.Samples > 50 && !clipped { // at an end they repeat because the range is too small
		say("%.0f %% of the samples repeat the one before: %s", 100*f.Repeats, sameAdvice(light))
	}
	if limit := loud(kind, light); f.Noise.Or(0) > limit {
		say("the reading is noisy: keep the wires short, twist signal with ground, and put 10 µF and 100 nF from 3.3 V to ground at the board")
	}
	if f.Reason == reasonTrimmed {
		say("the board %s: turn its trimmer until the open electrodes read half the supply, or run hubd calibrate eda", f.Reason)
	}
	return advice
}

// reasonTrimmed is dsp's own word for a board whose trimmer is off.
const reasonTrimmed = "reads above its open circuit: trim or calibrate the board"

func clipAdvice(kind dsp.ChannelKind, light bool, f Figures) string {
	switch {
	case !light && f.High <= deadInput:
		return deadAdvice(kind)
	case light:
		return "press less, and keep daylight off the sensor"
	case kind == dsp.ChannelEDA:
		return "the electrodes touch each other, or the wire is broken; dry the skin a little"
	}
	return "press less or move the sensor; hubd calibrate pulse picks a larger full_scale_v where the converter is what ends"
}

func sameAdvice(light bool) string {
	if light {
		return "a board without a working light sensor, or one under opaque tape; or the chip stands still: pull it out and put it back"
	}
	return "the signal is too small for this range, or the chip stands still; hubd calibrate pulse picks a range where the converter has several"
}

// deadAdvice is for an input at which nothing arrives: no skin and no pressure holds it at ground all the time.
func deadAdvice(kind dsp.ChannelKind) string {
	advice := "it reads 0 V and nothing else: look at the board's 3.3 V and at its signal wire, and whether that goes to this input; or the chip stands still: take its supply off and on"
	if kind == dsp.ChannelEDA {
		return advice + "; or the electrodes touch each other"
	}
	return advice
}

func loud(kind dsp.ChannelKind, light bool) float64 {
	switch {
	case light:
		return loudLight
	case kind == dsp.ChannelEDA:
		return loudSkin
	}
	return loudPulse
}

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }
