package history

import (
	"bytes"
	"encoding/json"
	"fmt"

	"hubd/regulation"
)

// baselinesJSON is the part of a settings file that a replay needs.
type baselinesJSON struct {
	Version   int                     `json:"version"`
	Baselines map[string][]minuteJSON `json:"baselines"`
}

// EncodeBaselines writes baselines by wearer id as a file that DecodeBaselines reads. It is no settings file: it says nothing of
// pause and share.
func EncodeBaselines(baselines map[string]regulation.Baseline) ([]byte, error) {
	out := baselinesJSON{Version: settingsVersion, Baselines: map[string][]minuteJSON{}}
	for wearer, b := range baselines {
		if len(b.Minutes) > regulation.MaxRestMinutes {
			return nil, fmt.Errorf("history: baseline of %q has %d minutes, more than %d", wearer, len(b.Minutes), regulation.MaxRestMinutes)
		}
		out.Baselines[wearer] = minutesJSON(b)
	}
	return seal(out)
}

// DecodeBaselines reads the baselines object of a settings file, or of a file that EncodeBaselines wrote. A file without checksum,
// written by hand, is taken too; one whose checksum is wrong is not.
func DecodeBaselines(data []byte) (map[string]regulation.Baseline, error) {
	if len(data) > maxSettings {
		return nil, fmt.Errorf("history: baselines: more than %d bytes", maxSettings)
	}
	if bytes.Contains(data, []byte(`"sha256"`)) {
		object, err := unseal(data)
		if err != nil {
			return nil, err
		}
		data = object
	}
	var in baselinesJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("history: baselines: %w", err)
	}
	if in.Version != settingsVersion || in.Baselines == nil {
		return nil, fmt.Errorf(`history: baselines: wanted is {"version":%d,"baselines":{…}}, as in a settings file`, settingsVersion)
	}
	all := map[string]regulation.Baseline{}
	for wearer, minutes := range in.Baselines {
		b, err := readBaseline(wearer, minutes)
		if err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		all[wearer] = b
	}
	return all, nil
}
