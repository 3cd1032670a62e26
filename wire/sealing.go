package wire

import (
	"encoding/json"
	"errors"

	"hubd/history"
)

// Sealing is how it is with what seals a history. It tells of nobody.
type Sealing struct {
	Sealed bool   // rows are sealed, or are to be
	Locked string // why nothing is kept though the file is whole; empty: it is not so
	Phrase bool   // a passphrase opens it
	Begun  bool   // there is a sealed file: what opens it is settled
}

// AppendSealing appends a Sealing.
func AppendSealing(dst []byte, s Sealing) []byte {
	return open(dst).flag("sealed", s.Sealed).word("locked", s.Locked).flag("passphrase", s.Phrase).flag("begun", s.Begun).close()
}

// ParseSealing reads what AppendSealing wrote; an {"error":…} becomes an error.
func ParseSealing(data []byte) (Sealing, error) {
	if err := ErrorOf(data); err != nil {
		return Sealing{}, err
	}
	var in struct {
		Sealed *bool   `json:"sealed"`
		Locked *string `json:"locked"`
		Phrase bool    `json:"passphrase"`
		Begun  bool    `json:"begun"`
	}
	if err := json.Unmarshal(data, &in); err != nil || in.Sealed == nil {
		return Sealing{}, errors.New("what is said of the seal is not understood")
	}
	s := Sealing{Sealed: *in.Sealed, Phrase: in.Phrase, Begun: in.Begun}
	if in.Locked != nil {
		s.Locked = *in.Locked
	}
	return s, nil
}

// Rekeying is what came of sealing a history anew, for the one who asked for it.
type Rekeying struct {
	history.Rekeyed
	Next   []string // what is to be done before hubd starts again
	Failed string   // what is not done; empty where everything is
}

// AppendRekeying appends a Rekeying.
func AppendRekeying(dst []byte, r Rekeying) []byte {
	o := open(dst).flag("done", r.Failed == "").count("rows", r.Rows).count("damaged", r.Damaged).texts("written", r.Done)
	return o.texts("left", r.Left).texts("next", r.Next).text("failed", r.Failed).close()
}

// ParseRekeying reads what AppendRekeying wrote; an {"error":…} becomes an error.
func ParseRekeying(data []byte) (Rekeying, error) {
	if err := ErrorOf(data); err != nil {
		return Rekeying{}, err
	}
	var in struct {
		Rows    int      `json:"rows"`
		Damaged int      `json:"damaged"`
		Written []string `json:"written"`
		Left    []string `json:"left"`
		Next    []string `json:"next"`
		Failed  string   `json:"failed"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return Rekeying{}, errors.New("what came of it is not understood: " + plainJSON(err))
	}
	r := history.Rekeyed{Rows: in.Rows, Damaged: in.Damaged, Done: in.Written, Left: in.Left}
	return Rekeying{Rekeyed: r, Next: in.Next, Failed: in.Failed}, nil
}
