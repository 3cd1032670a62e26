package config_test

import (
	"testing"

	"hubd/config"
)

func TestAWarningStandsAtItsKeyOrAtTheNearestOneAbove(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		key, want string
		has       bool
	}{
		{"room.night.kelvin", `c.yaml:63:13: room.night.kelvin: "2700": look`, true},
		{"wearers[1].eda.channel", `c.yaml:52:16: wearers[1].eda.channel: "7": look`, true},
		{"room.stop_buttons[1].topic", `c.yaml:72:14: room.stop_buttons[1].topic: "room/stop": look`, true},
		{"room.night.colour", `c.yaml:62:5: room.night.colour: look`, false},
		{"wearers[9].eda", `c.yaml:26:3: wearers[9].eda: look`, false},
	} {
		if got := c.Places.Warning(row.key, "look"); got.String() != row.want || c.Places.Has(row.key) != row.has {
			t.Errorf("got  %s, %v\nwant %s", got, c.Places.Has(row.key), row.want)
		}
	}
	if got := (config.Places{}).Warning("room", "look"); got.Line != 1 {
		t.Errorf("without a file: %+v", got)
	}
}
