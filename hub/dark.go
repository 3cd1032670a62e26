package hub

import (
	"hubd/config"
	"hubd/drivers/gpioline"
)

// Dark puts the sensing light out for a daemon that ended without doing it: on Raspberry Pi OS a line that nobody holds any more stays as it
// was driven. Without a light in the config it does nothing; while a daemon runs the line is in use, which is an error.
func Dark(c *config.Config) error { return dark(gpioline.System{}, c.GPIO.SensingLED) }

func dark(k gpioline.Kernel, line string) error {
	if line == "" {
		return nil
	}
	l, err := gpioline.Open(k, gpioline.Options{Line: line, Consumer: "hubd dark", Output: true}) // inactive from the first moment on
	if err != nil {
		return err
	}
	return l.Close()
}
