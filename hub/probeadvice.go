package hub

import (
	"fmt"

	"hubd/config"
	"hubd/setup"
)

// busAdvice says what to do about a bus that cannot be used.
func busAdvice(b config.Bus, s setup.Standing) string {
	group, param, set := "i2c", "dtparam=i2c_arm=on", "; where it is set, sudo modprobe i2c-dev"
	if b.SPI != "" {
		group, param, set = "spi", "dtparam=spi=on", ""
	}
	switch {
	case s == setup.NoBus:
		return fmt.Sprintf("there is no %s: set %s in /boot/firmware/config.txt and reboot%s", devicePath(b), param, set)
	case s == setup.NotAllowed:
		return fmt.Sprintf("%s may not be opened by this user: sudo usermod -aG %s $USER, then log in again", devicePath(b), group)
	case s == setup.Stuck && b.SPI != "":
		return "the port ends no transfer, and no chip can hold it: look for what else uses SPI in /boot/firmware/config.txt, and reboot"
	case s == setup.Stuck:
		return "the lines of the bus are held: pull out one board after the other until the rest answers; look for SDA and SCL exchanged, and for missing pull-ups to 3.3 V"
	}
	return ""
}

// disturbed is the detail of a chip whose answers do not hold together.
const disturbed = "disturbed"

// chipAdvice says what to do about a chip.
func chipAdvice(ch config.Chip, c setup.Chip) string {
	switch c.Standing {
	case setup.NotAnswering:
		if c.Detail == disturbed {
			return "it answers, and what it sends is not whole: keep the SPI wires short and apart from each other, a ground wire beside CLK, or try a lower clock_hz; a chip of another kind does the same"
		}
		if ch.Address == 0 {
			return "nothing drives MISO: look at 3.3 V, ground, DIN and DOUT (exchanged?), CLK, and which chip select the CS wire goes to"
		}
		if ch.Kind.Optical() {
			return "look at 3.3 V, ground, SDA and SCL; many of these boards pull the bus up to 1.8 V only and need their pull-ups moved to 3.3 V"
		}
		return "look at 3.3 V, ground, SDA and SCL, and at where the ADDR pin goes: ground is 0x48, VDD 0x49, SDA 0x4a, SCL 0x4b"
	case setup.KernelOwned:
		return fmt.Sprintf("the kernel driver %s has it: remove its dtoverlay line from /boot/firmware/config.txt and reboot", c.Detail)
	case setup.WrongChip:
		return fmt.Sprintf("%s answers there, not an %s: correct kind or address in the config, or the wiring", c.Detail, ch.Kind)
	}
	return ""
}
