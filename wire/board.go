package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"hubd/setup"
)

// MaxBoardReadings is the longest account of a board's readings that is read, in bytes.
const MaxBoardReadings = 1 << 10

// mostResistors is how many known resistors one calibration takes.
const mostResistors = 4

// boardDecimals are those of a share of the supply and of a factor: under a step of a 16-bit converter.
const boardDecimals = 6

// BoardReadings are what a skin-conductance board read, as shares of the supply: with open electrodes, and with known resistors.
type BoardReadings struct {
	Open  float64
	Known []setup.KnownOhm
}

// ParseBoardReadings reads {"open":0.5012,"known":[{"ohm":100000,"share":0.3301}]}. Whether they fit a board is for setup to say.
func ParseBoardReadings(data []byte) (r BoardReadings, err error) {
	var in struct {
		Open  *float64 `json:"open"`
		Known []struct {
			Ohm   *float64 `json:"ohm"`
			Share *float64 `json:"share"`
		} `json:"known"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return r, fmt.Errorf("the readings are not understood: %s", plainJSON(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("the readings are not understood: wanted is one JSON object")
	}
	if in.Open == nil || !isShare(*in.Open) {
		return r, errors.New("open is missing, or no share of the supply: wanted is 0 to 1")
	}
	if len(in.Known) > mostResistors {
		return r, fmt.Errorf("more than %d resistors", mostResistors)
	}
	r.Open = *in.Open
	for _, k := range in.Known {
		switch {
		case k.Share == nil || !isShare(*k.Share):
			return BoardReadings{}, errors.New("share is missing, or no share of the supply: wanted is 0 to 1")
		case k.Ohm == nil || !setup.UsefulOhm(*k.Ohm):
			return BoardReadings{}, errors.New("ohm is missing, or no resistor of use here: wanted is 20000 to 5000000")
		}
		r.Known = append(r.Known, setup.KnownOhm{Ohm: *k.Ohm, Share: *k.Share})
	}
	return r, nil
}

func isShare(v float64) bool { return v >= 0 && v <= 1 }

// AppendBoardProgress appends how far the reading of a board is, without a line end.
func AppendBoardProgress(dst []byte, read, of time.Duration) []byte {
	return open(dst).seconds("read_s", read, timeDecimals).seconds("of_s", of, timeDecimals).close()
}

// AppendBoardShare appends what a board read, and with which resistor; 0: with open electrodes. Without a line end.
func AppendBoardShare(dst []byte, share, ohm float64) []byte {
	o := open(dst).number("share", share, boardDecimals)
	if ohm == 0 {
		return o.null("ohm").close()
	}
	return o.number("ohm", ohm, countDecimals).close()
}

// AppendCalibrated appends what a calibration came to, without a line end. scale and apart_percent are null where no two resistors were known.
func AppendCalibrated(dst []byte, c setup.SkinCalibration) []byte {
	o := open(dst).number("open_circuit", c.OpenCircuit, boardDecimals).maybe("scale", c.Scale, boardDecimals)
	if !c.Scale.Known {
		return o.null("apart_percent").close()
	}
	return o.number("apart_percent", 100*c.Apart, percentDecimals).close()
}
