package wire

import (
	"math"

	"hubd/dsp"
	"hubd/room"
)

// lampStatus appends one lamp of the status. What is null is not known, or, of asked, not asked for.
func lampStatus(dst []byte, l room.LampStatus) []byte {
	o := open(dst).text("lamp", l.Lamp)
	if known := l.Gone || l.On.Known; known {
		o = o.flag("reachable", !l.Gone)
	} else {
		o = o.null("reachable")
	}
	if l.On.Known {
		o = o.flag("on", l.On.Value != 0)
	} else {
		o = o.null("on")
	}
	o = attributeStatus(o.key("brightness_percent"), l.Brightness, brightnessDecimals)
	o = attributeStatus(o.key("kelvin"), l.Kelvin, kelvinDecimals)
	return o.text("says", lampWords(l)).close()
}

func attributeStatus(dst []byte, a room.AttributeStatus, decimals int) []byte {
	return open(dst).maybe("asked", a.Asked, decimals).maybe("reported", a.Reported, decimals).flag("hand", a.Hand).close()
}

// lampDecimals are those of a lamp's brightness and colour temperature in words.
const lampDecimals = 0

// apartPoints is how far a lamp may be from what it is asked for without a word: it is on its way, or rounds.
const apartPoints = 3.0

// lampWords says how it is with a lamp, in plain words.
func lampWords(l room.LampStatus) string {
	switch {
	case l.Gone:
		return "not reached"
	case !l.On.Known:
		return "has not said how it is"
	case l.On.Value == 0:
		return "off"
	}
	says := levels(l.Brightness.Reported, l.Kelvin.Reported)
	asked := levels(l.Brightness.Asked, l.Kelvin.Asked)
	switch {
	case l.Brightness.Hand && l.Kelvin.Hand:
		return says + ", by hand"
	case l.Brightness.Hand:
		return says + ", brightness by hand"
	case l.Kelvin.Hand:
		return says + ", white by hand"
	case asked == "":
		return says + ", left alone"
	case apart(l.Brightness):
		return asked + ", on the way from " + levels(l.Brightness.Reported, dsp.Maybe{})
	}
	return asked
}

func apart(a room.AttributeStatus) bool {
	return a.Asked.Known && a.Reported.Known && math.Abs(a.Asked.Value-a.Reported.Value) > apartPoints
}

// levels are "30 % 2400 K", or what of it is known.
func levels(brightness, kelvin dsp.Maybe) string {
	var dst []byte
	if brightness.Known {
		dst = append(appendNumber(dst, brightness.Value, lampDecimals), " %"...)
	}
	if brightness.Known && kelvin.Known {
		dst = append(dst, ' ')
	}
	if kelvin.Known {
		dst = append(appendNumber(dst, kelvin.Value, lampDecimals), " K"...)
	}
	return string(dst)
}
