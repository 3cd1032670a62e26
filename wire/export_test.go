package wire_test

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/wire"
)

func TestNotesBecomeATable(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	x := wire.Export{Format: "csv", What: "journal", Notes: func() ([]history.Note, error) {
		return []history.Note{{ID: 3, At: at, Text: "one, \"two\"\nthree", Tags: []history.Tag{{Kind: "helped", Word: "humming"}},
			Labs: []history.Lab{{Name: "oxytocin", Value: 12.3, Unit: "pg/ml", About: "saliva"}}}}, nil
	}}
	const want = `time,note,kind,name,value,unit,text
2026-11-20T09:30:00Z,3,note,,,,"one, ""two""
three"
2026-11-20T09:30:00Z,3,helped,humming,,,
2026-11-20T09:30:00Z,3,result,oxytocin,12.3,pg/ml,saliva
`
	if got, _, err := exported(x); err != nil || got != want {
		t.Errorf("%v:\n%s\nwant:\n%s", err, got, want)
	}
}

func exported(x wire.Export) (text, note string, err error) {
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	note, err = x.Write(out)
	out.Flush()
	return b.String(), note, err
}

func TestATableThatThereIsNotIsNoEmptyFile(t *testing.T) {
	if _, _, err := exported(wire.Export{Format: "csv", What: "secrets"}); err == nil || !strings.Contains(err.Error(), "secrets") {
		t.Errorf("%v", err)
	}
}

func FuzzKeptLines(f *testing.F) {
	f.Add([]byte("{\"next\":\"from=2026-11-20T00%3A00%3A00Z\"}\na\nb\n"))
	f.Add([]byte(`{"error":"nobody here is called \"c\""}`))
	f.Add([]byte("{\"next\":null}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := 0
		next, err := wire.KeptLines(data, func([]byte) error { lines++; return nil })
		if err != nil && (next != "" || lines > 0) {
			t.Errorf("%v, and %d lines are taken all the same", err, lines)
		}
	})
}
