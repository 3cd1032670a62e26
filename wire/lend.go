package wire

// LentBus is the first line of a lend: the bus is the asking command's until the connection closes, or until a line says that it is over.
type LentBus struct {
	Lent    string   `json:"lent"`    // the bus's name
	Wearers []string `json:"wearers"` // whose sensors may be read
	Seconds int      `json:"seconds"` // how long at most
}

// LeadsOff is a wearer whose ECG amplifier says that an electrode is off. Its lines are the daemon's while the bus is lent, so a line of the lend
// tells of them whenever that changes: first everybody's is on.
type LeadsOff struct {
	Wearer string `json:"wearer"`
	Plus   bool   `json:"plus"` // LO+, or either electrode of two
	Minus  bool   `json:"minus"`
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

// AppendLeadsOff appends the line of a lend that names everybody who has an electrode off, without a line end.
func AppendLeadsOff(dst []byte, all []LeadsOff) []byte {
	o := append(open(dst).key("leads_off"), '[')
	for i, l := range all {
		o = open(separate(o, i)).text("wearer", l.Wearer).flag("plus", l.Plus).flag("minus", l.Minus).close()
	}
	return object(append(o, ']')).close()
}
