package homeassistant

// rules are what Home Assistant asks of one platform, as far as hubd uses it.
type rules struct {
	state, command bool     // which topics it needs; it may not have the other
	unit           bool     // may have one
	categories     []string // entity categories it may be in: what only tells something cannot be config
	classes        map[string][]string
}

// triggerPlatform is no entity: an event that automations can begin with, listed at its device.
const triggerPlatform = "device_automation"

// platforms lists the platforms that hubd uses, with the device classes known here and the units each permits; none means
// that a unit is refused. Since Home Assistant 2025.7 a wrong pair rejects the entity.
func platforms() map[string]rules {
	diagnostic, either := []string{"diagnostic"}, []string{"diagnostic", "config"}
	return map[string]rules{
		"sensor": {state: true, unit: true, categories: diagnostic, classes: map[string][]string{
			"enum":         nil,
			"timestamp":    nil,
			"duration":     {"d", "h", "min", "s", "ms", "\u03bcs"},
			"conductivity": {"S/cm", "mS/cm", "\u03bcS/cm"},
		}},
		"binary_sensor": {state: true, categories: diagnostic, classes: map[string][]string{
			"connectivity": nil, "occupancy": nil, "problem": nil, "running": nil,
		}},
		"event":  {state: true, categories: diagnostic, classes: map[string][]string{"button": nil, "doorbell": nil, "motion": nil}},
		"button": {command: true, categories: either, classes: map[string][]string{"identify": nil, "restart": nil, "update": nil}},
		"switch": {state: true, command: true, categories: either, classes: map[string][]string{"outlet": nil, "switch": nil}},
		"select": {state: true, command: true, categories: either},
		"number": {state: true, command: true, unit: true, categories: either},
	}
}
