package history

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// drawnNumber draws a number that a float32 holds, or none.
func drawnNumber(t *rapid.T, name string) dsp.Maybe {
	if !rapid.Bool().Draw(t, name+" known") {
		return dsp.Maybe{}
	}
	return dsp.Some(float64(float32(rapid.Float64Range(-1e6, 1e6).Draw(t, name))))
}

func wholeSpan(t *rapid.T, name string) time.Duration {
	return time.Duration(rapid.IntRange(0, int(maxSpan/time.Second)).Draw(t, name)) * time.Second
}

func word(t *rapid.T, name string) string {
	return rapid.StringMatching(`[a-zäß_]{0,12}`).Draw(t, name)
}

func TestARowOfASessionComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Session{
			Of: room.SessionKind(rapid.IntRange(int(room.Together), int(room.Night)).Draw(t, "kind")), Asked: rapid.Bool().Draw(t, "asked"),
		}
		if rapid.Bool().Draw(t, "over") {
			want.Over, want.Lasted = true, wholeSpan(t, "lasted")
		}
		got, err := decodeSession(encodeSession(want))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
	})
}

func TestARowOfAMorningComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Morning{Night: regulation.Night{
			Worn: wholeSpan(t, "worn"), Usable: wholeSpan(t, "usable"), LowestBPM: drawnNumber(t, "lowest"), MedianBPM: drawnNumber(t, "median"),
			RMSSD: drawnNumber(t, "rmssd"), BreathingPerMin: drawnNumber(t, "breathing"), RestlessPeriods: drawnNumber(t, "restless"),
		}}
		got, err := decodeMorning(encodeMorning(want))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
	})
}

func TestARowOfAMomentComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Moment{
			What: rapid.SampledFrom(MomentKinds()).Draw(t, "kind"), Name: word(t, "name"), Detail: word(t, "detail"),
			Numbers: [3]dsp.Maybe{drawnNumber(t, "first"), drawnNumber(t, "second"), drawnNumber(t, "third")},
		}
		got, err := decodeMoment(encodeMoment(want))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
	})
}

func TestARowOfIntervalsComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want Intervals
		for range rapid.IntRange(1, 200).Draw(t, "beats") {
			want.Beats = append(want.Beats, Interval{
				After: time.Duration(rapid.IntRange(0, 6_000_000).Draw(t, "after")) * intervalUnit,
				Dur:   time.Duration(rapid.IntRange(0, 500_000).Draw(t, "dur")) * intervalUnit,
				Class: dsp.IBIClass(rapid.IntRange(0, int(dsp.ClassAfterGap)).Draw(t, "class")),
			})
		}
		got, err := decodeIntervals(encodeIntervals(want))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
	})
}

func TestEveryKindOfMomentHasAWord(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range MomentKinds() {
		if seen[k.String()] || len(k.Numbers()) > len(Moment{}.Numbers) {
			t.Errorf("%s: a word twice, or more numbers than a row holds", k)
		}
		seen[k.String()] = true
	}
	if len(seen) != int(MomentCue) {
		t.Errorf("%d kinds, wanted are %d", len(seen), MomentCue)
	}
}

// goodRows has one row of each table.
func goodRows() map[table][]byte {
	return map[table][]byte{
		tableSessions: encodeSession(Session{Of: room.Alone, Over: true, Lasted: time.Hour}),
		tableMornings: encodeMorning(Morning{Night: regulation.Night{Worn: time.Hour, RMSSD: dsp.Some(40)}}),
		tableMoments:  encodeMoment(Moment{What: MomentState, Name: "settled", Numbers: [3]dsp.Maybe{dsp.Some(0.5)}}),
		tableIntervals: encodeIntervals(Intervals{Beats: []Interval{
			{time.Second, 812500 * time.Microsecond, dsp.ClassNN}, {2 * time.Second, time.Second, dsp.ClassAfterGap},
		}}),
	}
}

