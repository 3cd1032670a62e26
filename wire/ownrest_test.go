package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/regulation"
	"hubd/wire"
)

// restOf is a rest of so many minutes with the same heart rate in each, on two days.
func restOf(minutes int) (b regulation.Baseline) {
	for i := range minutes {
		b.Minutes = append(b.Minutes, regulation.RestMinute{
			Day: int32(20000 + i%2), Declared: i < 3, HeartRate: some(62 + float64(i%3)), LnRMSSD: some(3.8), SCRPerMin: some(2),
		})
	}
	return b
}

func TestTheOwnRestIsWrittenAndReadAgain(t *testing.T) {
	for _, row := range []struct {
		name string
		rest wire.OwnRest
		text string
	}{
		{"a stranger", wire.OwnRest{Wearer: "a"},
			`{"wearer":"a","phase":"none","good_s":0,"wanted_s":180,"left_s":0,"missing":null,"says":"no rest learnt yet","stage":"new","kept":false,` +
				`"minutes":0,"days":0,"declared":0,"measures":[],"unlike":[]}`},
		{"one who rests now and moved", wire.OwnRest{
			Wearer: "b", Kept: true, Baseline: regulation.Baseline{Minutes: []regulation.RestMinute{{HeartRate: some(62), Declared: true}}},
			Rest: regulation.Rest{Phase: regulation.RestRunning, Minutes: 1, Seconds: 75, Left: 200 * time.Second, Missing: regulation.HindranceMoving}},
			`{"wearer":"b","phase":"running","good_s":75,"wanted_s":180,"left_s":200,"missing":"lie still: movement",` +
				`"says":"keep sitting or lying quietly: 1 of 3 good minutes","stage":"new","kept":true,"minutes":1,"days":0,"declared":1,` +
				`"measures":[{"name":"heart_rate","unit":"/min","median":62.00,"lower":62.00,"higher":62.00,"minutes":1}],"unlike":[]}`},
	} {
		text := wire.AppendOwnRest(nil, row.rest)
		if string(text) != row.text {
			t.Errorf("%s: got\n%s\nwant\n%s", row.name, text, row.text)
		}
		var report wire.RestReport
		if err := json.Unmarshal(text, &report); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		if again := reread(t, report); !cmp.Equal(report, again) || report.Wearer != row.rest.Wearer || report.Good != row.rest.Rest.Seconds {
			t.Errorf("%s: read as %+v", row.name, report)
		}
	}
}

func reread(t *testing.T, r wire.RestReport) (again wire.RestReport) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	return again
}

func TestTheOwnRestIsShownAsATable(t *testing.T) {
	report := func(r wire.OwnRest) (out wire.RestReport) {
		if err := json.Unmarshal(wire.AppendOwnRest(nil, r), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, row := range []struct {
		name string
		rest wire.OwnRest
		want string
	}{
		{"nothing is known", wire.OwnRest{Wearer: "a", Kept: true}, "Own rest of a: nothing learnt yet. hubd rest learns it in three minutes.\n"},
		{"one known well", wire.OwnRest{Wearer: "a", Kept: true, Baseline: restOf(24)}, `Own rest of a: 24 quiet minutes on 2 days, 3 of them from a rest you declared.
Stage: known.

                          most often   two thirds of the minutes   known in
heart rate                63.0         61.5 to 64.5 /min           24 minutes
rhythm from beat to beat  44.7         44.7 to 44.7 ms at 60/min   24 minutes
sweat responses           2.0          2.0 to 2.0 /min             24 minutes

It is never set beside another wearer's. hubd is no medical device: these are no findings.
`},
		{"one far from what is usual", wire.OwnRest{Wearer: "a", Kept: true, Baseline: regulation.Baseline{Minutes: []regulation.RestMinute{
			{HeartRate: some(98)}, {HeartRate: some(98)}, {HeartRate: some(98)}}}}, `Own rest of a: 3 quiet minutes.
Stage: first. It is known from 20 quiet minutes on two days; until then hubd is at most 0.6 sure.

                          most often   two thirds of the minutes   known in
heart rate                98.0         98.0 to 98.0 /min           3 minutes

It lies far from what is usual in: heart rate. That may be how you are; or it was no rest. hubd is less sure with it.
It is never set beside another wearer's. hubd is no medical device: these are no findings.
`},
		{"one that is not stored", wire.OwnRest{Wearer: "a", Baseline: regulation.Baseline{Minutes: []regulation.RestMinute{{SCL: some(4)}}}},
			`Own rest of a: 1 quiet minute.
Stage: new. From three quiet minutes on hubd names how your body is.
It is not stored, and gone when hubd restarts: keep is nothing.

                          most often   two thirds of the minutes   known in
skin moisture             4.0          4.0 to 4.0 µS               1 minute

It is never set beside another wearer's. hubd is no medical device: these are no findings.
`},
	} {
		if got := string(wire.AppendRestTable(nil, report(row.rest))); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.name, got, row.want)
		}
	}
}
