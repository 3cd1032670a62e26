package report

import "strings"

// view is what the page shows, in its words.
type view struct {
	Title, About string
	Worn         wornView
	Ribbons      []ribbon
	RibbonHeight int
	RibbonTicks  []tick
	Charts       []chart
	Long         bool
	Compare      []compareRow
	Without      string
	Trouble      string

	HasSessions                                                  bool
	Sessions, Practices, CheckIns, Recoveries, Settings, Morning []line
	Helped                                                       []helpedRow
	Noted                                                        []line
	Patterns                                                     patterns
	PatternsOf                                                   string

	HasJournal bool
	Journal    []note

	Left, Right, Wide, ChartHeight int // of a drawing's field
}

func (in *Input) view() view {
	own := in.own()
	v := view{
		Title: in.title(), About: "Of wearer " + in.Wearer + ".", Worn: in.worn(own), Without: in.Without.words(), Trouble: in.Trouble,
		Long: in.long(), Compare: in.compare(own),
		HasSessions: !in.Without.Sessions, HasJournal: !in.Without.Journal, Journal: in.journal(own), Noted: noted(own.Notes),
		Left: chartLeft, Right: chartLeft + chartWidth, Wide: chartWidth, ChartHeight: chartHeight,
	}
	for _, x := range measures() {
		v.Charts = append(v.Charts, in.chart(own, x))
	}
	if v.HasSessions {
		v.Ribbons, v.RibbonTicks = in.ribbons(own), in.ribbonColumns()
		v.RibbonHeight = len(v.Ribbons) * ribbonHeight
		v.Sessions, v.Practices, v.CheckIns = in.sessions(own), in.practices(own), in.checkIns(own)
		v.Recoveries, v.Settings, v.Morning = in.recoveries(own), in.settings(own), in.mornings(own)
		v.Helped, v.Patterns, v.PatternsOf = in.helped(), in.patterns(), in.patternsOf()
	}
	return v
}

func (in *Input) title() string {
	words := map[Kind]string{Week: "A week", Session: "A session", Span: "Some days"}[in.Kind]
	if in.Without.Times {
		return words
	}
	return words + ", " + strings.TrimPrefix(in.dates(), "from ")
}

// patternsOf says how much the counts look at.
func (in *Input) patternsOf() string {
	if in.Kind == Week {
		return "of this week and the four before it"
	}
	return "of the time of this report"
}
