package hub

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAChipThatAKernelDriverOwnsIsFound(t *testing.T) {
	devices := t.TempDir()
	drivers := filepath.Join(devices, "..", "drivers")
	for _, chip := range []string{"1-0048", "1-0057", "3-0049"} {
		if err := os.MkdirAll(filepath.Join(devices, chip), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for chip, driver := range map[string]string{"1-0048": "ads1015", "1-0057": "max30102"} {
		if err := os.Symlink(filepath.Join(drivers, driver), filepath.Join(devices, chip, "driver")); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		name    string
		bus     string
		address uint16
		want    string // empty: nobody
	}{
		{"an ADS1115 by its overlay", "1", 0x48, "ads1015"},
		{"the bus by its path", "/dev/i2c-1", 0x48, "ads1015"},
		{"a MAX30102 by its overlay", "1", 0x57, "max30102"},
		{"the same address on another bus", "3", 0x48, ""},
		{"a chip that the kernel knows and no driver wants", "3", 0x49, ""},
		{"an address where nothing is known", "1", 0x4b, ""},
		{"a bus that is no number", "sim", 0x48, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if driver, owned := claimed(devices, row.bus, row.address); driver != row.want || owned != (row.want != "") {
				t.Errorf("owned by %q (%v), want %q", driver, owned, row.want)
			}
		})
	}
}
