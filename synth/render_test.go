package synth_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/recording"
)

func TestARenderedSceneIsARecording(t *testing.T) {
	for _, row := range []struct {
		scenario string
		columns  []string
	}{
		{"stress", []string{"ppg", "eda_us", "acc_std_g"}},
		{"two-people", []string{"a.ppg", "a.eda_us", "a.acc_std_g", "b.ppg", "b.eda_us", "b.acc_std_g"}},
	} {
		t.Run(row.scenario, func(t *testing.T) {
			want := scene(t, row.scenario, 1).Render(20 * time.Second)
			var names []string
			for i := range want.Columns {
				names = append(names, want.Columns[i].FullName())
			}
			if diff := cmp.Diff(row.columns, names); diff != "" {
				t.Errorf("columns (-want +got)\n%s", diff)
			}
			var file bytes.Buffer
			if _, err := want.WriteTo(&file); err != nil {
				t.Fatal(err)
			}
			got, err := recording.Read(&file, want.Name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("written and read (-want +got)\n%s", diff)
			}
			if n := len(got.Columns[0].V); n != 5000 {
				t.Errorf("%d pulse values in 20 s, want 5000", n)
			}
		})
	}
}
