package room

import "time"

// The rate a Zigbee group bears: one command every 2 s, bursts of 3 (lamps keep 8 broadcasts within 9 s).
const (
	budgetPerSecond = 0.5
	budgetBurst     = 3.0
	budgetKept      = 1.0 // for the first command of a pause
)

// budget is a token bucket on stream time.
type budget struct {
	tokens float64
	at     time.Duration
}

func newBudget() budget { return budget{tokens: budgetBurst} }

// take uses one token if at least kept remain after it.
func (b *budget) take(now time.Duration, kept float64) bool {
	if now > b.at {
		b.tokens = min(budgetBurst, b.tokens+(now-b.at).Seconds()*budgetPerSecond)
		b.at = now
	}
	const rounding = 1e-9
	if b.tokens-1 < kept-rounding {
		return false
	}
	b.tokens--
	return true
}

// keptFor is how much must remain now so that wanted commands can leave at a later instant, with the reserve untouched.
func keptFor(wanted int, wait time.Duration) float64 {
	need := min(budgetBurst, float64(wanted)+budgetKept) - wait.Seconds()*budgetPerSecond
	return max(budgetKept, need)
}
