package config

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const maxText = 512 // bytes of one text value

// text reads any single value as it stands; empty where it is absent or no text.
func (r *reader) text(v value) string {
	if !v.present() {
		return ""
	}
	switch {
	case v.node.Kind != yaml.ScalarNode:
		r.problem(v, "wanted is one text, without keys or list")
	case len(v.node.Value) > maxText:
		r.problem(v, "wanted are at most %d bytes", maxText)
	case !utf8.ValidString(v.node.Value) || strings.ContainsFunc(v.node.Value, unicode.IsControl):
		r.problem(v, "wanted is one line of text without control characters")
	default:
		return v.node.Value
	}
	return ""
}

// text is the text under a key, or other.
func (o *object) text(key, other string) string {
	if t := o.r.text(o.get(key)); t != "" {
		return t
	}
	return other
}

// number reads lo…hi; unit goes into the message.
func (o *object) number(key string, other, lo, hi float64, unit string) float64 {
	v := o.get(key)
	if !v.present() {
		return other
	}
	n, ok := o.r.number(v)
	if !ok || !(n >= lo && n <= hi) {
		o.r.problem(v, "wanted is a number from %s to %s%s%s", figure(lo), figure(hi), unitText(unit), unquoted(v))
		return other
	}
	return n
}

func (r *reader) number(v value) (float64, bool) {
	tag := v.node.ShortTag()
	if v.node.Kind != yaml.ScalarNode || (tag != "!!int" && tag != "!!float") {
		return 0, false
	}
	if n, err := strconv.ParseInt(v.node.Value, 0, 64); err == nil {
		return float64(n), true
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(v.node.Value, "_", ""), 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

// integer reads a whole number of lo…hi.
func (o *object) integer(key string, other, lo, hi int) int {
	v := o.get(key)
	if !v.present() {
		return other
	}
	n, ok := o.r.whole(v, lo, hi)
	if !ok {
		o.r.problem(v, "wanted is a whole number from %d to %d%s", lo, hi, unquoted(v))
		return other
	}
	return n
}

// whole reads a whole number of lo…hi.
func (r *reader) whole(v value, lo, hi int) (int, bool) {
	if !v.present() {
		return 0, false
	}
	n, ok := r.number(v)
	if !ok || n != math.Trunc(n) || n < float64(lo) || n > float64(hi) {
		return 0, false
	}
	return int(n), true
}

// unquoted is what to add where a number stands in quotes, which make a text of it.
func unquoted(v value) string {
	if v.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
		return ""
	}
	if _, err := strconv.ParseFloat(v.node.Value, 64); err != nil {
		if _, err := strconv.ParseInt(v.node.Value, 0, 64); err != nil {
			return ""
		}
	}
	return ": take the quotes away"
}

// seconds reads a number of seconds.
func (o *object) seconds(key string, other, lo, hi time.Duration) time.Duration {
	s := o.number(key, other.Seconds(), lo.Seconds(), hi.Seconds(), "seconds")
	return time.Duration(math.Round(s * float64(time.Second)))
}

// flag reads true or false; on, off, yes and no mean the same.
func (o *object) flag(key string, other bool) bool {
	v := o.get(key)
	if !v.present() {
		return other
	}
	if v.node.Kind == yaml.ScalarNode {
		switch strings.ToLower(v.node.Value) {
		case "true", "on", "yes":
			return true
		case "false", "off", "no":
			return false
		}
	}
	o.r.problem(v, "wanted is true or false")
	return other
}

// choice reads one of several words.
func choice[T ~string](o *object, key string, other T, words ...T) T {
	v := o.get(key)
	if !v.present() {
		return other
	}
	return pick(o.r, v, other, words...)
}

func pick[T ~string](r *reader, v value, other T, words ...T) T {
	if v.node.Kind == yaml.ScalarNode && slices.Contains(words, T(v.node.Value)) {
		return T(v.node.Value)
	}
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	want := "wanted is " + orList(all)
	if v.node.Kind == yaml.ScalarNode {
		if near := nearest(v.node.Value, all); near != "" && len(all) > 4 {
			want += fmt.Sprintf("; is %s meant?", near)
		}
	}
	r.problem(v, "%s", want)
	return other
}

func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

const idWant = "a lower-case letter, then at most 31 of a–z, 0–9 and -"

// isID tells whether a word can name a hub, a wearer or a lamp in a topic.
func isID(s string) bool {
	if len(s) < 1 || len(s) > 32 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return !strings.ContainsFunc(s, notInID)
}

func notInID(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' }

// id reads a required id; empty where it is none.
func (o *object) id(key string) string {
	v := o.need(key, idWant)
	return o.r.id(v)
}

func (r *reader) id(v value) string {
	switch s := r.text(v); {
	case s == "" && !v.present():
		return ""
	case !isID(s):
		r.problem(v, "wanted is %s", idWant)
	case s == "room" || s == "status" || s == "sim":
		r.problem(v, "this word is taken by topics of hubd's own: wanted is another id")
	default:
		return s
	}
	return ""
}

// topic reads an MQTT topic that can be published to.
func (o *object) topic(key, other string) string {
	v := o.get(key)
	t := o.r.text(v)
	switch {
	case t == "":
		return other
	case strings.ContainsAny(t, "+#"):
		o.r.problem(v, "a topic holds neither + nor # here: wanted is one topic")
	case strings.HasPrefix(t, "/") || strings.HasSuffix(t, "/"):
		o.r.problem(v, "a topic neither begins nor ends with /")
	case strings.HasPrefix(t, "$"):
		o.r.problem(v, "topics that begin with $ belong to the broker")
	default:
		return t
	}
	return other
}

// file reads the name of a file.
func (o *object) file(key string) string {
	v := o.get(key)
	p := o.r.text(v)
	if p != "" && (strings.HasSuffix(p, "/") || filepath.Clean(p) == ".") {
		o.r.problem(v, "wanted is the name of a file, not of a folder")
		return ""
	}
	return p
}

// clockTime reads a local time of day.
func (o *object) clockTime(key string) time.Duration {
	v := o.need(key, "a time of day such as 22:30")
	if !v.present() {
		return 0
	}
	at, err := time.Parse("15:04", v.node.Value)
	if v.node.Kind != yaml.ScalarNode || err != nil {
		o.r.problem(v, "wanted is a time of day such as 22:30")
		return 0
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
}

func figure(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func unitText(unit string) string {
	if unit == "" {
		return ""
	}
	return " (" + unit + ")"
}
