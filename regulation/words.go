package regulation

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// slight is the |z| under which a feature is told as being like at rest.
const slight = 0.3

// reasons lists the features that are known, the one that moved its axis most first.
func (e *Estimator) reasons() []Reason {
	var moved [featureCount]float64
	list := make([]Reason, 0, featureCount)
	order := make([]feature, 0, featureCount)
	for f := range featureCount {
		if e.axes.z[f].Known {
			moved[f] = math.Abs(e.axes.z[f].Value) * e.people[f].weight
			order = append(order, f)
		}
	}
	slices.SortStableFunc(order, func(a, b feature) int { return cmp.Compare(moved[b], moved[a]) })
	for _, f := range order {
		list = append(list, Reason{Feature: e.people[f].name, Z: e.axes.z[f].Value})
	}
	return list
}

// strongerFirst orders reasons by size.
func strongerFirst(a, b Reason) int { return cmp.Compare(math.Abs(b.Z), math.Abs(a.Z)) }

// Supports tells whether a reason lies on the side of its name, by the rules of judge. What moved most may lie on the other: a name is
// held until another has lasted. A reason like at rest supports no name but Settled, and none supports Unknown.
func (r Reason) Supports(n Name) bool {
	rhythm := r.Feature == "rmssd" || r.Feature == "rsa"
	switch n {
	case Settled:
		return rhythm && r.Z > -axisEnter || !rhythm && r.Z < axisEnter
	case Engaged:
		return r.Z > slight // of heart and sweat, and of a free rhythm
	case Activated:
		return rhythm && r.Z < -slight || !rhythm && r.Z > slight
	case Withdrawn:
		return rhythm && r.Z < -slight || !rhythm && r.Z < axisEnter
	}
	return false
}

// String gives the form used in events: the feature and its z with one decimal, for example "scr_per_min -0.8".
func (r Reason) String() string {
	z := math.Round(r.Z*10) / 10
	if z == 0 {
		z = 0 // no "-0.0"
	}
	return r.Feature + " " + strconv.FormatFloat(z, 'f', 1, 64)
}

// FeatureWords names a feature to people, and which way it may go.
func FeatureWords(name string) (what, more, less string) {
	switch name {
	case "scr_per_min":
		return "sweat responses", "more", "fewer"
	case "scl_change":
		return "skin moisture", "higher", "lower"
	case "heart_rate":
		return "heart rate", "faster", "slower"
	case "rmssd":
		return "rhythm from beat to beat", "freer", "tighter"
	case "rsa":
		return "rhythm with the breath", "freer", "tighter"
	}
	return name, "higher", "lower"
}

// Words says a reason to people, compared with the wearer's own rest.
func (r Reason) Words() string {
	what, more, less := FeatureWords(r.Feature)
	switch {
	case math.Abs(r.Z) < slight:
		return what + ": as at your own rest"
	case r.Z > 0:
		return what + ": " + more + " than at your own rest"
	}
	return what + ": " + less + " than at your own rest"
}

// Brief says a state to people in the few words that fit a line. They say strength, never meaning.
func (n Name) Brief() string {
	switch n {
	case Settled:
		return "steady"
	case Engaged:
		return "lively and steady"
	case Activated:
		return "wound up"
	case Withdrawn:
		return "quiet and low"
	}
	return "not sure"
}

// Words says a state to people with what looks like it, in the words of design section 4.
func (n Name) Words() string {
	switch n {
	case Activated:
		return n.Brief() + ": effort, laughter, excitement and worry look alike here"
	case Withdrawn:
		return n.Brief() + ": rest, tiredness or drawing back look alike here"
	}
	return n.Brief()
}

// Words says to people why nothing is named; empty for ReasonNone.
func (r UnknownReason) Words() string {
	switch r {
	case ReasonNoContact:
		return "a sensor is off the skin, or sensing is off"
	case ReasonPoorSignal:
		return "the signal is not clear enough"
	case ReasonLearning:
		return "your own rest is not learnt yet"
	case ReasonMoving:
		return "movement or effort: nothing can be read from it"
	case ReasonPacedBreathing:
		return "paced breathing changes the heart by itself"
	case ReasonNight:
		return "night: nothing is judged"
	case ReasonSetUp:
		return "the sensors are being set up"
	}
	return ""
}

// Words says to people what the state is compared with.
func (s Stage) Words() string {
	switch s {
	case StageFirst:
		return "compared with a first rest of your own"
	case StageKnown:
		return "compared with your own rest"
	}
	return "learning your own rest"
}
