package report_test

import (
	"math"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/regulation"
	"hubd/report"
	"hubd/room"
)

// place is where the tests' dates are told.
func place() *time.Location { return time.FixedZone("", 3600) }

// evening is where the rows of tests begin.
func evening() time.Time { return time.Date(2026, 11, 20, 20, 0, 0, 0, place()) }

// lived gives minutes of a body that is wound up now and then, with a gap, all by a fixed rule.
func lived(from time.Time, n int) (minutes []history.Minute) {
	for i := range n {
		if i%97 >= 60 && i%97 < 71 {
			continue // taken off
		}
		wave := math.Sin(float64(i) / 9)
		m := history.Minute{
			Wearer: "a", At: from.Add(time.Duration(i) * time.Minute), Worn: time.Minute, Usable: 55 * time.Second,
			HeartRate: dsp.Some(68 + 9*wave + float64(i%7)/3), RMSSD: dsp.Some(41 - 12*wave), SCL: dsp.Some(4.2 + wave + float64(i)/400),
			SCRPerMin: dsp.Some(3 + 2.5*wave), Breathing: dsp.Some(13 + 3*wave), Arousal: dsp.Some(1.6 * wave), Vagal: dsp.Some(-wave),
		}
		if i%31 == 30 {
			m.RMSSD, m.Breathing = dsp.Maybe{}, dsp.Maybe{}
		}
		m.States[stateOf(wave)] = 55 * time.Second
		m.States[regulation.Unknown] += 5 * time.Second
		minutes = append(minutes, m)
	}
	return minutes
}

func stateOf(wave float64) regulation.Name {
	switch {
	case wave > 0.7:
		return regulation.Activated
	case wave > 0.3:
		return regulation.Engaged
	case wave < -0.9:
		return regulation.Withdrawn
	}
	return regulation.Settled
}

func stamp(at time.Time) history.Stamp { return history.Stamp{Wearer: "a", At: at} }

// happened gives the moments of an evening that begins at from.
func happened(from time.Time) []history.Moment {
	at := func(minutes int) history.Stamp { return stamp(from.Add(time.Duration(minutes) * time.Minute)) }
	return []history.Moment{
		{Stamp: at(0), What: history.MomentCue, Name: "neutral"},
		{Stamp: at(12), What: history.MomentCue, Name: "activated"},
		{Stamp: at(22), What: history.MomentCue, Name: "activated", Detail: "breath"},
		{Stamp: at(27), What: history.MomentPractice, Name: "breath", Detail: "done", Numbers: [3]dsp.Maybe{dsp.Some(300)}},
		{Stamp: at(28), What: history.MomentCue, Name: "settled"},
		{Stamp: at(31), What: history.MomentRecovery, Numbers: [3]dsp.Maybe{dsp.Some(95), dsp.Some(140)}},
		{Stamp: at(40), What: history.MomentCheckIn, Detail: "asked"},
		{Stamp: at(41), What: history.MomentAnswer, Name: "space"},
		{Stamp: at(60), What: history.MomentConsent, Name: "share", Detail: "none"},
	}
}

// hostile is what somebody may write into a journal.
const hostile = `<script>alert("x")</script><img src=x onerror=alert(1)> & 'quotes' "too"`

func written(from time.Time) []history.Note {
	return []history.Note{
		{ID: 1, Wearer: "a", At: from.Add(10 * time.Minute), Text: "A call from work came in.\nI noticed my jaw.",
			Tags: []history.Tag{{Kind: history.TagHappened, Word: "call"}, {Kind: history.TagBody, Word: "jaw"}}},
		{ID: 2, Wearer: "a", At: from.Add(50 * time.Minute), Text: hostile, Tags: []history.Tag{{Kind: history.TagHelped, Word: "humming</td>"}},
			Labs: []history.Lab{{Name: "oxytocin", Value: 12.3, Unit: "pg/ml", About: "saliva, enzyme immunoassay"}}},
	}
}

// twoHours is a session of two hours.
func twoHours() *report.Input {
	from := evening()
	return &report.Input{Wearer: "a", Kind: report.Session, From: from, To: from.Add(2 * time.Hour), Rows: report.Rows{
		Minutes: lived(from, 120), Moments: happened(from), Notes: written(from),
		Sessions: []history.Session{{Stamp: stamp(from), Of: room.Alone, Over: true, Lasted: 2 * time.Hour}},
	}}
}

// aWeek is a week of six evenings, with the four weeks before it.
func aWeek() *report.Input {
	from, to := report.WeekOf(evening().AddDate(0, 0, 6))
	in := &report.Input{Wearer: "a", Kind: report.Week, From: from, To: to}
	for d := -28; d < 7; d++ {
		if d%7 == 3 || d < -21 && d%2 == 0 {
			continue
		}
		begin := from.AddDate(0, 0, d).Add(time.Duration(18*60+37*(d+28)%240) * time.Minute)
		in.Rows.Minutes = append(in.Rows.Minutes, lived(begin, 90+11*(d+28)%90)...)
		in.Rows.Moments = append(in.Rows.Moments, happened(begin)...)
		in.Rows.Notes = append(in.Rows.Notes, written(begin)...)
		kind := []room.SessionKind{room.Alone, room.Together}[(d+28)%5/4]
		in.Rows.Sessions = append(in.Rows.Sessions, history.Session{Stamp: stamp(begin), Of: kind, Over: true, Lasted: 80 * time.Minute, Asked: kind == room.Together})
	}
	in.Rows.Mornings = []history.Morning{{Stamp: stamp(from.Add(31 * time.Hour)), Night: regulation.Night{
		Worn: 7 * time.Hour, Usable: 6 * time.Hour, LowestBPM: dsp.Some(51), MedianBPM: dsp.Some(57), RMSSD: dsp.Some(52), BreathingPerMin: dsp.Some(13.2), RestlessPeriods: dsp.Some(4)}}}
	return in
}
