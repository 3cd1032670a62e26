package regulation

// Shares counts how a session's time was spent, in seconds of each Name. A pause counts for nothing.
type Shares [Withdrawn + 1]int

// Of is the share of one Name in all counted time, 0…1; 0 where nothing was counted.
func (s Shares) Of(n Name) float64 {
	if all := s.Seconds(); all > 0 && int(n) < len(s) {
		return float64(s[n]) / float64(all)
	}
	return 0
}

// Seconds is all counted time.
func (s Shares) Seconds() int {
	all := 0
	for _, n := range s {
		all += n
	}
	return all
}
