package history

import (
	"slices"

	"hubd/pipeline"
)

// Lower lets go of what was gathered of a wearer, is not on the disk, and is more than keep names: nothing of it comes there any more. The
// minute that was begun goes on where minutes are still kept.
func (d *DB) Lower(wearer string, keep pipeline.Keep) {
	if keep < pipeline.KeepSummaries {
		d.forget(Erasing{Wearer: wearer})
		return
	}
	if keep < pipeline.KeepJournal {
		d.gatherer.forgetJournal(wearer)
	}
}

// forgetJournal lets go of what only a journal holds: intervals, moments of a session, and what practices came to.
func (g *gatherer) forgetJournal(wearer string) {
	if c := g.collectors[wearer]; c != nil {
		c.beats = Intervals{Beats: c.beats.Beats[:0]}
	}
	g.stamped = slices.DeleteFunc(g.stamped, func(r stampedRow) bool {
		return r.Wearer == wearer && (r.table == tableIntervals || r.table == tableMoments && ofJournal(r.row))
	})
	g.results = slices.DeleteFunc(g.results, func(r result) bool { return r.Wearer == wearer })
}

// ofJournal tells of a row of a moment whether only a journal holds it: a practice and an own setting are kept with summaries too.
func ofJournal(row []byte) bool {
	m, err := decodeMoment(row)
	return err == nil && m.What != MomentPractice && m.What != MomentConsent
}
