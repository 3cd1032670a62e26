// Package config reads config.yaml into typed values, and reports everything that is wrong with it at once.
//
// Keys are those of design section 6.4. Each problem names the file, the line and the column, the key with all that leads to
// it, the value, and what is wanted instead. A key that nobody reads is a problem too: a misspelt key must not become a default
// without a word. No hardware, network or secret is touched here; that a file which is named is there is looked at, no more.
package config

import "time"

// Config is a whole config.yaml with its defaults filled in.
type Config struct {
	Hub     Hub
	MQTT    MQTT
	Buses   []Bus    // in the order of the file
	Chips   []Chip   // in the order of the file
	Wearers []Wearer // 1…MaxWearers, in the order of the file
	GPIO    GPIO
	Room    Room
	History History
	Log     Log

	// Dir is the folder of the file: relative paths start there.
	Dir string

	// Voices are where the practices name a voice file: Value is its name, from Dir on.
	Voices []Problem
	// Places tells where each key stands.
	Places Places

	// Warnings are what works, but perhaps not as meant; sorted as Error.Problems are.
	Warnings []Problem
}

// Hub names this hub.
type Hub struct {
	ID   string // ^[a-z][a-z0-9-]{0,31}$; part of every topic
	Name string // shown to people; the id where not given
}

// MQTT says how to reach the broker. An empty URL is none: pause, sensing and history do not need one.
type MQTT struct {
	URL             string // mqtt://host[:1883] or mqtts://host[:8883]
	Username        string // empty: the broker asks for none
	PasswordFile    string // see Config.Secret; empty: none
	CAFile          string // PEM, for mqtts; empty: the system's authorities. See Config.Resolve
	CertFile        string // PEM, this hub's own certificate; with KeyFile or not at all
	KeyFile         string // PEM
	DiscoveryPrefix string // of Home Assistant; homeassistant
	BirthTopic      string // where Home Assistant says online; homeassistant/status
	Insecure        bool   // mqtt:// to another machine is meant, though everybody on the way can read it
}

// Bus is one I²C or SPI bus. Exactly one of I2C and SPI is set.
type Bus struct {
	Name    string
	I2C     string // as periph names it: 1 or /dev/i2c-1
	SPI     string // port and chip select as periph names them: 0.0 or /dev/spidev0.0
	ClockHz int    // of an SPI bus, at most what its chip can do at its supply; 0 for I²C, whose clock the Pi's own config.txt sets
}

// Chip is one converter or optical chip.
type Chip struct {
	Name        string
	Kind        ChipKind
	Bus         string  // Name of a Bus
	Address     uint16  // I²C address, 0x48…0x4B or 0x57; 0 on SPI
	SupplyVolts float64 // of the chip and of the boards on it, measured if possible; 2.7…5.5
	LEDs        LEDs    // of an optical chip

	InterruptLine string // GPIO line of an optical chip's INT pin; empty: none
}

// Wearer is one person, the sensors they wear, and what they want.
type Wearer struct {
	ID        string
	Name      string // shown to people; the id where not given
	Share     Share  // the most that others ever get; required
	Keep      Keep   // the most that is ever stored
	Cues      bool   // this wearer's state may steer the room
	StartFrom []Source
	VagalOff  bool   // interval measures are not used: pacemaker, atrial fibrillation, beta blocker, or unwanted
	Pair      string // ID of the wearer to be compared with; empty: nobody. It counts only where both name each other
	Pulse     *Pulse // nil: none
	EDA       *EDA   // nil: none
	Comfort   Comfort
	Button    string // GPIO line of the wearer's own button; empty: none
}

// Share is what others may get of a wearer.
type Share string

// The levels of sharing, from least to most.
const (
	ShareNone  Share = "none"
	ShareState Share = "state"
	ShareFull  Share = "full"
)

// Keep is what may be stored of a wearer.
type Keep string

// The levels of keeping, from least to most.
const (
	KeepNothing   Keep = "nothing"
	KeepRest      Keep = "rest" // the own resting baseline only
	KeepSummaries Keep = "summaries"
	KeepJournal   Keep = "journal"
)

// Source is a way for a wearer to start a session or to turn own sensing on. The local socket always is one.
type Source string

// The ways.
const (
	FromButton Source = "button" // the wearer's own button, held 3 s
	FromPage   Source = "page"   // the page under the wearer's own token
	FromMQTT   Source = "mqtt"   // anyone who can publish to the broker
	FromBoot   Source = "boot"   // sensing is on whenever the hub is
)

// PulseKind is what a pulse channel is wired to.
type PulseKind string

// The kinds of pulse channel.
const (
	PPG PulseKind = "ppg" // an optical sensor such as the PulseSensor
	ECG PulseKind = "ecg" // an amplifier such as the AD8232
)

