package regulation

import "time"

// This file is the one table of numbers that decide. Each line carries its source:
//
//	design n       docs/design.md, section n
//	physiology n   docs/regulation.md, Sources, number n, which names the papers
//	own            chosen here, with the reason
//
// Nothing in it was fitted to a recording.

// Axes and names.
const (
	axisEnter = 1.0 // design 4: arousal is high from +1.0, vagal is low from −1.0
	axisLeave = 0.5 // design 4: until +0.5 and −0.5

	dwellNamed     = 30 * time.Second // design 4
	dwellActivated = 15 * time.Second // design 4: into activated
	dwellDoubt     = 30 * time.Second // own: as long as a name must last
	dwellUnknown   = 15 * time.Second // own: from unknown there is no name to protect from flicker, so half the dwell is enough

	axisWeightFull = 0.6 // own: less weight than this present pulls the axis to 0, so that one feature alone does not decide at +1 of its own

	slowBreathing        = 9.0 // breaths per minute; physiology 4: under 9 the fixed band misses the breath
	slowBreathingQuality = 0.5 // own: a breathing rate of less quality is not acted on
)

// Confidence.
const (
	confidenceFirst   = 0.6  // design 4: stage first
	confidenceSkin    = 0.6  // design 4: skin alone, or vagal null
	confidenceMixed   = 0.45 // own: settled while one feature is itself high, as in freezing (skin up, heart down)
	confidenceOdd     = 2.5  // own: z of one feature from which settled is odd
	confidenceHeld    = 0.5  // own: share of an axis' error that is left in a name that has lasted its dwell, two short windows or more
	confidenceModel   = 0.15 // own: z, what is not known of an axis besides: a body's own wandering, another day's rest
	confidenceUnlike  = 0.8  // own: factor for an own rest far from the population's
	confidenceMarked  = 0.8  // own: factor for the pulse while more than 5 % of its intervals are left out
	confidenceMissing = 0.4  // own: what a wholly missing axis weight would take away
	unlikeZ           = 2.0  // own: about one person in twenty lies further out by chance
)

// Signal.
const (
	qualityTrusted = 0.5              // design 6.2, summary: usable is quality of at least 0.5
	qualityFull    = 0.9              // own: from here on a signal is as good as signals are
	qualityLearnt  = 0.7              // own: learning is stricter than answering, for a bad minute stays for weeks
	qualityGrace   = 5 * time.Second  // own: a dip shorter than one RMSSD update does not withhold the pulse
	qualityTau     = 10.0             // s; own: length of the heart-rate window
	contactLoss    = 5 * time.Second  // own: a shorter loss is a touch, not a new place of the electrode
	stateEvery     = 10 * time.Second // design 6.2
	tellStep       = 0.3              // own: of confidence; a name that is believed no more must not look believed for ten seconds
	stepLongest    = 5 * time.Second  // own: a longer step is a gap, after which everything followed begins anew
	pacedAfter     = 60 * time.Second // own: the RMSSD window of 60 s still holds paced breaths
)

// Movement and effort.
const (
	movingTogether = 10 * time.Second // design 4: both channels disturbed within 10 s
	movingHold     = 10 * time.Second // own: one heart-rate window after the last movement
	movingLately   = 90 * time.Second // own: what heart and skin take to come back from it
	effortEnter    = 35.0             // bpm above own rest; own: beyond what sitting stress does (mean +15 to +25 bpm), within brisk walking
	effortLasts    = 10               // s; own: one window of the heart rate
	effortHold     = 30 * time.Second // own: while the heart is not read, effort is not over; longer than that nobody knows
	effortLeave    = 20.0             // bpm; own: what is left after effort must not be read as activated
)

