package hub

import (
	"fmt"
	"os"

	"hubd/config"
	"hubd/history"
	"hubd/pipeline"
)

// ReplayFiles reads what --config and --baseline name into the options.
func ReplayFiles(o *ReplayOptions, configFile, baselineFile string) error {
	if configFile != "" {
		c, err := config.Load(configFile)
		if err != nil {
			return err
		}
		for _, w := range c.Wearers {
			wo := wearerOptions(c, w)
			wo.PulseBus, wo.SkinBus = "", "" // the recording says what is worn
			wo.StartFrom = append(wo.StartFrom, pipeline.SourceBoot)
			o.Wearers = append(o.Wearers, wo)
		}
		r := roomOptions(c)
		r.Seed = 1 // a replay's output is the same every time
		o.Room = &r
	}
	if baselineFile == "" {
		return nil
	}
	data, err := os.ReadFile(baselineFile)
	if err != nil {
		return err
	}
	if o.Baselines, err = history.DecodeBaselines(data); err != nil {
		return fmt.Errorf("%s: %w", baselineFile, err)
	}
	return nil
}
