package room

import (
	"strings"
	"time"
)

const (
	breathFor  = 5 * time.Minute
	humHz      = 130.0 // near the lowest note most voices hum with ease
	humLevelDB = -42.0
)

// practices is what the room can guide. Words invite; nothing has to be done, and nothing is read from the body.
func practices() []practice {
	return []practice{
		{name: "breath", length: breathFor, inhale: defaultInhale},
		{name: "hum", length: breathFor, inhale: 0.3, humHz: humHz},
		{name: "together", length: breathFor, inhale: defaultInhale, members: 2},
		{name: "arrive", steps: []step{
			{"Arrive. Nothing has to begin yet.", 20 * time.Second},
			{"One of you: say aloud what is welcome tonight.", 25 * time.Second},
			{"And say aloud what is not.", 25 * time.Second},
			{"The other: say aloud what is welcome tonight, and what is not.", 50 * time.Second},
		}},
		{name: "ground", steps: []step{
			{"Find five things you can see.", 40 * time.Second},
			{"Find four things you can touch.", 40 * time.Second},
			{"Find three things you can hear.", 40 * time.Second},
			{"Find two things you can smell.", 30 * time.Second},
			{"Find one thing you can taste.", 30 * time.Second},
		}},
		{name: "gaze", steps: []step{
			{"Sit or lie so that your eyes can meet.", 30 * time.Second},
			{"Let your eyes meet, and look away whenever you like.", 90 * time.Second},
			{"Close your eyes, or rest them anywhere.", 30 * time.Second},
			{"Let your eyes meet again, or not.", 90 * time.Second},
		}},
		{name: "touch", inhale: defaultInhale, steps: []step{
			{"Lay a hand on your own heart, or on the other's hand if both like.", 60 * time.Second},
			{"Feel the warmth of the hand, and breathe with the light.", 120 * time.Second},
			{"Take the hand away, slowly.", 30 * time.Second},
		}},
		{name: "move", steps: []step{
			{"Roll your shoulders, slowly.", 60 * time.Second},
			{"Stretch your arms as far as is pleasant.", 60 * time.Second},
			{"Turn your head from side to side.", 60 * time.Second},
			{"Move your hips and legs as they like.", 60 * time.Second},
			{"Come to rest.", 60 * time.Second},
		}},
		{name: "body", steps: []step{
			{"Feel where your body meets the bed.", 60 * time.Second},
			{"Bring your attention to your feet and legs.", 75 * time.Second},
			{"To your belly and back.", 75 * time.Second},
			{"To your shoulders, arms and hands.", 75 * time.Second},
			{"To your face and head.", 75 * time.Second},
			{"To your body as a whole.", 60 * time.Second},
		}},
	}
}

func practiceNames() string {
	var names []string
	for _, p := range practices() {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}
