package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// hrvReport is what a reader of hubd hrv needs of its output.
type hrvReport struct {
	N         int      `json:"n"`
	MeanNN    *float64 `json:"mean_nn_ms"`
	SDNN      *float64 `json:"sdnn_ms"`
	RMSSD     *float64 `json:"rmssd_ms"`
	LF        *float64 `json:"lf_ms2"`
	Corrected *struct {
		Ectopic, Missed, Extra int
		Percent                float64
		Marked                 bool
		List                   []struct {
			Index int     `json:"index"`
			T     float64 `json:"t_s"`
			RR    float64 `json:"rr_ms"`
			Kind  string  `json:"kind"`
		}
	} `json:"corrected"`
}

// hrvOf runs hubd hrv and reads its one line.
func hrvOf(t *testing.T, args ...string) hrvReport {
	t.Helper()
	code, out, errs := hubd(t, append([]string{"hrv"}, args...)...)
	if code != exitDone || errs != "" || strings.Count(out, "\n") != 1 {
		t.Fatalf("exit %d, stderr %q, stdout %q", code, errs, out)
	}
	var r hrvReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// heart is a breathing heart's intervals in ms.
func heart(n int) []float64 {
	rr := make([]float64, n)
	for i := range rr {
		rr[i] = 850 + 40*math.Sin(float64(i)*1.3) + 15*math.Sin(float64(i)*0.37)
	}
	return rr
}

// column writes intervals one a line.
func column(rr []float64) []byte {
	var b []byte
	for _, v := range rr {
		b = append(strconv.AppendFloat(b, v, 'f', 3, 64), '\n')
	}
	return b
}

func TestHRVCorrectsByDefaultAndTellsWhat(t *testing.T) {
	rr := heart(200)
	clean := hrvOf(t, file(t, "clean.txt", column(rr)))
	if clean.Corrected == nil || len(clean.Corrected.List) != 0 || clean.Corrected.Percent != 0 || clean.N != 200 {
		t.Errorf("clean: %+v", clean)
	}
	rr[80], rr[81] = rr[80]-300, rr[81]+300
	path := file(t, "spoiled.csv", append([]byte("rr_ms\n"), column(rr)...))
	raw, corrected := hrvOf(t, "--raw", path), hrvOf(t, path)
	if raw.Corrected != nil || *raw.RMSSD < 1.2*(*clean.RMSSD) {
		t.Errorf("raw: %+v", raw)
	}
	if c := corrected.Corrected; c == nil || c.Ectopic != 2 || c.Marked || len(c.List) != 2 || c.List[0].Index != 80 || c.List[1].Kind != "ectopic" ||
		math.Abs(c.List[0].RR-rr[80]) > 0.1 {
		t.Errorf("corrected: %+v", c)
	}
	if math.Abs(*corrected.RMSSD / *clean.RMSSD - 1) > 0.03 {
		t.Errorf("RMSSD %.2f, without the artefact %.2f", *corrected.RMSSD, *clean.RMSSD)
	}
}

func TestHRVLikeAnotherProgramHasItsPowers(t *testing.T) {
	path := file(t, "rr.txt", column(heart(500)))
	plain, like := hrvOf(t, "--raw", path), hrvOf(t, "--like", "pyhrv", path)
	if like.Corrected != nil || plain.LF == nil || like.LF == nil || *plain.LF == *like.LF || *plain.RMSSD != *like.RMSSD {
		t.Errorf("plain %+v, like pyhrv %+v", plain, like)
	}
	if code, _, errs := hubd(t, "hrv", "--like", "abacus", path); code != exitUsage || !strings.Contains(errs, "kubios, pyhrv, systole") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestHRVOfLittleIsLittle(t *testing.T) {
	if r := hrvOf(t, file(t, "one.txt", []byte("800\n"))); r.N != 1 || r.MeanNN == nil || *r.MeanNN != 800 || r.SDNN != nil || r.RMSSD != nil {
		t.Errorf("one interval: %+v", r)
	}
	if r := hrvOf(t, file(t, "two.txt", []byte("800\n830\n"))); r.N != 2 || r.RMSSD == nil || *r.RMSSD != 30 {
		t.Errorf("two intervals: %+v", r)
	}
}

func TestHRVHasNoDifferenceAcrossABlank(t *testing.T) {
	for name, text := range map[string]string{
		"an empty line in a list":    "800\n830\n\n1000\n1030\n",
		"a blank cell in a column":   "t_s,rr_ms\n1,800\n2,830\n3,\n4,1000\n5,1030\n",
		"a row of blanks in a table": "rr_ms,note\n800,\n830,\n,\n,\n1000,\n1030,\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, "rr.csv", []byte(text))
			for _, r := range []hrvReport{hrvOf(t, "--raw", path), hrvOf(t, path)} {
				if r.N != 4 || r.RMSSD == nil || *r.RMSSD != 30 || *r.MeanNN != 915 {
					t.Errorf("%+v, want 30 ms of two differences", r)
				}
			}
		})
	}
}

func TestHRVRefusesWhatIsNoListOfIntervals(t *testing.T) {
	tests := []struct{ name, text, says string }{
		{"an empty file", "", ":1: the file is empty"},
		{"a header alone", "rr_ms\n", "no interval"},
		{"seconds", "0.81\n0.79\n0.80\n", "look like seconds, wanted milliseconds"},
		{"heart rates", "71\n70\n72\n", "look like beats per minute, wanted intervals"},
		{"a word in line 3", "800\n810\nlate\n", `:3: column rr_ms: "late"`},
		{"a zero in line 2", "800\n0\n", ":2:"},
		{"not a number in line 2", "800\nNaN\n", ":2:"},
		{"nothing but a blank cell", "t_s,rr_ms\n1,\n", ":2:"},
		{"another column", "t_s,ibi\n1,800\n", ":1:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := file(t, "rr.csv", []byte(test.text))
			code, out, errs := hubd(t, "hrv", path)
			if code != exitFailed || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, test.says) || !strings.Contains(errs, filepath.Base(path)) {
				t.Errorf("exit %d, stdout %q, stderr %q; want %q", code, out, errs, test.says)
			}
		})
	}
}