// Windows: the longest that nothing shorter contradicts is believed (window.go).
const (
	// Half widths of the intervals in standard errors. own: a change of the body shows in several features, so that each may be narrower
	// than if it stood alone. Responses without a pulse do stand alone: a quiet quarter of a minute in a storm of them is chance.
	widthDifferences = 0.6
	widthOthers      = 0.75
	widthAlone       = 2.0
	longestSpan      = 120
	responseWatched  = 0.6  // own: share of a window that must have been watched
	stabilisedSpread = 0.5  // Anscombe 1948: of √(n + 3/8), whatever n
	rateNoise        = 2.5  // bpm; own: of a median of 10 s at rest, from breathing and the 0.1 Hz wave
	rateShare        = 5    // own: the heart rate is looked at in a fifth of the window: it is a median of 10 s already, and what moves it at rest is slower
	leadSeconds      = 10   // own: the window of the heart rate
	leadShare        = 1.0  // own: all of its change, so that a steady climb is seen without the delay of its window
	spanRecent       = 30   // s; own: a feature of which nothing shows in this window is absent
	differencesKnown = 0.7  // per second; own: two thirds of the beats of a heart of 63
	differenceError  = 1.4  // own: of ln RMSSD times √2n; 1 for independent differences, more for those that swing with the breath
	vagalCorrelation = 0.7  // own: of RMSSD and RSA at rest from minute to minute: both look at the same breaths
	rsaSpan          = 120  // s; own: it comes from windows of 60 s and is smoothed: within less it would still tell of before a change
	rsaError         = 0.35 // ln ms²; own: two epochs of 30 s
	rsaTau           = 10.0 // s; own: two updates
)

// Skin-conductance level: its absolute value means little, only its change within minutes counts (physiology 5).
const (
	levelSettle    = 30 * time.Second // own: a fresh electrode is still settling
	levelTauSettle = 10.0             // s; own: during settling what is usual follows quickly
	levelTau       = 60.0             // s; own: longer than a rise takes, shorter than the drift of a session
	levelSmooth    = 5.0              // s
	levelLeast     = 1.0              // µS; own: under this a relative change would blow up
	levelError     = 0.06             // own: half of the spread at rest
)

// Baseline.
const (
	minutesFirst     = 3               // design 4
	minutesKnown     = 20              // design 4
	daysKnown        = 2               // design 4
	forgetHalfDays   = 28.0            // days; own: "slow forgetting over weeks"
	minutesPerSample = 3.0             // own: neighbouring minutes resemble each other; three count as one independent sample
	spreadPriorCount = 4.0             // own: independent samples that the population's spread is worth
	localMinutes     = 60              // own: an hour of this session
	localPerSample   = 6.0             // own: minutes of unknown quality of rest count half of own ones
	localMost        = 2.0             // own: samples that the session may at most be worth
	localQuantile    = 0.35            // own: the restful side of a session that is not all rest
	minuteSeconds    = 60              // design 4: minutes
	minuteSkips      = 120             // own: seconds; sixty good ones among three minutes are a minute
	minuteApart      = 180             // own: seconds between two minutes that still belong together
	minuteKnown      = 20              // own: seconds that a measure must be known for, a third
	quietSlope       = 10.0            // bpm per min; own: at rest 19 of 20 minutes lie within (slow waves of 3 bpm); standing up or effort moves the rate faster
	quietStep        = 10.0            // bpm between neighbouring minutes; own: likewise, from 3–4 bpm from minute to minute (physiology 3)
	quietHeartRate   = 100.0           // bpm; the usual bound of tachycardia: no rest
	restMinutes      = 3               // design 4
	restLongest      = 5 * time.Minute // own: two minutes of patience for three good ones
)

// Recovery.
const (
	recoveryHigh    = 0.9              // own: the plateau ends where the level last was within a tenth of its peak
	recoveryHalf    = 0.5              // by definition of a half-life
	recoveryLongest = 10 * time.Minute // own: later it is no answer to the activation any more
	recoveryUnseen  = 15 * time.Second // own: a crossing inside a longer gap has no time
)

// Night.
const (
	nightUsable      = 0.6              // design 4 and 6.2: each value null under 60 % usable
	nightWindow      = 300              // s; 5 min windows
	nightWindowKnown = 180              // s; own: three fifths of a window, as for the night
	nightRestless    = 60 * time.Second // own: movements within a minute are one period
)