// Pulse is the channel of one wearer's pulse sensor.
type Pulse struct {
	Chip           string // Name of a Chip
	Channel        int    // from 0; 0 for an optical chip
	Kind           PulseKind
	RateHz         float64   // 50…1000; 250 where not given, and what its LEDs say for an optical chip
	FullScaleVolts float64   // ± range of an ADS1x15 input; 0 for converters without ranges
	LeadsOff       *LeadsOff // of an ECG amplifier; nil: none
}

// EDAKind is what a skin-conductance channel is wired to.
type EDAKind string

// The kinds of skin-conductance channel.
const (
	Grove   EDAKind = "grove"   // the Grove GSR board
	Divider EDAKind = "divider" // electrodes and one resistor between supply and ground
)

// EDA is the channel of one wearer's skin-conductance sensor.
type EDA struct {
	Chip           string // Name of a Chip
	Channel        int    // from 0
	Kind           EDAKind
	RateHz         float64 // 4…100; 25 where not given
	FullScaleVolts float64 // ± range of an ADS1x15 input; 0 for converters without ranges
	DividerOhm     float64 // the fixed resistor of a Divider; 0 for Grove
	DividerHigh    bool    // that resistor goes to the supply; otherwise to ground
}

// Comfort is what one wearer wants to be spared.
type Comfort struct {
	Never      []string // of NeverWords
	LightFloor float64  // the room is never made darker than this, percent, save by the night ceiling; 3…100
	Ask        bool     // hubd may ask by itself how it is, when this wearer takes part
	Steady     bool     // one steady warm light, no sound, no pacer; true until the wearer sets it false
}

// Room says what the room may do.
type Room struct {
	Private       bool    // sessions of two stay between the two: nothing on the broker, nothing stored
	MinConfidence float64 // of a state that may steer the room, 0.05…1
	BaseScene     string  // the scene a session begins with
	After         bool    // an ordinary end is followed by ten minutes of the scene after
	QuietHours    QuietHours
	Night         Night
	VolumeCapDB   float64 // relative to full scale, −60…−1
	SwitchOn      bool    // a lamp that is off may be switched on
	Discretion    Discretion
	StopButtons   []StopButton
	Lamps         []Lamp
	Scenes        []Scene    // own scenes, and changes to the default ones; in the order of the file
	Practices     []Practice // those that every hubd has, as this config changes them, and own ones after them
	Reminders     []Reminder
	AskByItself   bool          // hubd may ask how it is, where every wearer of a session wants it
	AnswerAfter   time.Duration // a check-in waits this long for an answer
	Player        Player
}

// PlayerKind is where sound goes.
type PlayerKind string

// The kinds of player.
const (
	NoPlayer   PlayerKind = "none"
	Aplay      PlayerKind = "aplay"  // ALSA
	PwCat      PlayerKind = "pw-cat" // PipeWire
	NamedPipe  PlayerKind = "pipe"   // a named pipe that somebody else reads: Snapcast
	MQTTPlayer PlayerKind = "mqtt"   // a media player that takes play, stop and a volume
)

// Player says where sound goes.
type Player struct {
	Kind    PlayerKind
	Device  string        // ALSA's or PipeWire's name, or the pipe's path; empty: the player's own default, and for MQTTPlayer
	Latency time.Duration // from taking a block to hearing it; 0…1.5 s
	MQTT    *MQTTMedia    // for MQTTPlayer
}

// MQTTMedia describes a media player in the user's own words. Payloads are Go text/templates that may use .Percent (0…100), .Level
// (0…VolumeMax), .Share (0…1) and .Bed (noise, rain or hum).
type MQTTMedia struct {
	VolumeTopic, Volume string
	PlayTopic, Play     string
	StopTopic, Stop     string
	VolumeMax           float64 // the player's own full volume; 100
	TopPercent          float64 // the player's volume at VolumeCapDB, 1…100
}

// QuietHours is when the night ceiling holds; 22:00 to 07:00 where nothing is said.
type QuietHours struct {
	Set        bool          // there are any
	From       time.Duration // local time of day; may be later than To
	To         time.Duration
	FromSunset bool    // they begin at sunset, and From says nothing
	ToSunrise  bool    // they end at sunrise, and To says nothing
	Latitude   float64 // degrees north; with FromSunset or ToSunrise
	Longitude  float64 // degrees east
}

// Night is the ceiling for the lamps during quiet hours and in night sessions.
type Night struct {
	BrightnessPercent float64 // 1…100
	Kelvin            float64 // 2200…6500
}

