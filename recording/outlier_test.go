package recording_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/recording"
)

// swinging is a recording of 400 rows of a pulse around 100, but for what is put in a row's stead.
func swinging(instead map[int]string) string {
	var b strings.Builder
	b.WriteString("t_s,ppg\n")
	for i := range 400 {
		cell := fmt.Sprintf("%.3f", 100+math.Sin(float64(i)*0.2))
		if other, is := instead[i]; is {
			cell = other
		}
		fmt.Fprintf(&b, "%.2f,%s\n", float64(i)*0.02, cell)
	}
	return b.String()
}

func TestAValueThatStandsAloneIsNamedWithItsLine(t *testing.T) {
	onto := map[int]string{} // the finger is put on after 1 s
	for i := range 50 {
		onto[i] = "3"
	}
	for _, row := range []struct {
		name    string
		instead map[int]string
		want    []recording.Outlier
	}{
		{"a pulse has none", nil, nil},
		{"a number far above all", map[int]string{200: "1e300"}, []recording.Outlier{{Column: "ppg", Line: 202, Value: 1e300}}},
		{"a lost reading written as zero", map[int]string{7: "0"}, []recording.Outlier{{Column: "ppg", Line: 9, Value: 0}}},
		{"one on either side", map[int]string{3: "-9000", 5: "9000"}, []recording.Outlier{{Column: "ppg", Line: 5, Value: -9000}, {Column: "ppg", Line: 7, Value: 9000}}},
		{"a spike of ten pulses is the sensor's own", map[int]string{100: "120"}, nil},
		{"a level that stays is none", onto, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, read(t, swinging(row.instead)).Outliers); diff != "" {
				t.Error(diff)
			}
		})
	}
}
