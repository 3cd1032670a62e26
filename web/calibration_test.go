package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/setup"
	"hubd/web"
	"hubd/wire"
)

func TestABoardIsMeasuredLineByLineAndKept(t *testing.T) {
	var ohms []float64
	var kept wire.BoardReadings
	answer := struct {
		refusal string
		err     error
	}{}
	h := web.New(web.Options{
		Wearers: []string{"a"}, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"},
		Calibration: &web.Calibration{
			Measure: func(_ context.Context, wearer string, ohm float64, tell func(read, of time.Duration)) (float64, string, error) {
				ohms = append(ohms, ohm)
				tell(time.Second, 4*time.Second)
				return 0.5, answer.refusal, answer.err
			},
			Keep: func(_ context.Context, wearer string, r wire.BoardReadings) (setup.SkinCalibration, string, error) {
				kept = r
				return setup.SkinCalibration{OpenCircuit: r.Open, Scale: dsp.Some(1)}, answer.refusal, answer.err
			},
		},
	})
	const progress = `{"read_s":1.000,"of_s":4.000}` + "\n"
	for _, row := range []struct {
		name, method, path, body string
		refusal                  string
		err                      error
		code                     int
		want                     string
	}{
		{"open electrodes", "POST", "/api/calibration/a/measure", "", "", nil, 200, progress + `{"share":0.500000,"ohm":null}`},
		{"a resistor as people write it", "POST", "/api/calibration/a/measure?resistor=100k", "", "", nil, 200, progress + `{"share":0.500000,"ohm":100000}`},
		{"a pause in between", "POST", "/api/calibration/a/measure", "", "somebody paused", nil, 200, progress + `{"error":"somebody paused"}`},
		{"an end of hubd in between", "POST", "/api/calibration/a/measure", "", "", errors.New("it stops"), 200, progress + `{"error":"it stops"}`},
		{"a word for a resistor", "POST", "/api/calibration/a/measure?resistor=big", "", "", nil, 400, `{"error":"\"big\" is no resistor of use here: wanted is 20k to 5M, for example 100k and 1M"}`},
		{"a body, which would hide that somebody goes", "POST", "/api/calibration/a/measure", "x", "", nil, 400, `{"error":"a board is measured without a body"}`},
		{"a look", "GET", "/api/calibration/a/measure", "", "", nil, 405, `{"error":"this path takes POST only"}`},
		{"nobody's", "POST", "/api/calibration/z/measure", "", "", nil, 404, `{"error":"nobody here is called \"z\""}`},
		{"a path within", "POST", "/api/calibration/a/x/measure", "", "", nil, 404, `{"error":"nobody here is called \"a/x\""}`},
		{"kept", "POST", "/api/calibration/a", `{"open":0.5,"known":[{"ohm":100000,"share":0.3}]}`, "", nil, 200, `{"open_circuit":0.500000,"scale":1.000000,"apart_percent":0.00}`},
		{"refused by the board", "POST", "/api/calibration/a", `{"open":0.9}`, "turn its trimmer", nil, 409, `{"error":"turn its trimmer"}`},
		{"no answer of hubd", "POST", "/api/calibration/a", `{"open":0.5}`, "", errors.New("it stops"), 503, `{"error":"it stops"}`},
		{"readings that are none", "POST", "/api/calibration/a", `{"open":2}`, "", nil, 400, `{"error":"open is missing, or no share of the supply: wanted is 0 to 1"}`},
		{"readings without end", "POST", "/api/calibration/a", strings.Repeat(" ", 2000), "", nil, 400, `{"error":"the readings are too long, or ended too soon"}`},
	} {
		answer.refusal, answer.err = row.refusal, row.err
		w := ask(h, row.method, row.path, row.body)
		if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != row.code || got != row.want {
			t.Errorf("%s: %d\n%s\nwant %d\n%s", row.name, w.Code, got, row.code, row.want)
		}
	}
	if len(ohms) != 4 || ohms[0] != 0 || ohms[1] != 100e3 {
		t.Errorf("asked to measure with %v", ohms)
	}
	if kept.Open != 0.5 {
		t.Errorf("kept %+v", kept)
	}
}

func TestWhereNobodyCalibratesThereIsNothing(t *testing.T) {
	if w := ask(web.New(web.Options{Wearers: []string{"a"}}), "POST", "/api/calibration/a/measure", ""); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}
