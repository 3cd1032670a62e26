package hub

import (
	"strings"
	"testing"

	"hubd/config"
	"hubd/drivers/gpioline"
	"hubd/drivers/sim"
	"hubd/setup"
	"hubd/wire"
)

func TestAProbeTellsOfEveryLineThatIsNotThereOrInUse(t *testing.T) {
	text := strings.Replace(everyChip, "oxi: {kind: max30102, bus: wire}", "oxi: {kind: max30102, bus: wire, interrupt_line: GPIO88}", 1) +
		"gpio: {pause_button: GPIO27, sensing_led: GPIO22}\nroom: {stop_buttons: [{line: GPIO5}, {line: \"pinctrl-rp1:6\"}]}\n"
	r := probed(t, text, func(_ *config.Config, s *simulated, _ *workbench) {
		if err := s.gpio.Line("GPIO22").Set(sim.Busy, true); err != nil {
			t.Fatal(err)
		}
		if _, err := gpioline.Open(s.gpio, gpioline.Options{Line: "GPIO5", Consumer: consumer}); err != nil {
			t.Fatal(err)
		}
	})
	want := map[string]setup.Standing{"GPIO27": setup.Found, "GPIO5": setup.Found, "GPIO88": setup.NoLine, "pinctrl-rp1:6": setup.NoLine, "GPIO22": setup.InUse}
	for _, l := range r.Lines {
		if s, named := want[l.Name]; !named || s != l.Standing || (s != setup.Found) != (l.Advice != "") {
			t.Errorf("%+v, want %s", l, s)
		}
		delete(want, l.Name)
	}
	if len(want) > 0 || !r.Trouble() {
		t.Errorf("not told: %v; trouble %v", want, r.Trouble())
	}
	for _, out := range []string{string(wire.AppendProbeTable(nil, r)), string(wire.AppendProbe(nil, r))} {
		for _, words := range []string{"GPIO88", "INT of oxi", "sensing light", "no GPIO line of this name", "no GPIO chip of this label"} {
			if !strings.Contains(out, words) {
				t.Errorf("not %q in %s", words, out)
			}
		}
	}
}