// Discretion hides whose body changed when: a change made by a state begins late and goes slowly.
type Discretion struct {
	DelayMin      time.Duration // 20 s
	DelayMax      time.Duration // 90 s
	Fade          time.Duration // 30 s
	SpreadPercent float64       // the most by which the brightness of state scenes differs; 15 points
}

// StopButton is a button of any make that pauses everything: on a topic, or on a GPIO line.
type StopButton struct {
	Line     string // GPIO line with a button to ground; then all else is empty
	Topic    string
	JSONKey  string // a press is a message in which this key has a value that is neither empty nor null
	AnyValue bool   // every message on the topic is a press; then JSONKey is empty
}

// Dialect is what a lamp understands.
type Dialect string

// The dialects.
const (
	Zigbee2MQTT Dialect = "zigbee2mqtt" // a lamp or a group of zigbee2mqtt
	WLED        Dialect = "wled"        // a strip with WLED
	Tasmota     Dialect = "tasmota"     // a lamp with Tasmota
	JSON        Dialect = "json"        // a lamp with ESPHome, or another that speaks Home Assistant's JSON light schema
	Templated   Dialect = "template"    // anything else, in the user's own words
)

// Lamp is one lamp, or one group of lamps that is commanded as one.
type Lamp struct {
	ID         string
	Dialect    Dialect
	Topic      string  // as the dialect wants it: the lamp's own topic, or for JSON and Templated the one that takes commands
	Group      string  // lamps of one group share one rate budget; empty: a budget of its own
	MinPercent float64 // what the room's 0 % is on the lamp's own scale
	MaxPercent float64 // what the room's 100 % is
	Template   *Template

	StateTopic        string // JSON alone: where the lamp tells its state
	AvailabilityTopic string // JSON alone: where it tells whether it is there; empty: nowhere
}

// Template describes a lamp in the user's own words. Payloads are Go text/templates that may use .Percent (0…100), .Level (0…
// BrightnessMax), .Kelvin, .Mired, .Seconds and .Milliseconds of the transition.
type Template struct {
	Brightness    string  // payload, for example {"bri":{{.Level}},"tt":{{.Seconds}}}
	BrightnessMax float64 // the lamp's own full brightness; 100
	KelvinTopic   string  // the lamp's Topic where not given
	Kelvin        string  // payload, for example {"ct":{{.Mired}}}; empty: the lamp has no colour temperature
	StateTopic    string  // where the lamp tells its state as JSON: without it no hand at the switch would be seen
	BrightnessKey string  // JSON key, dots go deeper
	KelvinKey     string  // empty: not told
	KelvinMired   bool    // KelvinKey holds mired
	OnKey         string  // empty: on is a brightness above 0
	AskTopic      string  // empty: the lamp cannot be asked for its state
	AskPayload    string
}

// Scene is what the room does for one name. A part that is not given keeps the default of that name.
type Scene struct {
	Name  string
	Light Light
	Sound Sound
	Pace  Pace
}

// Light is the light of a scene, in the lamps' own range.
type Light struct {
	BrightnessPercent float64 // 1…100; 0: not given
	Kelvin            float64 // 1000…10000; 0: not given
}

// Sound is the sound of a scene.
type Sound struct {
	Bed     string  // none, noise, rain; empty: not given
	LevelDB float64 // −60…0, relative to full scale; only where Bed or HumHz sounds
	SwellDB float64 // depth of the breath swell, 0…12; 0: none
	HumHz   float64 // 60…400; 0: none
}

// Pace is the breathing pacer of a scene.
type Pace struct {
	BreathsPerMin float64 // 4.5…7; 0: not given
	InhaleShare   float64 // part of a breath spent breathing in, 0.25…0.6
	Hold          time.Duration
}

// History says what is stored where. settings.json stands beside Path.
type History struct {
	Path        string        // of history.db; absolute, or relative to Dir
	Days        int           // minute summaries older than this go
	MaxMB       int           // the file never grows beyond this
	CommitEvery time.Duration // what a loss of power may cost at most

	KeyFile       string // the history is sealed under the key in it, or, where it is KeyTyped, under what is typed; empty: it is not
	InsecureKeyOK bool   // the key may lie on the same card
}

// KeyTyped is the KeyFile of a history whose passphrase or key is typed after each start.
const KeyTyped = "typed"

// Log says how much is logged.
type Log struct {
	Level string // debug, info, warn, error
}

// MaxWearers is how many wearers one hub can have: pausing is one word with one bit each.
const MaxWearers = 64

// NeverWords are the words that may stand in a comfort's never.
func NeverWords() []string {
	return []string{"dark", "red", "breath_sound", "voice", "rain", "noise", "tone", "modulated_light", "breath_hold"}
}
