package setup_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hubd/config"
	"hubd/setup"
)

// foundChips are any chips that a scan can find, each at a place of its own.
func foundChips(t *rapid.T) []setup.FoundChip {
	var all []setup.FoundChip
	for _, bus := range rapid.SliceOfNDistinct(rapid.IntRange(0, 22), 0, 4, rapid.ID).Draw(t, "buses") {
		for _, address := range rapid.SliceOfNDistinct(rapid.SampledFrom([]uint16{0x48, 0x49, 0x4a, 0x4b, 0x57}), 0, 5, rapid.ID).Draw(t, "addresses") {
			kind := rapid.SampledFrom([]string{"ads1115", "ads1015"}).Draw(t, "kind")
			if address == 0x57 {
				kind = "max30102"
			}
			all = append(all, setup.FoundChip{Kind: kind, I2C: fmt.Sprint(bus), Address: address, Hint: "or another",
				Pulse: rapid.IntRange(-1, 3).Draw(t, "pulse"), EDA: setup.Nowhere})
		}
	}
	for _, port := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"0.0", "0.1", "10.0"}), 0, 3, rapid.ID).Draw(t, "ports") {
		all = append(all, setup.FoundChip{Kind: rapid.SampledFrom([]string{"mcp3008", "mcp3208"}).Draw(t, "kind"), SPI: port,
			Pulse: setup.Nowhere, EDA: rapid.IntRange(-1, 3).Draw(t, "eda")})
	}
	return all
}

func TestWhateverIsFoundMakesAConfigThatHubdTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chips := foundChips(t)
		passed := []setup.Passed{{Place: "I2C 20, address 0x48", Words: "something"}}
		text := setup.Paste(chips, passed)
		if len(chips) == 0 {
			for line := range strings.Lines(string(text)) {
				if !strings.HasPrefix(line, "#") {
					t.Fatalf("nothing was found, and yet: %s", line)
				}
			}
			return
		}
		c, err := config.Parse("found.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(c.Chips) != len(chips) {
			t.Errorf("%d chips of %d are in the config:\n%s", len(c.Chips), len(chips), text)
		}
		if c.Wearers[0].Share != config.ShareNone {
			t.Errorf("a config that nobody wrote shares %s", c.Wearers[0].Share)
		}
		if p, e := c.Wearers[0].Pulse, c.Wearers[0].EDA; p != nil && e != nil && p.Chip == e.Chip && p.Channel == e.Channel {
			t.Errorf("pulse and skin on one input:\n%s", text)
		}
	})
}

func TestWhatInputsShowedIsTheirsInTheConfig(t *testing.T) {
	chip := setup.FoundChip{Kind: "ads1115", I2C: "1", Address: 0x48, Pulse: 3, EDA: setup.Nowhere}
	c, err := config.Parse("found.yaml", setup.Paste([]setup.FoundChip{chip}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if w := c.Wearers[0]; w.Pulse.Channel != 3 || w.EDA.Channel != 0 {
		t.Errorf("pulse on %d, skin on %d: want 3, where the wave was, and the first that is left", w.Pulse.Channel, w.EDA.Channel)
	}
}
