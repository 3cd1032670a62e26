package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/web"
	"hubd/wire"
)

func TestExportRefusesWhatMakesNoSense(t *testing.T) {
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"export", "--format", "xls"}, `--format is "xls": wanted is csv, json, rr or edf`},
		{[]string{"export", "--what", "secrets"}, `--what is "secrets": wanted is minutes, journal, sessions, mornings, moments, intervals`},
		{[]string{"export", "--from", "2026-02-01", "--to", "2026-01-01"}, "--from lies after --to"},
		{[]string{"export", "--format", "json", "--what", "journal"}, "--format json holds everything"},
		{[]string{"export", "--format", "rr", "--what", "journal"}, "leave --what out"},
		{[]string{"export", "--from", "0001-01-01"}, "too long ago"},
		{[]string{"export", "--format", "edf"}, "name a recording with --capture"},
		{[]string{"export", "--capture", "x.csv"}, "--capture goes with --format edf"},
		{[]string{"export", "--capture", "x.csv", "--format", "edf", "--from", "2026-02-01"}, "a recording has none"},
		{[]string{"export", "somewhere"}, `"somewhere" is not expected here`},
	} {
		if code, _, errs := hubd(t, row.args...); code != exitUsage || !strings.Contains(errs, row.want) {
			t.Errorf("%v: exit %d, %s", row.args, code, errs)
		}
	}
}

func TestTimesBetweenHeartbeatsAloneAreReadByHrv(t *testing.T) {
	socket := answering(t, web.Options{Wearers: []string{"a"}, History: &web.History{Kept: func(_ context.Context, q web.KeptQuery) ([]byte, string, error) {
		if q.Table != wire.KeptIntervals || q.Wearer != "a" || q.Undated {
			return []byte(`{"next":""}` + "\n"), "", nil
		}
		at := time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)
		rows := []byte(`{"next":""}` + "\n")
		for i := range 40 {
			class := dsp.ClassNN
			if i == 20 {
				class = dsp.ClassAfterGap
			}
			in := history.Intervals{Stamp: history.Stamp{Wearer: "a", At: at}, Beats: []history.Interval{{Dur: time.Duration(800+i%5*10) * time.Millisecond, Class: class}}}
			rows = wire.AppendIntervals(rows, wire.AsObject, in)
		}
		return rows, "", nil
	}}})
	code, out, errs := hubd(t, "export", "--socket", socket, "--wearer", "a", "--format", "rr")
	if code != exitDone || !strings.HasPrefix(out, "800.00\n810.00\n") || strings.Count(out, "\n") != 40 || !strings.Contains(errs, "40 times between heartbeats; at 1 of them") {
		t.Fatalf("exit %d, %s\n%s", code, errs, out)
	}
	if code, out, errs := hubd(t, "hrv", file(t, "rr.txt", []byte(out))); code != exitDone || !strings.Contains(out, `"mean_nn_ms":820`) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

func TestARecordingOfTwoPeopleIsExportedForOneOfThem(t *testing.T) {
	path := file(t, "evening.csv", []byte("t_s,a.ppg,b.ppg\n0,1,7\n1,2,8\n2,3,9\n"))
	if code, out, errs := hubd(t, "export", "--capture", path, "--format", "edf"); code != exitUsage || out != "" || !strings.Contains(errs, "whose? add --wearer with one of: a, b") {
		t.Errorf("exit %d, %d bytes: %s", code, len(out), errs)
	}
	code, out, errs := hubd(t, "export", "--capture", path, "--format", "edf", "--wearer", "a")
	if code != exitDone || !strings.Contains(out, "EDF+C") || strings.Count(out[:1024], "PPG") != 1 {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestARecordingThatIsNotThereIsNamed(t *testing.T) {
	if code, _, errs := hubd(t, "export", "--capture", "nowhere.csv", "--format", "edf"); code != exitFailed || !strings.Contains(errs, "nowhere.csv") {
		t.Errorf("exit %d: %s", code, errs)
	}
}
