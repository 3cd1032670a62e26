package wire

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"hubd/regulation"
)

// why says in a few words why nothing is named.
func why(r regulation.UnknownReason) string {
	switch r {
	case regulation.ReasonNoContact:
		return "no contact"
	case regulation.ReasonPoorSignal:
		return "signal not clear"
	case regulation.ReasonLearning:
		return "your rest is not known yet"
	case regulation.ReasonMoving:
		return "moving"
	case regulation.ReasonPacedBreathing:
		return "paced breathing"
	case regulation.ReasonNight:
		return "night"
	case regulation.ReasonSetUp:
		return "being set up"
	}
	return ""
}

// direction says a feature and which way it went, against the wearer's own rest.
func direction(r regulation.Reason) string {
	what, more, less := regulation.FeatureWords(plain(r.Feature))
	switch z := string(appendSigned(nil, r.Z, reasonDecimals)); {
	case z == "0.0":
		return what + " as at rest"
	case z == "null":
		return what
	case r.Z < 0:
		return what + " " + less + ", " + z
	default:
		return what + " " + more + ", " + z
	}
}

// appendSigned is appendNumber with the sign of what is above 0 too.
func appendSigned(dst []byte, v float64, decimals int) []byte {
	start := len(dst)
	dst = appendNumber(dst, v, decimals)
	if v > 0 && !math.IsInf(v, 0) && !isZero(dst[start:]) {
		dst = slices.Insert(dst, start, '+')
	}
	return dst
}

// goodQuality is the least quality that is called good.
const goodQuality = 0.8

// grade is a signal's quality in words: good from 0.8, fair from 0.5.
func grade(contact bool, quality float64) string {
	switch {
	case !contact:
		return "no contact"
	case quality >= goodQuality:
		return "good"
	case quality >= 0.5:
		return "fair"
	}
	return "poor"
}

// plain keeps a text from config or a chip to what every terminal shows: ASCII and the two signs of units, on one line.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= ' ' && r <= '~' || r == 'µ' || r == '²' {
			return r
		}
		return '?'
	}, s)
}

// clock appends a stream time as minutes and seconds.
func clock(dst []byte, seconds int64) []byte {
	seconds = max(seconds, 0)
	dst = twoDigits(dst, seconds/60)
	return twoDigits(append(dst, ':'), seconds%60)
}

func twoDigits(dst []byte, n int64) []byte {
	if n < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, n, 10)
}
