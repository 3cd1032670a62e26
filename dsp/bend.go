package dsp

// The bend of the wave about a beat, in cells of 8 ms.
const (
	bendBefore = 31 // 250 ms before the steepest rise
	bendAfter  = 20 // 160 ms after it: all that is there when a beat is told
	bendShift  = 5  // farthest shift of the fit, 40 ms
	bendCells  = bendBefore + bendAfter + 1
	bendSmooth = 25 // Hann, 200 ms
)

// bend is the second derivative of an optical pulse (the acceleration plethysmogram) about one beat, and the wearer's average of it.
// It is largest where the pulse begins and where it turns, and does not know slow changes of the level; so a deep breath, which
// lengthens the upstroke, moves it less than the upstroke itself. It is computed about beats only.
type bend struct {
	smooth  kernel
	average template
	cell    int64 // that the wave is about, or nowhere: a beat is read twice, to learn from it and to time it
	level   [bendCells + 2*bendShift + 2]float64
	wave    [bendCells + 2*bendShift]float64
}

func newBend() bend { return bend{smooth: hann(bendSmooth), cell: nowhere} }

func (b *bend) clear() {
	b.average.clear()
	b.cell = nowhere
}

// read computes the wave about cell k; false where its surroundings are not held in full.
func (b *bend) read(h *history, k int64) bool {
	half := int64(len(b.smooth) - 1)
	from := k - bendBefore - bendShift - 1
	if from-half < h.newest-h.count+1 || from-half <= h.newest-historyCells || from+int64(len(b.level))-1+half > h.newest {
		return false
	}
	if b.cell == k {
		return true
	}
	b.cell = k
	for i := range b.level {
		b.level[i] = b.smooth.over(h.raw.from(from+int64(i)-half, int(2*half+1)))
	}
	for i := range b.wave {
		b.wave[i] = b.level[i] - 2*b.level[i+1] + b.level[i+2]
	}
	return true
}

// around is the wave that was read, moved by shift cells.
func (b *bend) around(shift int) []float64 { return b.wave[bendShift+shift:][:bendCells] }

// fit is the offset in cells from the candidate's cell at which the wearer's average correlates best, by a parabola between cells. The
// average is aligned by the steepest rise, so that is the point it stands for.
func (b *bend) fit(h *history, c candidate, polarity float64) float64 {
	if !b.read(h, c.k) {
		return c.offset
	}
	var r [2*bendShift + 1]float64
	b.average.slide(r[:], b.wave[:])
	for i := range r {
		r[i] *= polarity
	}
	best := bendShift
	for i := range r {
		if r[i] > r[best] {
			best = i
		}
	}
	if best == 0 || best == len(r)-1 || r[best] == 0 {
		return c.offset
	}
	offset, _ := vertex(r[best-1], r[best], r[best+1])
	return float64(best-bendShift) + offset
}
