package recording_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/recording"
)

// chosen is a Selection as full names.
type chosen struct {
	Pulse       []string
	EDA, Motion string
}

func names(s recording.Selection) chosen {
	var c chosen
	for _, p := range s.Pulse {
		c.Pulse = append(c.Pulse, p.FullName())
	}
	if s.EDA != nil {
		c.EDA = s.EDA.FullName()
	}
	if s.Motion != nil {
		c.Motion = s.Motion.FullName()
	}
	return c
}

// oneRow is a file with the given header and a 1 in every cell.
func oneRow(header string) string {
	return header + "\n" + strings.Repeat("1,", strings.Count(header, ",")) + "1\n"
}

func TestSelect(t *testing.T) {
	const pair = "t_s,a.ppg,a.eda_us,b.ppg,b.ir,b.acc_std_g"
	for _, row := range []struct {
		name, header, wearer string
		pulse                []string
		eda                  string
		want                 chosen
	}{
		{"the first ppg wins over ir and ecg", "t_s,ecg_mv,ir,ppg_r,ppg_g", "", nil, "", chosen{Pulse: []string{"ppg_r"}}},
		{"ir wins over ecg", "t_s,ecg_mv,red,ir", "", nil, "", chosen{Pulse: []string{"ir"}}},
		{"ecg stands in where there is no light", "t_s,ecg_mv,eda_us", "", nil, "", chosen{Pulse: []string{"ecg_mv"}, EDA: "eda_us"}},
		{"red alone is not chosen by itself", "t_s,red,eda_us", "", nil, "", chosen{EDA: "eda_us"}},
		{"skin conductance alone is enough", "t_s,eda_us,acc_x_g,acc_y_g", "", nil, "", chosen{EDA: "eda_us", Motion: "acc_x_g"}},
		{"several optical channels may be asked for", "t_s,ir,red", "", []string{"red", "ir"}, "", chosen{Pulse: []string{"red", "ir"}}},
		{"another skin column may be asked for", "t_s,eda_us,eda_adc", "", nil, "eda_adc", chosen{EDA: "eda_adc"}},
		{"wearer a has a's columns", pair, "a", nil, "", chosen{Pulse: []string{"a.ppg"}, EDA: "a.eda_us"}},
		{"wearer b has b's columns", pair, "b", nil, "", chosen{Pulse: []string{"b.ppg"}, Motion: "b.acc_std_g"}},
		{"a name with a prefix is for that wearer", pair, "b", []string{"b.ir"}, "", chosen{Pulse: []string{"b.ir"}, Motion: "b.acc_std_g"}},
		{"and leaves the other wearer's choice alone", pair, "a", []string{"b.ir"}, "", chosen{Pulse: []string{"a.ppg"}, EDA: "a.eda_us"}},
		{"a name without prefix is for every wearer", pair, "b", []string{"ppg"}, "", chosen{Pulse: []string{"b.ppg"}, Motion: "b.acc_std_g"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := read(t, oneRow(row.header)).Select(row.wearer, row.pulse, row.eda)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, names(s)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSelectNamesTheColumnsThereAre(t *testing.T) {
	r := read(t, oneRow("t_s,ppg_r,rsp,eda_us"))
	for _, row := range []struct {
		name, wearer string
		pulse        []string
		eda, want    string
	}{
		{"a pulse column that is not there", "", []string{"ppg_x"}, "", `no column "ppg_x"; there are ppg_r, eda_us (ignored or empty: rsp)`},
		{"a skin column that is not there", "", nil, "gsr", `no column "gsr"; there are ppg_r, eda_us`},
		{"a pulse column asked for twice", "", []string{"ppg_r", "ppg_r"}, "", `pulse column "ppg_r" is asked for twice`},
		{"a wearer who is not there", "b", nil, "", "no pulse and no skin conductance column of wearer b; there are ppg_r"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := r.Select(row.wearer, row.pulse, row.eda); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one with %q", err, row.want)
			}
		})
	}
}

func TestAColumnOfAnyNameIsReadWhenWanted(t *testing.T) {
	r := read(t, oneRow("t_s,bvp,note"), "bvp")
	s, err := r.Select("", []string{"bvp"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(chosen{Pulse: []string{"bvp"}}, names(s)); diff != "" {
		t.Error(diff)
	}
}

func TestWearersComeInTheOrderOfTheFile(t *testing.T) {
	if diff := cmp.Diff([]string{"b", "a"}, read(t, oneRow("t_s,b.ppg,a.ppg,b.eda_us")).Wearers()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{""}, read(t, oneRow("t_s,ppg")).Wearers()); diff != "" {
		t.Error(diff)
	}
}

func TestRangeIsSmallestToLargest(t *testing.T) {
	r := read(t, "t_s,ppg\n0,3\n1,-2\n2,5.5\n")
	if lo, hi, ok := r.Columns[0].Range(); lo != -2 || hi != 5.5 || !ok {
		t.Errorf("range %v…%v %v, want -2…5.5 true", lo, hi, ok)
	}
	if _, _, ok := new(recording.Column).Range(); ok {
		t.Error("a column without values has no range")
	}
}
