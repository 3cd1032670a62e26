package wire

import (
	"hubd/dsp"
	"hubd/setup"
)

// Decimals of a probe.
const (
	rateDecimals   = 1
	jitterDecimals = 3
	probeDecimals  = 4
	voltDecimals   = 6
)

// AppendProbe appends what a probe found as one JSON object without a line end.
func AppendProbe(dst []byte, r setup.Report) []byte {
	o := open(dst).flag("ok", !r.Trouble()).flag("paused", r.Paused)
	o = append(o.key("buses"), '[')
	for i, b := range r.Buses {
		o = probeBus(separate(o, i), b)
	}
	o = append(object(append(o, ']')).key("lines"), '[')
	for i, l := range r.Lines {
		o = probeLine(separate(o, i), l)
	}
	return object(append(o, ']')).close()
}

func probeLine(dst object, l setup.Line) object {
	o := open(dst).text("line", l.Name).text("use", l.Use).text("found", l.Standing.String())
	return o.word("detail", l.Detail).word("advice", l.Advice).close()
}

func probeBus(dst object, b setup.Bus) object {
	o := open(dst).text("bus", b.Name).text("place", b.Place).text("found", b.Standing.String())
	o = o.number("clock_asked_hz", b.AskedHz, 0).maybe("clock_hz", b.Hz, 0).word("advice", b.Advice)
	o = append(o.key("chips"), '[')
	for i, c := range b.Chips {
		o = probeChip(separate(o, i), c)
	}
	return object(append(o, ']')).close()
}

func probeChip(dst object, c setup.Chip) object {
	o := open(dst).text("chip", c.Name).text("kind", c.Kind).text("place", c.Place).text("found", c.Standing.String())
	o = o.word("detail", c.Detail).word("advice", c.Advice)
	o = append(o.key("channels"), '[')
	for i, ch := range c.Channels {
		o = probeChannel(separate(o, i), ch)
	}
	return object(append(o, ']')).close()
}

func probeChannel(dst object, c setup.Channel) object {
	o := open(dst).text("wearer", c.Wearer).text("signal", c.Kind.String()).text("input", c.Input).flag("read", c.Read)
	if c.Read {
		o = probeFigures(o, c.Figures, c.Light)
	}
	o = append(o.key("advice"), '[')
	for i, a := range c.Advice {
		o = appendText(separate(o, i), a)
	}
	return object(append(o, ']')).close()
}

func probeFigures(o object, f setup.Figures, light bool) object {
	unit := "_v"
	if light {
		unit = "_share"
	}
	o = o.count("samples", f.Samples).number("rate_asked_hz", f.Asked, rateDecimals).number("rate_hz", f.Achieved, rateDecimals)
	o = o.millis("jitter_p50_ms", f.JitterP50, jitterDecimals).millis("jitter_p99_ms", f.JitterP99, jitterDecimals)
	o = o.number("repeats_percent", 100*f.Repeats, rateDecimals).count("skips", f.Skips)
	o = o.maybe("noise"+unit, f.Noise, voltDecimals).number("low"+unit, f.Low, probeDecimals).number("high"+unit, f.High, probeDecimals)
	o = o.number("saturated_percent", 100*f.Clipped, rateDecimals)
	return o.flag("contact", f.Contact).number("quality", f.Quality, 2).word("reason", f.Reason)
}

// signalWords names a signal for people.
func signalWords(k dsp.ChannelKind) string {
	if k == dsp.ChannelEDA {
		return "skin"
	}
	return k.String()
}
