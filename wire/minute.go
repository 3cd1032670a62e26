package wire

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/regulation"
)

// MinuteHeader is the header of a table of minutes, units in the names; AppendMinuteRow appends its rows. Where the Pi's clock was not set,
// time is empty, and run and since_s say which start of hubd it was and how long after.
const MinuteHeader = "time,run,since_s,worn_s,usable_s,heart_rate_bpm,rmssd_ms,rsa_ln_ms2,scl_microsiemens,scr_per_min,breathing_per_min,arousal,vagal," +
	"unknown_s,settled_s,engaged_s,activated_s,withdrawn_s"

// AppendMinuteRow appends one minute as a row without a line end. What is not known is an empty cell.
func AppendMinuteRow(dst []byte, m history.Minute) []byte {
	if m.At.IsZero() {
		dst = strconv.AppendUint(append(dst, ','), m.Run, 10)
		dst = appendDuration(append(dst, ','), m.Since, 9, 0)
	} else {
		dst = append(m.At.AppendFormat(dst, time.RFC3339), ",,"...)
	}
	for _, d := range []time.Duration{m.Worn, m.Usable} {
		dst = appendDuration(append(dst, ','), d, 9, 0)
	}
	for _, n := range minuteNumbers(&m) {
		dst = append(dst, ',')
		if n.value.Known {
			dst = appendNumber(dst, n.value.Value, n.decimals)
		}
	}
	for _, d := range m.States {
		dst = appendDuration(append(dst, ','), d, 9, 0)
	}
	return dst
}

// minuteNumber is one number of a minute, under its JSON key.
type minuteNumber struct {
	key      string
	value    *dsp.Maybe
	decimals int
}

func minuteNumbers(m *history.Minute) [8]minuteNumber {
	return [8]minuteNumber{
		{"heart_rate_bpm", &m.HeartRate, heartRateDecimals},
		{"rmssd_ms", &m.RMSSD, intervalDecimals},
		{"rsa_ln_ms2", &m.RSALn, lnPowerDecimals},
		{"scl_microsiemens", &m.SCL, conductanceDecimals},
		{"scr_per_min", &m.SCRPerMin, responseDecimals},
		{"breathing_per_min", &m.Breathing, breathDecimals},
		{"arousal", &m.Arousal, axisDecimals},
		{"vagal", &m.Vagal, axisDecimals},
	}
}

// AppendMinute appends one minute as a JSON object without a line end, null where something is not known.
func AppendMinute(dst []byte, m history.Minute) []byte {
	o := open(dst)
	if m.At.IsZero() {
		o = strconv.AppendUint(o.null("time").key("run"), m.Run, 10)
		o = o.seconds("since_s", m.Since, 0)
	} else {
		o = o.text("time", m.At.Format(time.RFC3339)).null("run").null("since_s")
	}
	o = o.seconds("worn_s", m.Worn, 0).seconds("usable_s", m.Usable, 0)
	for _, n := range minuteNumbers(&m) {
		o = o.maybe(n.key, *n.value, n.decimals)
	}
	for i, d := range m.States {
		o = o.seconds(regulation.Name(i).String()+"_s", d, 0)
	}
	return o.close()
}

// ParseMinute reads what AppendMinute wrote.
func ParseMinute(wearer string, data []byte) (history.Minute, error) {
	var in map[string]json.RawMessage
	if err := json.Unmarshal(data, &in); err != nil {
		return history.Minute{}, fmt.Errorf("a minute is not understood: %s", plainJSON(err))
	}
	m := history.Minute{Wearer: wearer}
	var at *time.Time
	var since dsp.Maybe
	err := cmp.Or(
		read(in, "time", &at), read(in, "run", &m.Run), number(in, "since_s", &since),
		duration(in, "worn_s", &m.Worn), duration(in, "usable_s", &m.Usable),
	)
	for _, n := range minuteNumbers(&m) {
		err = cmp.Or(err, number(in, n.key, n.value))
	}
	for i := range m.States {
		err = cmp.Or(err, duration(in, regulation.Name(i).String()+"_s", &m.States[i]))
	}
	if err != nil {
		return history.Minute{}, fmt.Errorf("a minute is not understood: %w", err)
	}
	if at != nil {
		m.At = at.UTC()
	}
	m.Since = time.Duration(since.Or(0) * float64(time.Second))
	return m, nil
}

func read[T any](in map[string]json.RawMessage, key string, to *T) error {
	if raw, ok := in[key]; ok && string(raw) != "null" {
		if err := json.Unmarshal(raw, to); err != nil {
			return fmt.Errorf("%s: %s", key, plainJSON(err))
		}
	}
	return nil
}

func number(in map[string]json.RawMessage, key string, to *dsp.Maybe) error {
	var v *float64
	err := read(in, key, &v)
	if v != nil {
		*to = dsp.Some(*v)
	}
	return err
}

func duration(in map[string]json.RawMessage, key string, to *time.Duration) error {
	var s dsp.Maybe
	if err := number(in, key, &s); err != nil {
		return err
	}
	if s.Value < 0 || s.Value > 60 {
		return fmt.Errorf("%s is %g: wanted is 0 to 60", key, s.Value)
	}
	*to = time.Duration(s.Value * float64(time.Second))
	return nil
}
