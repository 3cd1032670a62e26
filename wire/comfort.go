package wire

import (
	"fmt"
	"slices"
	"strings"

	"hubd/pipeline"
	"hubd/room"
)

// The words of the command comfort besides those of room.Comfort.Never.
const (
	spareNothing = "none"
	spareSteady  = "steady"
	spareAsking  = "unasked"
	spareFloor   = "light_floor="
)

// spares reads what a wearer wants to be spared besides the config's: words in any order, none for nothing, for example
// "steady light_floor=12 red voice". The whole of it counts: what is not named is not spared.
func spares(text string) (*pipeline.Spares, error) {
	s := &pipeline.Spares{}
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, wanted("", spareWords()...)
	}
	if len(words) == 1 && words[0] == spareNothing {
		return s, nil
	}
	for _, word := range words {
		floor, isFloor := strings.CutPrefix(word, spareFloor)
		switch {
		case isFloor:
			v, err := between(floor, 3, pipeline.MostFloor, "percent")
			if err != nil {
				return nil, fmt.Errorf("light_floor: %w", err)
			}
			s.LightFloor = v
		case word == spareSteady:
			s.Steady = true
		case word == spareAsking:
			s.Unasked = true
		case !room.KnownNever(word):
			return nil, wanted(word, spareWords()...)
		case !slices.Contains(s.Never, word):
			s.Never = append(s.Never, word)
		}
	}
	return s, nil
}

func spareWords() []string {
	return append([]string{spareNothing, spareSteady, spareAsking, spareFloor + "3 to 50"}, room.NeverWords()...)
}

// appendSpares appends what a wearer wants to be spared besides the config's.
func appendSpares(dst []byte, s pipeline.Spares) object {
	return open(dst).texts("never", s.Never).number("light_floor", s.LightFloor, brightnessDecimals).flag("steady", s.Steady).flag("unasked", s.Unasked).close()
}
