package device_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/mqtt/device"
	"hubd/room"
)

// light is one line of scripts/zigbee.cjs.
type light struct {
	Vendor, Model string
	Exposes       json.RawMessage
	Results       []struct {
		Sent []struct {
			Cluster, Command string
			Payload          map[string]any
		}
		Told, Reported json.RawMessage
		Error          string
	}
}

func (l light) name() string { return l.Vendor + " " + l.Model }

// wellKnown lamps have to take every payload as it is meant: of one white, with a colour temperature, with colours.
func wellKnown() []string {
	return []string{
		"IKEA LED1836G9", "IKEA LED1623G12", "Philips 9290011370", "Innr RB 265",
		"IKEA LED1732G11", "IKEA LED2101G4", "Philips 929002294203", "Innr RB 278 T",
		"IKEA LED2109G6", "Philips 9290022166", "Innr RB 285 C", "OSRAM AC03642",
	}
}

// convert runs lists of payloads through the real converters; without lists it tells what lights there are.
func convert(t *testing.T, folder string, payloads [][]json.RawMessage) []light {
	t.Helper()
	in, err := json.Marshal(payloads)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("../../scripts/zigbee.cjs")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", script, folder)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("node: %v\n%s", err, &said)
	}
	var all []light
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l light
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatalf("%v: %.200s", err, lines.Bytes())
		}
		all = append(all, l)
	}
	return all
}

// whitesOf is what the codec makes of a light's description in zigbee2mqtt's list.
func whitesOf(t *testing.T, l light, lamp *device.Lamp) room.Whites {
	t.Helper()
	b := device.NewBridge("zigbee2mqtt")
	list := fmt.Sprintf(`[{"ieee_address":"0x1","friendly_name":"bed","definition":{"exposes":%s}}]`, l.Exposes)
	if _, err := b.Hear("zigbee2mqtt/bridge/devices", []byte(list)); err != nil {
		t.Errorf("%s: %v", l.name(), err)
	}
	return b.Whites(lamp)
}

// commandsFor are commands as the room gives them: every brightness and transition, and the colour temperatures that the lamp can do.
func commandsFor(w room.Whites) []room.LampCommand {
	var all []room.LampCommand
	for _, percent := range []float64{0, 0.2, 3, 10, 30, 50.3, 80, 100} {
		for _, d := range []time.Duration{time.Second, 4250 * time.Millisecond, 10 * time.Second, 3 * time.Minute} {
			all = append(all, bright(percent, d))
		}
	}
	if w.Known && !w.None {
		for _, kelvin := range []float64{w.Min, 2200, 2700, 4000, w.Max} {
			all = append(all, warm(min(max(kelvin, w.Min), w.Max), 10*time.Second))
		}
	}
	return all
}

// TestZigbeeConverters holds the codec against the converters with which zigbee2mqtt speaks to real lamps.
func TestZigbeeConverters(t *testing.T) {
	folder := os.Getenv("HUBD_ZIGBEE")
	if folder == "" {
		t.Skip("HUBD_ZIGBEE names no folder with zigbee-herdsman-converters: make test-zigbee does")
	}
	lamp := must(t, zigbee())
	lights := convert(t, folder, [][]json.RawMessage{})
	commands := make([][]room.LampCommand, len(lights))
	payloads := make([][]json.RawMessage, len(lights))
	for i, l := range lights {
		commands[i] = commandsFor(whitesOf(t, l, lamp))
		for _, c := range commands[i] {
			m, err := lamp.Encode(nil, c)
			if err != nil {
				t.Fatal(err)
			}
			payloads[i] = append(payloads[i], m[0].Payload)
		}
	}
	kinds := map[string]int{}
	checked, meant := 0, 0
	var odd []string
	for i, l := range convert(t, folder, payloads) {
		w := whitesOf(t, l, lamp)
		kinds[kindOf(w, l)]++
		var wrong []string
		for j, c := range commands[i] {
			checked++
			if why := judge(l, j, c, w, lamp); why != "" {
				wrong = append(wrong, fmt.Sprintf("%s: %s", payloads[i][j], why))
			}
		}
		switch {
		case len(wrong) == 0:
			meant++
		case slices.Contains(wellKnown(), l.name()):
			t.Errorf("%s:\n%s", l.name(), strings.Join(wrong, "\n"))
		default:
			odd = append(odd, l.name()+": "+wrong[0])
		}
	}
	t.Logf("%d payloads through the converters of %d models (%v); %d models take every one as it is meant", checked, len(lights), kinds, meant)
	for _, name := range wellKnown() {
		if !slices.ContainsFunc(lights, func(l light) bool { return l.name() == name }) {
			t.Errorf("%s is no light there", name)
		}
	}
	if len(lights) < 1000 || float64(meant) < 0.88*float64(len(lights)) {
		t.Errorf("only %d of %d models take every payload as it is meant", meant, len(lights))
	}
	for _, s := range odd {
		t.Log("odd: ", s)
	}
}

