package wire

// Capture is one of a wearer's recordings, as its page shows it.
type Capture struct {
	Name  string // of the file
	Bytes int64
}

// AppendCaptures appends them as one JSON object without a line end.
func AppendCaptures(dst []byte, all []Capture) []byte {
	o := append(open(dst).key("captures"), '[')
	for i, c := range all {
		o = open(separate(o, i)).text("name", c.Name).size("bytes", c.Bytes).close()
	}
	return object(append(o, ']')).close()
}
