package dsp

import "time"

// unseenMost is how much of the last minute may go by unwatched before the number of responses in it means nothing.
const unseenMost = 15 * time.Second

// unseen is how much of each of the last 60 s was not watched for responses, since something moved.
type unseen struct{ seconds [60]time.Duration }

func (u *unseen) clear() { *u = unseen{} }

func (u *unseen) place(t time.Duration) *time.Duration {
	s := floorDiv(int64(t), int64(time.Second))
	return &u.seconds[s-60*floorDiv(s, 60)]
}

// add notes that at time t so much was not watched.
func (u *unseen) add(t, much time.Duration) { *u.place(t) += much }

// begin makes room for the second that begins at t.
func (u *unseen) begin(t time.Duration) { *u.place(t) = 0 }

func (u *unseen) total() (sum time.Duration) {
	for _, d := range u.seconds {
		sum += d
	}
	return sum
}
