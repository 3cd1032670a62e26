package config

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Places knows where the keys of a file stand, for what can be judged only by parts that know more than the file.
type Places struct {
	file string
	root *yaml.Node
}

// Equal holds for any two: configs are compared by what they say, and not by where it stands.
func (Places) Equal(Places) bool { return true }

// Has tells whether the file gives a key, by its whole path, such as room.scenes.base.light or wearers[0].comfort.
func (p Places) Has(key string) bool {
	_, found := p.find(key)
	return found
}

// Warning is what is to be looked at at a key; where the file does not give it, at the nearest one above.
func (p Places) Warning(key, want string, args ...any) Problem {
	v, _ := p.find(key)
	w := Problem{File: p.file, Line: 1, Column: 1, Key: key, Value: v.shown(), Want: fmt.Sprintf(want, args...)}
	if v.present() {
		w.Line, w.Column = v.node.Line, v.node.Column
	}
	return w
}

// find follows a path as far as it leads.
func (p Places) find(key string) (value, bool) {
	v := value{path: key, node: p.root}
	for _, word := range strings.FieldsFunc(key, func(c rune) bool { return strings.ContainsRune(".[]", c) }) {
		next := below(v.node, word)
		if next == nil {
			return v, false
		}
		v.node = next
	}
	return v, v.present()
}

// below is the value of a key, or the item of a list; nil where there is none.
func below(node *yaml.Node, word string) *yaml.Node {
	switch {
	case node == nil:
	case node.Kind == yaml.SequenceNode:
		if i, err := strconv.Atoi(word); err == nil && i < len(node.Content) {
			return node.Content[i]
		}
	case node.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == word {
				return node.Content[i+1]
			}
		}
	}
	return nil
}