func kindOf(w room.Whites, l light) string {
	switch {
	case !w.Known:
		return "range not told"
	case bytes.Contains(l.Exposes, []byte(`"color_xy"`)), bytes.Contains(l.Exposes, []byte(`"color_hs"`)):
		return "colour"
	case w.None:
		return "one white"
	}
	return "colour temperature"
}

// judge says what is wrong with what became of a payload; empty: nothing.
func judge(l light, j int, c room.LampCommand, w room.Whites, lamp *device.Lamp) string {
	r := l.Results[j]
	switch {
	case r.Error != "":
		return r.Error
	case len(r.Sent) != 1:
		return fmt.Sprintf("%d Zigbee commands", len(r.Sent))
	}
	sent := r.Sent[0]
	if got, _ := sent.Payload["transtime"].(float64); math.Abs(got-c.Transition.Seconds()*10) > 0.51 {
		return fmt.Sprintf("transition of %v tenths", sent.Payload["transtime"])
	}
	if c.Kelvin.Known {
		mired, _ := sent.Payload["colortemp"].(float64)
		if sent.Cluster+" "+sent.Command != "lightingColorCtrl moveToColorTemp" || math.Abs(mired-1e6/c.Kelvin.Value) > 0.5 || 1e6/mired < w.Min-1 || 1e6/mired > w.Max+1 {
			return fmt.Sprintf("%s %s %v", sent.Cluster, sent.Command, sent.Payload)
		}
	} else if level, _ := sent.Payload["level"].(float64); sent.Cluster+" "+sent.Command != "genLevelCtrl moveToLevelWithOnOff" ||
		math.Abs(level-c.Brightness.Value*2.54) > 1.5 || (level == 0) != (c.Brightness.Value == 0) {
		return fmt.Sprintf("%s %s %v", sent.Cluster, sent.Command, sent.Payload)
	}
	for what, state := range map[string]json.RawMessage{"tells": r.Told, "reports": r.Reported} {
		rep, about, err := lamp.Decode("zigbee2mqtt/bed", state)
		switch {
		case err != nil || !about:
			return fmt.Sprintf("%s %s: %v", what, state, err)
		case c.Kelvin.Known && math.Abs(rep.Kelvin.Value-c.Kelvin.Value) > 25:
			return fmt.Sprintf("%s %s, which reads as %v", what, state, rep.Kelvin)
		case c.Brightness.Known && c.Brightness.Value > 0 && (math.Abs(rep.Brightness.Value-c.Brightness.Value) > 0.6 || rep.On.Value != 1):
			return fmt.Sprintf("%s %s, which reads as %v, on %v", what, state, rep.Brightness, rep.On)
		case c.Brightness.Known && c.Brightness.Value == 0 && rep.On.Value != 0:
			return fmt.Sprintf("%s %s, which is not off", what, state)
		}
	}
	return ""
}
