package setup_test

import (
	"fmt"
	"slices"
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
		for _, w := range c.Wearers {
			if p, e := w.Pulse, w.EDA; p != nil && e != nil && p.Chip == e.Chip && p.Channel == e.Channel {
				t.Errorf("pulse and skin on one input:\n%s", text)
			}
		}
	})
}

func TestTheChipsOfTwoPeopleMakeAConfigForBoth(t *testing.T) {
	adc := func(address uint16) setup.FoundChip {
		return setup.FoundChip{Kind: "ads1115", I2C: "1", Address: address, Pulse: 0, EDA: 1}
	}
	light := func(bus string) setup.FoundChip {
		return setup.FoundChip{Kind: "max30102", I2C: bus, Address: 0x57, Pulse: setup.Nowhere, EDA: setup.Nowhere}
	}
	for _, row := range []struct {
		name  string
		chips []setup.FoundChip
		want  string // pulse and skin of each
	}{
		{"one converter", []setup.FoundChip{adc(0x48)}, "adc adc"},
		{"an optical board", []setup.FoundChip{light("1")}, "light -"},
		{"an optical board beside a converter", []setup.FoundChip{light("1"), adc(0x48)}, "light adc"},
		{"two converters", []setup.FoundChip{adc(0x48), adc(0x49)}, "adc adc, adc2 adc2"},
		{"two optical boards", []setup.FoundChip{light("1"), light("3")}, "light -, light2 -"},
		{"two of both", []setup.FoundChip{light("1"), adc(0x48), light("3"), adc(0x49)}, "light adc, light2 adc2"},
		{"two converters and one optical board", []setup.FoundChip{adc(0x48), light("1"), adc(0x49)}, "light adc, adc2 adc2"},
		{"two optical boards and one converter", []setup.FoundChip{light("1"), light("3"), adc(0x48)}, "light adc, light2 -"},
		{"three converters", []setup.FoundChip{adc(0x48), adc(0x49), adc(0x4a)}, "adc adc, adc2 adc2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := setup.Paste(row.chips, nil)
			c, err := config.Parse("found.yaml", text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			var got []string
			for _, w := range c.Wearers {
				skin := "-"
				if w.EDA != nil {
					skin = w.EDA.Chip
				}
				got = append(got, w.Pulse.Chip+" "+skin)
				if w.Share != config.ShareNone || slices.Contains(w.StartFrom, config.FromBoot) {
					t.Errorf("a config that nobody wrote shares %s and starts from %v", w.Share, w.StartFrom)
				}
			}
			if strings.Join(got, ", ") != row.want {
				t.Errorf("got %s, want %s:\n%s", strings.Join(got, ", "), row.want, text)
			}
		})
	}
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

func TestInputsThatWereNotReadAreNoReasonToWearASensor(t *testing.T) {
	text := string(setup.Paste([]setup.FoundChip{{Kind: "ads1115", I2C: "1", Address: 0x48, Pulse: setup.Nowhere, EDA: setup.Nowhere, Unread: true}}, nil))
	if strings.Contains(text, "Wear the sensor") || strings.Count(text, "hubd runs") != 2 {
		t.Error(text)
	}
}