// Two people (physiology 9: window 30 s, step 5 s, lag ±5 s, high-pass 0.04 Hz, at least 100 surrogates, as a start).
const (
	pairWindow     = 60 // s; own: what two people share lasts a quarter of a minute to two: in 30 s the place of the peak is not sure to a second
	pairRate       = 10 // s; own: a whole turn of the 0.1 Hz wave, which each heart has for itself
	pairIntervals  = 3  // own: half of the beats of a slow heart in that time
	pairStep       = 10 // s; own: windows of 60 s that overlap by five sixths leave nothing out, at half the cost of 5 s
	pairLag        = 5  // s
	pairLags       = 2*pairLag + 1
	pairHighPass   = 0.02 // Hz; own: the slowest that a window of 60 s can tell from a drift
	pairSettle     = 24   // s; own: three time constants of the high-pass
	pairShiftLeast = 70   // s; own: window plus both lags, so that a surrogate shares no second with the real window
	pairShiftStep  = 3    // s; own: neighbours differ by a third of the window of the heart rate
	pairSurrogates = 100  // at least 100; each costs time
	pairAlpha      = 0.01 // own: consecutive windows overlap, so a chance hit lasts; 0.05 would let them pass 5 % of the time
	pairMemory     = 12.0 // windows; own: two minutes of steps in the running mean of Fisher z
	pairFirst      = 6    // windows; own: a minute of them, before anything is told
	pairFlat       = 1e-9 // sum of squares, bpm² or µS²; own: what rounding leaves of a flat window
	pairSeed       = 20080531
)

// feature names one input of an axis.
type feature uint8

const (
	featureSCR feature = iota
	featureSCL
	featureHeartRate
	featureRMSSD
	featureRSA
	featureCount
)

// population is what is known of a feature before anything is known of the wearer, and how the feature enters its axis.
type population struct {
	name    string
	mean    float64 // of resting people
	between float64 // standard deviation of people's own rest; 0: the feature is a change and has no level
	within  float64 // standard deviation from minute to minute at rest, in one person
	floor   float64 // least spread ever used: a tiny MAD of few minutes must not explode a z
	limit   float64 // of its z: beyond it a value says "far", and one feature must not outvote the others
	weight  float64 // share of its axis
}

// populations is the table of features. Units: see axes.go.
func populations() [featureCount]population {
	return [featureCount]population{
		// Square root of responses per minute + 3/8 (Anscombe 1948: spread 0.5 for a count). physiology 5: rest 1–3 /min.
		featureSCR: {name: "scr_per_min", mean: 1.54, between: 0.45, within: 0.5, floor: 0.5, limit: 5, weight: 0.40},
		// Relative change within minutes. own: 20 % is what a clear response of the level adds (physiology 5: 2.95 → 3.15 … 3.7 → 24 µS);
		// its limit, because a pressed electrode doubles the level as well.
		featureSCL: {name: "scl_change", mean: 0, between: 0, within: 0.12, floor: 0.12, limit: 1.5, weight: 0.25},
		// bpm. physiology 3: mean NN 926 ms (SD 90) lying, seated a little faster; minute to minute 3–4 bpm.
		featureHeartRate: {name: "heart_rate", mean: 68, between: 10, within: 4, floor: 3, limit: 5, weight: 0.35},
		// ln ms at 60 bpm. physiology 3: RMSSD 42 (15) ms at 926 ms is ln 45.4 = 3.81; 120 s against 5 min r 0.986, 60 s a little less.
		featureRMSSD: {name: "rmssd", mean: 3.81, between: 0.4, within: 0.25, floor: 0.25, limit: 5, weight: 0.60},
		// ln ms². Nunan 2010: HF 657 ms²; Porges–Bohrer in adults about 6 to 6.5, SD about 1.1 (from memory of the literature).
		featureRSA: {name: "rsa", mean: 6.2, between: 1.1, within: 0.5, floor: 0.45, limit: 5, weight: 0.40},
	}
}
