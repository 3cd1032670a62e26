package report

import "strings"

// PatternsText says in lines for reading what tends to go before being wound up, and before settling.
func PatternsText(in *Input) string {
	p := in.patterns()
	var b strings.Builder
	b.WriteString("What was there before, of wearer " + in.Wearer + ", " + in.dates() + ".\n")
	b.WriteString("Counts within half an hour. What goes before something need not bring it about, and of many lines about one in twenty differs by chance.\n")
	appendPatterns(&b, "Before becoming wound up", p.Activation)
	appendPatterns(&b, "Before settling", p.Settling)
	return b.String()
}

func appendPatterns(b *strings.Builder, title string, all []pattern) {
	b.WriteString("\n" + title + "\n")
	if len(all) == 0 {
		b.WriteString("  too little is known for counts: something has to have been there three times\n")
	}
	for _, p := range all {
		b.WriteString("  " + p.What + ": " + p.Count + ", " + p.Words)
		if p.Beside != nothingBeside {
			b.WriteString("; otherwise " + p.Otherwise + ", " + p.Beside)
		}
		b.WriteString("\n")
	}
}
