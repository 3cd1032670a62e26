package room

import (
	"maps"
	"slices"
)

// Scenes are the names of the scenes that can be chosen by hand, in alphabetical order; auto is not one of them.
func (r *Room) Scenes() []string { return slices.Sorted(maps.Keys(r.scenes)) }

// Practices are the names of the practices of this version, in the order of their table.
func Practices() []string {
	var names []string
	for _, p := range practices() {
		names = append(names, p.name)
	}
	return names
}
