package hub_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// floors is the table of ARCHITECTURE.md: a package imports only packages of lower floors.
var floors = map[string]int{
	"internal/waiting": 10, // above all: for tests alone
	"cmd/hubd":         9, "scripts/load": 9,
	"scripts/kernel/guest": 9, "scripts/kernel/boot": 9, "scripts/kernel/nodes": 2, "scripts/kernel/cuse": 1, "scripts/kernel/plan": 1,
	"hub":                8,
	"mqtt/homeassistant": 7, "web": 7,
	"wire": 6, "report": 6,
	"history":  5,
	"pipeline": 4, "sound": 4, "mqtt/device": 4, "mqtt/device/sim": 4,
	"room": 3, "synth": 3, "setup": 3,
	"regulation": 2, "acquire": 2, "recording": 2,
	"dsp": 1, "config": 1, "draw": 1, "mqtt": 1, "mqtt/broker": 1,
	"drivers/ads1x15": 1, "drivers/mcp3x0x": 1, "drivers/max3010x": 1, "drivers/gpioline": 1, "drivers/sim": 1,
}

// outside lists the packages that may import a module with a reason to keep it in one place.
var outside = map[string][]string{
	"periph.io/x/host/v3":                 {"hub"},
	"periph.io/x/conn/v3":                 {"hub", "drivers/", "scripts/kernel/"},
	"github.com/eclipse/paho.mqtt.golang": {"mqtt"},
	"github.com/mochi-mqtt/server/v2":     {"mqtt/broker"},
	"go.etcd.io/bbolt":                    {"history"},
	"golang.org/x/crypto":                 {"history"},
	"go.yaml.in/yaml/v4":                  {"config"},
	"gonum.org/v1/gonum":                  {"dsp", "regulation"},
	"github.com/coreos/go-systemd/v22":    {"hub"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "hubd/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsRunDownwardOnly(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "hubd/")
		floor, ok := floors[name]
		if !ok {
			t.Errorf("%s stands on no floor: add it to the table here and in ARCHITECTURE.md", name)
			continue
		}
		for _, imp := range p.Imports {
			target, own := strings.CutPrefix(imp, "hubd/")
			if own && floors[target] >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d)", name, floor, target, floors[target])
			}
		}
	}
}

func TestModulesStayWhereTheyBelong(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "hubd/")
		for _, imp := range p.Imports {
			for module, allowed := range outside {
				if imp != module && !strings.HasPrefix(imp, module+"/") {
					continue
				}
				if !allowedIn(name, allowed) {
					t.Errorf("%s imports %s; only %v may", name, imp, allowed)
				}
			}
		}
	}
}

func allowedIn(name string, allowed []string) bool {
	for _, a := range allowed {
		if name == a || strings.HasSuffix(a, "/") && strings.HasPrefix(name, a) {
			return true
		}
	}
	return false
}
