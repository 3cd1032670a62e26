package room

import "time"

// waitsForWay is how long at most a restore waits for the way to its lamps to open: as long as the longest session.
const waitsForWay = sessionBound

// reach notes whether anything gets to a lamp and comes from it. While it does not, nobody is asked and nothing is put back: commands that
// were counted as done would close the snapshot, and a restart would know nothing of a room that is still as hubd made it.
func (r *Room) reach(now time.Duration, l *lamp, open bool) {
	opens := open && l.shut
	l.shut = !open
	if !opens {
		return
	}
	for _, a := range []*attribute{&l.brightness, &l.kelvin} {
		if a.query.open {
			a.query.due, a.query.until, a.query.times = max(a.query.due, now+2*r.o.ReportsLate), 0, 0
		}
		if r.plan.aim == aimRestore {
			a.plan = noPlan // it begins where the lamp is now, and takes as long as ever
		}
	}
	if r.restoring.on {
		r.restoring.until = max(r.restoring.until, min(now+restoreBound, r.restoring.latest))
	}
}

// owesBack tells whether a restore has something to do with a lamp.
func (r *Room) owesBack(l *lamp) bool {
	return l.known && !l.taken && l.claimed() && (l.before.On || r.o.SwitchOn)
}

// shutOff tells whether a lamp that is to be put back cannot be reached.
func (r *Room) shutOff() bool {
	for i := range r.lamps {
		if l := &r.lamps[i]; l.shut && r.owesBack(l) {
			return true
		}
	}
	return false
}

// overdue tells that a restore has had its time. Where it cannot reach the lamps it waits for that, and the snapshot with it.
func (r *Room) overdue(now time.Duration) bool {
	return now >= r.restoring.latest || now >= r.restoring.until && !r.shutOff()
}
