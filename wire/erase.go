package wire

import (
	"encoding/json"
	"errors"
	"time"

	"hubd/history"
)

// Erasure is what came of erasing, for the one who asked for it.
type Erasure struct {
	history.Erased
	CannotReach []string // what may still hold something, each with what to do about it
	Failed      string   // what is not erased; empty where everything is
}

type erasureJSON struct {
	Rows        int      `json:"rows"`
	Files       []string `json:"files"`
	Erased      []string `json:"erased"`
	Searched    int64    `json:"searched_bytes"`
	CannotReach []string `json:"cannot_reach"`
	Failed      string   `json:"failed"`
}

// AppendErasure appends an Erasure.
func AppendErasure(dst []byte, e Erasure) []byte {
	o := open(dst).flag("done", e.Failed == "").count("rows", e.Rows).texts("files", e.Files).texts("erased", e.Done)
	return o.size("searched_bytes", e.Searched).texts("cannot_reach", e.CannotReach).text("failed", e.Failed).close()
}

// texts writes a list of strings.
func (o object) texts(k string, list []string) object {
	o = append(o.key(k), '[')
	for i, s := range list {
		if i > 0 {
			o = append(o, ',')
		}
		o = appendText(o, s)
	}
	return append(o, ']')
}

// ParseErasure reads what AppendErasure wrote; an {"error":…} becomes an error.
func ParseErasure(data []byte) (Erasure, error) {
	if err := ErrorOf(data); err != nil {
		return Erasure{}, err
	}
	var in erasureJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return Erasure{}, errors.New("what came of erasing is not understood: " + plainJSON(err))
	}
	e := history.Erased{Rows: in.Rows, Files: in.Files, Done: in.Erased, Searched: in.Searched}
	return Erasure{Erased: e, CannotReach: in.CannotReach, Failed: in.Failed}, nil
}

// AppendSpan appends a time from one date to another.
func AppendSpan(dst []byte, from, to time.Time) []byte {
	return open(dst).text("from", from.UTC().Format(time.RFC3339)).text("to", to.UTC().Format(time.RFC3339)).close()
}

// ParseSpan reads what AppendSpan wrote; an {"error":…} becomes an error.
func ParseSpan(data []byte) (from, to time.Time, err error) {
	if err := ErrorOf(data); err != nil {
		return from, to, err
	}
	var in struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return from, to, errors.New("the time is not understood: " + plainJSON(err))
	}
	return in.From, in.To, nil
}
