package config

import "slices"

// finding is a problem as it was found. What only follows from another one is not told: who made one mistake is told one thing.
type finding struct {
	Problem
	meant string   // the path of the key that a misspelt one stands for; empty: none is near
	leans []string // paths of keys: where something is wrong with one of them, this follows from it
}

// follows reports a problem that counts only where nothing is wrong with the keys it leans on.
func (r *reader) follows(v value, leans []string, want string, args ...any) {
	before := len(r.problems)
	r.problem(v, want, args...)
	if len(r.problems) > before {
		r.problems[before].leans = leans
	}
}

// told gives what is to be said of all that was found: of each key its first problem, and nothing that follows from another.
func told(all []finding) []Problem {
	var out []Problem
	for i := range all {
		if !all[i].twice(all[:i]) && !all[i].followsFrom(all) {
			out = append(out, all[i].Problem)
		}
	}
	if len(out) == 0 && len(all) > 0 {
		return []Problem{all[0].Problem} // two that lean on each other must not hide both
	}
	return out
}

// twice tells whether the key has a problem already.
func (f *finding) twice(before []finding) bool {
	return slices.ContainsFunc(before, func(o finding) bool {
		return f.Key != "" && o.Key == f.Key && o.Line == f.Line && o.Column == f.Column
	})
}

// followsFrom tells whether another problem is the cause of this one. A key that is missing is the misspelt one.
func (f *finding) followsFrom(all []finding) bool {
	return slices.ContainsFunc(all, func(o finding) bool {
		return o.meant != "" && o.meant == f.Key || slices.ContainsFunc(f.leans, func(path string) bool { return o.Key == path || o.meant == path })
	})
}
