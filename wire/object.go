package wire

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"hubd/dsp"
)

// object is a JSON object being written. Its methods append one member each, in the order they are called.
type object []byte

// open begins an object behind what dst holds.
func open(dst []byte) object { return append(object(dst), '{') }

// close ends the object.
func (o object) close() []byte { return append(o, '}') }

// key writes the comma and the key. Keys are hubd's own and need no escape.
func (o object) key(k string) object {
	if o[len(o)-1] != '{' {
		o = append(o, ',')
	}
	o = append(o, '"')
	o = append(o, k...)
	return append(o, '"', ':')
}

// null writes a member that is not known.
func (o object) null(k string) object { return append(o.key(k), "null"...) }

// text writes a string.
func (o object) text(k, s string) object { return appendText(o.key(k), s) }

// word writes a string, null where it is empty.
func (o object) word(k, s string) object {
	if s == "" {
		return o.null(k)
	}
	return o.text(k, s)
}

// flag writes a truth value.
func (o object) flag(k string, v bool) object { return strconv.AppendBool(o.key(k), v) }

// count writes a whole number.
func (o object) count(k string, n int) object { return o.size(k, int64(n)) }

// size writes a number that may be larger than a 32-bit Pi counts.
func (o object) size(k string, n int64) object { return strconv.AppendInt(o.key(k), n, 10) }

// number writes a value that is always there. A NaN or an infinity is null: neither may leave hubd.
func (o object) number(k string, v float64, decimals int) object {
	return appendNumber(o.key(k), v, decimals)
}

// maybe writes a value, null where it is absent.
func (o object) maybe(k string, m dsp.Maybe, decimals int) object {
	if !m.Known {
		return o.null(k)
	}
	return o.number(k, m.Value, decimals)
}

// seconds writes a duration in seconds.
func (o object) seconds(k string, d time.Duration, decimals int) object {
	return appendDuration(o.key(k), d, 9, decimals)
}

// millis writes a duration in milliseconds.
func (o object) millis(k string, d time.Duration, decimals int) object {
	return appendDuration(o.key(k), d, 6, decimals)
}

// at writes at_s, rounded up to the millisecond from the 0.1 ms of a beat's own time: rounded to the nearest it could print as
// earlier than the beat it follows from.
func (o object) at(d time.Duration) object {
	const tenth, milli = 100 * time.Microsecond, time.Millisecond
	up := d.Round(tenth)
	switch rest := up % milli; {
	case rest > 0:
		up += min(milli-rest, math.MaxInt64-up)
	case rest < 0:
		up -= rest
	}
	return o.seconds("at_s", up, timeDecimals)
}

// appendNumber writes v with fixed decimals, without the sign of a zero.
func appendNumber(dst []byte, v float64, decimals int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(dst, "null"...)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', decimals, 64)
	if dst[start] == '-' && isZero(dst[start+1:]) {
		dst = append(dst[:start], dst[start+1:]...)
	}
	return dst
}

func isZero(digits []byte) bool {
	for _, c := range digits {
		if c != '0' && c != '.' {
			return false
		}
	}
	return true
}

// appendDuration writes d in units of 10^power ns, in whole numbers only: the same bytes on every platform.
func appendDuration(dst []byte, d time.Duration, power, decimals int) []byte {
	n := uint64(d)
	if d < 0 {
		n = -n
	}
	step := pow10(power - decimals)
	n = n/step + n%step/((step+1)/2) // nearest, halves away from zero
	if d < 0 && n != 0 {
		dst = append(dst, '-')
	}
	unit := pow10(decimals)
	dst = strconv.AppendUint(dst, n/unit, 10)
	if decimals == 0 {
		return dst
	}
	dst = append(dst, '.')
	for rest := n % unit; unit > 1; rest %= unit {
		unit /= 10
		dst = append(dst, '0'+byte(rest/unit))
	}
	return dst
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// appendText writes a JSON string. Bytes that are no UTF-8 become the replacement character; line separators that some readers
// take for an end of line are escaped.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, `\ufffd`...)
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029':
			dst = appendEscape(dst, r)
		default:
			dst = append(dst, s[i:i+size]...)
		}
		i += size
	}
	return append(dst, '"')
}

func appendEscape(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
