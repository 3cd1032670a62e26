package draw

import (
	"math"
	"strings"
	"unicode"
)

// Bar draws a share of 0…1 as a bar of so many characters.
func Bar(share float64, width int, plain bool) string {
	full, empty := "█", "░"
	if plain {
		full, empty = "#", "."
	}
	if width <= 0 {
		return ""
	}
	if math.IsNaN(share) {
		share = 0
	}
	n := int(math.Round(min(max(share, 0), 1) * float64(width)))
	return strings.Repeat(full, n) + strings.Repeat(empty, width-n)
}

// Fit cuts a line to a width, with a mark where something is missing. What would move the cursor, or is wider or narrower than one
// character, becomes a question mark.
func Fit(line string, width int, plain bool) string {
	if width <= 0 {
		return ""
	}
	runes := []rune(line)
	for i, r := range runes {
		if !single(r) || plain && r > '~' {
			runes[i] = '?'
		}
	}
	if len(runes) <= width {
		return string(runes)
	}
	mark := '…'
	if plain {
		mark = '~'
	}
	return string(append(runes[:width-1], mark))
}

// single tells whether a character takes exactly one place in a terminal: what hubd writes itself does. Names of wearers are ids.
func single(r rune) bool {
	switch {
	case r < ' ' || r == 0x7F:
		return false
	case r <= 0x2FF, r >= 0x370 && r < 0x483, r >= 0x2010 && r <= 0x2027, r >= 0x2190 && r <= 0x21FF, r >= 0x2500 && r <= 0x259F, r >= 0x2800 && r <= 0x28FF:
		return unicode.IsPrint(r) || r == brailleBlank
	}
	return false
}

// Wrap breaks words into at most n lines of a width; the last one is cut.
func Wrap(text string, width, n int, plain bool) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width || len(lines) == n-1:
			line += " " + word
		default:
			lines, line = append(lines, Fit(line, width, plain)), word
		}
	}
	if line != "" && len(lines) < n {
		lines = append(lines, Fit(line, width, plain))
	}
	return lines
}
