package wire_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/regulation"
	"hubd/room"
	"hubd/wire"
)

var keptAt = history.Stamp{Wearer: "a", At: time.Date(2026, 11, 26, 22, 15, 0, 250_000_000, time.UTC)}

// keptLines writes one row of each table.
func keptLines(form wire.KeptForm) map[wire.KeptTable]string {
	undated := history.Stamp{Wearer: "a", Run: 7, Since: 90 * time.Second}
	return map[wire.KeptTable]string{
		wire.KeptSessions: string(wire.AppendSession(nil, form, history.Session{Stamp: keptAt, Of: room.Alone, Over: true, Lasted: time.Hour, Asked: true})),
		wire.KeptMornings: string(wire.AppendMorning(nil, form, history.Morning{
			Stamp: undated, Night: regulation.Night{Worn: 7 * time.Hour, Usable: 6 * time.Hour, LowestBPM: dsp.Some(48)},
		})),
		wire.KeptMoments: string(wire.AppendMoment(nil, form, history.Moment{
			Stamp: keptAt, What: history.MomentCue, Name: `my "own", scene`, Numbers: [3]dsp.Maybe{dsp.Some(12), dsp.Some(2300)},
		})),
		wire.KeptIntervals: string(wire.AppendIntervals(nil, form, history.Intervals{Stamp: keptAt, Beats: []history.Interval{
			{After: time.Second, Dur: 812560 * time.Microsecond, Class: dsp.ClassNN}, {After: 3 * time.Second, Dur: 2 * time.Second, Class: dsp.ClassMissed},
		}})),
	}
}

func TestWhatIsKeptOfSessionsIsWritten(t *testing.T) {
	want := map[wire.KeptTable][2]string{
		wire.KeptSessions: {
			"2026-11-26T22:15:00.250Z,,,alone,3600,true\n",
			`{"time":"2026-11-26T22:15:00.250Z","run":null,"since_s":null,"kind":"alone","lasted_s":3600,"private":true}` + "\n",
		},
		wire.KeptMornings: {
			",7,90.000,25200,21600,48.0,,,,\n",
			`{"time":null,"run":7,"since_s":90.000,"worn_s":25200,"usable_s":21600,"lowest_bpm":48.0,"median_bpm":null,"rmssd_ms":null,` +
				`"breathing_per_min":null,"restless_periods":null}` + "\n",
		},
		wire.KeptMoments: {
			`2026-11-26T22:15:00.250Z,,,cue,"my ""own"", scene",,,,,,,,12.00,2300.00,` + "\n",
			`{"time":"2026-11-26T22:15:00.250Z","run":null,"since_s":null,"what":"cue","name":"my \"own\", scene","detail":null,"ran_s":null,` +
				`"confidence":null,"arousal_z":null,"vagal_z":null,"arousal_half_life_s":null,"heart_rate_half_life_s":null,` +
				`"brightness_percent":12.00,"kelvin":2300.00,"breaths_per_min":null}` + "\n",
		},
		wire.KeptIntervals: {
			"2026-11-26T22:15:01.250Z,,,812.56,nn\n2026-11-26T22:15:03.250Z,,,2000.00,missed\n",
			`{"time":"2026-11-26T22:15:01.250Z","run":null,"since_s":null,"ibi_ms":812.56,"kind":"nn"}` + "\n" +
				`{"time":"2026-11-26T22:15:03.250Z","run":null,"since_s":null,"ibi_ms":2000.00,"kind":"missed"}` + "\n",
		},
	}
	cells, objects := keptLines(wire.AsCells), keptLines(wire.AsObject)
	for _, table := range wire.KeptTables() {
		if cells[table] != want[table][0] || objects[table] != want[table][1] {
			t.Errorf("%s:\ngot  %s     %swant %s     %s", table, cells[table], objects[table], want[table][0], want[table][1])
		}
	}
}

func TestEveryKeptRowHasACellForEachColumnAndIsJSON(t *testing.T) {
	cells, objects := keptLines(wire.AsCells), keptLines(wire.AsObject)
	for _, table := range wire.KeptTables() {
		rows, err := csv.NewReader(strings.NewReader(wire.KeptHeader(table) + "\n" + cells[table])).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Errorf("%s: %v", table, err)
		}
		for line := range strings.Lines(objects[table]) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: %s", table, line)
			}
		}
	}
}
