package wire

import (
	"strings"

	"hubd/regulation"
)

// OwnRest is how a wearer's declared rest goes and what is known of that wearer's own rest: for that wearer alone, never for a broker,
// a log or another wearer. It compares with nobody.
type OwnRest struct {
	Wearer   string
	Rest     regulation.Rest
	Kept     bool // it outlasts a restart: keep is rest or more
	Baseline regulation.Baseline
}

// AppendOwnRest appends it as one JSON object without a line end. missing is what to do where a second does not count, and says how
// it goes or went, both in words for the wearer.
func AppendOwnRest(dst []byte, r OwnRest) []byte {
	p := r.Baseline.Portrait()
	o := open(dst).text("wearer", r.Wearer).text("phase", r.Rest.Phase.String())
	o = o.count("good_s", r.Rest.Seconds).count("wanted_s", regulation.RestSeconds)
	o = o.seconds("left_s", r.Rest.Left, windowDecimals)
	o = o.word("missing", r.Rest.Missing.Words()).text("says", r.Rest.Words())
	o = o.text("stage", r.Baseline.Stage().String()).flag("kept", r.Kept)
	o = o.count("minutes", p.Minutes).count("days", p.Days).count("declared", p.Declared)
	o = append(o.key("measures"), '[')
	for i, m := range p.Measures {
		o = appendMeasure(separate(o, i), m)
	}
	o = append(append(o, ']').key("unlike"), '[')
	for i, name := range p.Unlike {
		o = appendText(separate(o, i), name)
	}
	return object(append(o, ']')).close()
}

func appendMeasure(dst object, m regulation.Measure) object {
	o := open(dst).text("name", m.Name).text("unit", m.Unit)
	o = o.number("median", m.Median, axisDecimals).number("lower", m.Lower, axisDecimals).number("higher", m.Higher, axisDecimals)
	return o.count("minutes", m.Minutes).close()
}

// AppendRestTable appends what is known of a wearer's own rest as lines to read.
func AppendRestTable(dst []byte, r RestReport) []byte {
	dst = appendRestHead(dst, r)
	if len(r.Measures) == 0 {
		return dst
	}
	dst = append(pad(append(dst, '\n'), "", restNameWidth), "most often   two thirds of the minutes   known in\n"...)
	for _, m := range r.Measures {
		dst = pad(dst, measureWords(m.Name), restNameWidth)
		dst = pad(dst, string(appendNumber(nil, m.Median, 1)), 13)
		between := appendNumber(append(appendNumber(nil, m.Lower, 1), " to "...), m.Higher, 1)
		dst = pad(dst, string(append(append(between, ' '), plain(m.Unit)...)), 28)
		dst = append(appendNumber(dst, float64(m.Minutes), 0), plural(" minute", m.Minutes)...)
		dst = append(dst, '\n')
	}
	dst = append(dst, '\n')
	if words := UnlikeWords(r.Unlike); words != "" {
		dst = append(append(dst, words...), '\n')
	}
	return append(dst, "It is never set beside another wearer's. hubd is no medical device: these are no findings.\n"...)
}

// UnlikeWords says in which measures a rest lies far from what is usual, and what that may mean; empty where in none.
func UnlikeWords(names []string) string {
	if len(names) == 0 {
		return ""
	}
	var words []string
	for _, name := range names {
		words = append(words, measureWords(name))
	}
	return "It lies far from what is usual in: " + strings.Join(words, ", ") +
		". That may be how you are; or it was no rest. hubd is less sure with it."
}

// appendRestHead says how much is known, and how long it stays.
func appendRestHead(dst []byte, r RestReport) []byte {
	dst = append(append(append(dst, "Own rest of "...), plain(r.Wearer)...), ": "...)
	if r.Minutes == 0 {
		return append(dst, "nothing learnt yet. hubd rest learns it in three minutes.\n"...)
	}
	dst = append(appendNumber(dst, float64(r.Minutes), 0), plural(" quiet minute", r.Minutes)...)
	if r.Days > 0 {
		dst = append(appendNumber(append(dst, " on "...), float64(r.Days), 0), plural(" day", r.Days)...)
	}
	if r.Declared > 0 {
		dst = append(appendNumber(append(dst, ", "...), float64(r.Declared), 0), " of them from a rest you declared"...)
	}
	dst = append(append(append(dst, ".\nStage: "...), stageWords(r.Stage)...), '\n')
	if !r.Kept {
		dst = append(dst, "It is not stored, and gone when hubd restarts: keep is nothing.\n"...)
	}
	return dst
}

// RestReport is what AppendOwnRest writes, as a client reads it.
type RestReport struct {
	Wearer   string        `json:"wearer"`
	Phase    string        `json:"phase"`
	Good     int           `json:"good_s"`
	Wanted   int           `json:"wanted_s"`
	Left     float64       `json:"left_s"`
	Missing  string        `json:"missing"` // empty: nothing is
	Says     string        `json:"says"`
	Stage    string        `json:"stage"`
	Kept     bool          `json:"kept"`
	Minutes  int           `json:"minutes"`
	Days     int           `json:"days"`
	Declared int           `json:"declared"`
	Measures []RestMeasure `json:"measures"`
	Unlike   []string      `json:"unlike"` // names of measures that lie far from what is usual
}

// RestMeasure is one measure of a RestReport.
type RestMeasure struct {
	Name    string  `json:"name"`
	Unit    string  `json:"unit"`
	Median  float64 `json:"median"`
	Lower   float64 `json:"lower"`
	Higher  float64 `json:"higher"`
	Minutes int     `json:"minutes"`
}

// Running tells whether a declared rest is being learnt.
func (r RestReport) Running() bool { return r.Phase == regulation.RestRunning.String() }

// Learnt tells whether the last declared rest was learnt.
func (r RestReport) Learnt() bool { return r.Phase == regulation.RestDone.String() }

const restNameWidth = 26

// pad appends a text and fills it up with spaces, at least one.
func pad(dst []byte, text string, width int) []byte {
	dst = append(dst, text...)
	for n := len([]rune(text)); n < width || n == len([]rune(text)); n++ {
		dst = append(dst, ' ')
	}
	return dst
}

// measureWords names a measure of somebody's rest.
func measureWords(name string) string {
	switch name {
	case "breathing":
		return "breathing rate"
	case "scl":
		return "skin moisture"
	}
	what, _, _ := regulation.FeatureWords(plain(name))
	return what
}

// stageWords says how well the own rest is known.
func stageWords(stage string) string {
	switch stage {
	case regulation.StageFirst.String():
		return "first. It is known from 20 quiet minutes on two days; until then hubd is at most 0.6 sure."
	case regulation.StageKnown.String():
		return "known."
	}
	return "new. From three quiet minutes on hubd names how your body is."
}
