package room

import (
	"maps"
	"slices"
)

// Scenes are the names of the scenes that can be chosen by hand, in alphabetical order; auto is not one of them.
func (r *Room) Scenes() []string { return slices.Sorted(maps.Keys(r.scenes)) }
