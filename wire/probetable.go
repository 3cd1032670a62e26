package wire

import (
	"fmt"
	"strings"

	"hubd/dsp"
	"hubd/setup"
)

// AppendProbeTable appends what a probe found as lines of at most 80 columns to read, but for sentences, and what to do at the end.
func AppendProbeTable(dst []byte, r setup.Report) []byte {
	var todo []string
	for _, b := range r.Buses {
		dst = probeBusLines(dst, b, &todo)
	}
	dst = probeHeaderLines(dst, r.Lines, &todo)
	if r.Paused {
		dst = append(dst, "A paused wearer's signals were not read. hubd probe --wearer ID reads them while it runs: that is this wearer's own act.\n"...)
	}
	if len(r.Buses) == 0 {
		return append(dst, "This config names no bus.\n"...)
	}
	if len(todo) == 0 {
		return append(dst, "Nothing to mend.\n"...)
	}
	dst = append(dst, "What to do:\n"...)
	for _, t := range todo {
		dst = fmt.Appendf(dst, "  - %s\n", t)
	}
	return dst
}

func probeBusLines(dst []byte, b setup.Bus, todo *[]string) []byte {
	dst = fmt.Appendf(dst, "%s   %s   ", plain(b.Name), b.Place)
	switch {
	case b.Standing != setup.Found:
		dst = append(dst, b.Standing.Words()...)
	case b.Hz.Known:
		dst = fmt.Appendf(dst, "clock %.0f kHz of %.0f", b.Hz.Value/1e3, b.AskedHz/1e3)
	default:
		dst = append(dst, "clock not measured"...)
	}
	dst = append(dst, '\n')
	advise(todo, b.Name, b.Advice)
	for _, c := range b.Chips {
		dst = probeChipLines(dst, c, todo)
	}
	return append(dst, '\n')
}

// probeHeaderLines are the GPIO lines.
func probeHeaderLines(dst []byte, lines []setup.Line, todo *[]string) []byte {
	if len(lines) == 0 {
		return dst
	}
	dst = append(dst, "GPIO lines\n"...)
	for _, l := range lines {
		dst = fmt.Appendf(dst, "  %s   %s: %s", plain(l.Name), plain(l.Use), l.Standing.Words())
		if l.Detail != "" {
			dst = fmt.Appendf(dst, " (%s)", plain(l.Detail))
		}
		dst = append(dst, '\n')
		advise(todo, l.Name, l.Advice)
	}
	return append(dst, '\n')
}

func advise(todo *[]string, what, advice string) {
	if advice != "" {
		*todo = append(*todo, string(plain(what))+": "+advice)
	}
}

const probeHead = "    signal    input    rate/s        jitter ms    same  lost  noise    at ends\n"

func probeChipLines(dst []byte, c setup.Chip, todo *[]string) []byte {
	dst = fmt.Appendf(dst, "  %s   %s at %s: %s", plain(c.Name), c.Kind, c.Place, c.Standing.Words())
	if c.Detail != "" {
		dst = fmt.Appendf(dst, " (%s)", plain(c.Detail))
	}
	dst = append(dst, '\n')
	advise(todo, c.Name, c.Advice)
	if len(c.Channels) > 0 {
		dst = append(dst, probeHead...)
	}
	for _, ch := range c.Channels {
		dst = probeChannelLines(dst, ch)
		for _, a := range ch.Advice {
			advise(todo, ch.Wearer+" "+signalWords(ch.Kind)+" on "+c.Name+" "+ch.Input, a)
		}
	}
	return dst
}

func probeChannelLines(dst []byte, c setup.Channel) []byte {
	name := string(plain(c.Wearer)) + " " + signalWords(c.Kind)
	if !c.Read {
		return fmt.Appendf(dst, "    %-9s %-8s not read: paused\n", name, c.Input)
	}
	f := c.Figures
	dst = fmt.Appendf(dst, "    %-9s %-8s %-13s %-12s %3.0f %%  %4d  %-8s %3.0f %%\n", name, c.Input,
		fmt.Sprintf("%.1f of %.0f", f.Achieved, f.Asked), fmt.Sprintf("%.2f / %.2f", 1e3*f.JitterP50.Seconds(), 1e3*f.JitterP99.Seconds()),
		100*f.Repeats, f.Skips, amount(f.Noise, c.Light), 100*f.Clipped)
	return fmt.Appendf(dst, "    %-9s %s to %s, %s\n", "", extent(f.Low, c.Light), extent(f.High, c.Light), contactWords(f))
}

// amount is a small value of a channel.
func amount(m dsp.Maybe, light bool) string {
	switch {
	case !m.Known:
		return "-"
	case light:
		return fmt.Sprintf("%.3f %%", 100*m.Value)
	}
	return fmt.Sprintf("%.2f mV", 1e3*m.Value)
}

func extent(v float64, light bool) string {
	if light {
		return fmt.Sprintf("%.0f %%", 100*v)
	}
	return fmt.Sprintf("%.2f V", v)
}

// contactWords say whether it is worn, and what keeps the signal from being good.
func contactWords(f setup.Figures) string {
	words := "not worn"
	if f.Contact {
		words = fmt.Sprintf("worn, quality %.2f", f.Quality)
	}
	if f.Reason == "" {
		return words
	}
	return words + ": " + strings.TrimSpace(f.Reason)
}