// reencode decodes a row of a table and encodes what was read.
func reencode(t table, row []byte) ([]byte, error) {
	switch t {
	case tableSessions:
		s, err := decodeSession(row)
		return encodeSession(s), err
	case tableMornings:
		m, err := decodeMorning(row)
		return encodeMorning(m), err
	case tableMoments:
		m, err := decodeMoment(row)
		return encodeMoment(m), err
	}
	in, err := decodeIntervals(row)
	return encodeIntervals(in), err
}

func TestRowsThatAreNoneAreRefused(t *testing.T) {
	bad := func(t table, at int, b byte) []byte {
		row := goodRows()[t]
		row[at] = b
		return row
	}
	for _, tt := range []struct {
		name  string
		table table
		row   []byte
	}{
		{"a session of a later version", tableSessions, bad(tableSessions, 0, 2)},
		{"a session that is cut off", tableSessions, goodRows()[tableSessions][:5]},
		{"a session of a kind that is none", tableSessions, bad(tableSessions, 1, 5)},
		{"a session of no kind", tableSessions, bad(tableSessions, 1, 0)},
		{"a session that lasted for years", tableSessions, bad(tableSessions, 3, 0xff)},
		{"a session that is not over and lasted", tableSessions, bad(tableSessions, 2, 0)},
		{"a morning of nothing", tableMornings, nil},
		{"a morning that knows a sixth number", tableMornings, bad(tableMornings, 9, 1<<5)},
		{"a morning worn for a year", tableMornings, bad(tableMornings, 1, 0xff)},
		{"a moment of a kind that is none", tableMoments, bad(tableMoments, 1, byte(MomentCue)+1)},
		{"a moment with a control character", tableMoments, bad(tableMoments, 3, 7)},
		{"a moment with a word that is no UTF-8", tableMoments, bad(tableMoments, 2, 0xff)},
		{"a moment that knows a fourth number", tableMoments, bad(tableMoments, momentNumbers, 8)},
		{"a moment with a number that is infinite", tableMoments, append(goodRows()[tableMoments][:67], 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)},
		{"intervals without one", tableIntervals, []byte{intervalsVersion}},
		{"an interval that is cut off", tableIntervals, goodRows()[tableIntervals][:14]},
		{"an interval of no class", tableIntervals, bad(tableIntervals, 4, 9)},
		{"more intervals than a heart has", tableIntervals, append([]byte{intervalsVersion}, make([]byte, intervalSize*(maxIntervals+1))...)},
	} {
		if _, err := reencode(tt.table, tt.row); err == nil {
			t.Errorf("%s: taken", tt.name)
		}
	}
}

func FuzzRows(f *testing.F) {
	for t, row := range goodRows() {
		f.Add(byte(t), row)
	}
	f.Fuzz(func(t *testing.T, of byte, row []byte) {
		again, err := reencode(table(of), row)
		if err == nil && !bytes.Equal(again, row) && !unusedNumbers(table(of)) {
			t.Errorf("% x was read as % x", row, again)
		}
	})
}

// unusedNumbers tells whether a table's rows have numbers whose bytes do not count where they are not known.
func unusedNumbers(t table) bool { return t == tableMornings || t == tableMoments }

func FuzzKeys(f *testing.F) {
	f.Add(stampKey(time.UnixMilli(1_800_000_000_123), 3, 7))
	f.Add(undatedKey(5, tableMoments, time.Minute, 3, 7))
	f.Fuzz(func(t *testing.T, key []byte) {
		if at, wearer, err := readStampKey(key); err == nil && !bytes.Equal(stampKey(at, wearer, 0)[:9], key[:9]) {
			t.Errorf("% x was read as %v of %d", key, at, wearer)
		}
		if s, of, wearer, err := readUndatedKey(key); err == nil && !bytes.Equal(undatedKey(s.Run, of, s.Since, wearer, 0)[:18], key[:18]) {
			t.Errorf("% x was read as %+v of %d in %d", key, s, wearer, of)
		}
	})
}
