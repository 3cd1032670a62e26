package wire

// LentBus is the first line of a lend: the bus is the asking command's until the connection closes, or until a line says that it is over.
type LentBus struct {
	Lent    string   `json:"lent"`    // the bus's name
	Wearers []string `json:"wearers"` // whose sensors may be read
	Seconds int      `json:"seconds"` // how long at most
}

// LendOver is the last line of a lend that the daemon ends.
type LendOver struct {
	Ended string `json:"ended"` // why, in words
}

// AppendLent appends the first line of a lend, without a line end.
func AppendLent(dst []byte, l LentBus) []byte {
	o := open(dst).text("lent", l.Lent)
	o = append(o.key("wearers"), '[')
	for i, w := range l.Wearers {
		o = appendText(separate(o, i), w)
	}
	return object(append(o, ']')).count("seconds", l.Seconds).close()
}

// AppendLendOver appends the last line of a lend, without a line end.
func AppendLendOver(dst []byte, l LendOver) []byte { return open(dst).text("ended", l.Ended).close() }
