package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxProblems bounds what one file can say; nobody reads more.
const maxProblems = 1000

// maxItems bounds every list and every section of named things.
const maxItems = 256

// reader walks the tree of one file and collects what is wrong with it.
type reader struct {
	file     string
	dir      string // its folder
	problems []finding
	warnings []finding
	voices   []finding // where a voice file is named

	noBroker bool            // that there is none was told
	strange  map[string]bool // chips that are not there, and were told
	lines    lines           // of the GPIO header, that are taken
}

// value is one place in the file and the dotted path that leads to it. Without a node it is absent.
type value struct {
	path string
	node *yaml.Node
}

func (v value) present() bool { return v.node != nil }

// What stands for values that are more than one word.
const (
	shownMapping = "{…}"
	shownList    = "[…]"
)

// shown is the value as it stands in an error message.
func (v value) shown() string {
	if v.node == nil {
		return ""
	}
	switch v.node.Kind {
	case yaml.MappingNode:
		return shownMapping
	case yaml.SequenceNode:
		return shownList
	}
	const most = 60
	if text := []rune(v.node.Value); len(text) > most {
		return string(text[:most]) + "…"
	}
	return v.node.Value
}

// quoted says what to do where quotes make text of a list or of keys with values.
func (v value) quoted(begin string) string {
	if v.node.Kind == yaml.ScalarNode && strings.HasPrefix(v.node.Value, begin) {
		return ": take the quotes away"
	}
	return ""
}

func (r *reader) problem(v value, want string, args ...any) {
	r.add(&r.problems, v, v.shown(), fmt.Sprintf(want, args...))
}

// hide reports a value that may be a secret: it must not reach a terminal or a log.
func (r *reader) hide(v value, want string, args ...any) {
	r.add(&r.problems, v, "…", fmt.Sprintf(want, args...))
}

func (r *reader) warn(v value, want string, args ...any) {
	r.add(&r.warnings, v, v.shown(), fmt.Sprintf(want, args...))
}

func (r *reader) add(to *[]finding, v value, shown, want string) {
	p := Problem{File: r.file, Line: 1, Column: 1, Key: v.path, Value: shown, Want: want}
	if v.node != nil {
		p.Line, p.Column = v.node.Line, v.node.Column
	}
	if len(*to) < maxProblems {
		*to = append(*to, finding{Problem: p})
	}
}

// parse gives the root of the file; an absent value where it cannot be read or holds nothing.
func (r *reader) parse(data []byte) value {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		r.syntax(err)
		return value{}
	}
	if len(doc.Content) != 1 {
		return value{}
	}
	return value{node: doc.Content[0]}
}

// syntax reports why a file is no YAML.
func (r *reader) syntax(err error) {
	p := Problem{File: r.file, Line: 1, Column: 1, Want: "this is no YAML: " + err.Error()}
	var one *yaml.LoadError
	var all *yaml.LoadErrors
	if errors.As(err, &all) && len(all.Errors) > 0 {
		one = all.Errors[0]
	} else {
		errors.As(err, &one)
	}
	if one != nil {
		p.Want = "this is no YAML: " + strings.TrimPrefix(one.Message, "yaml: ")
		if strings.HasSuffix(one.Message, "no documents in stream") {
			p.Want = "there is nothing in it: hubd probe prints a config, and config.example.yaml explains every key"
		}
		p.Line, p.Column = max(1, one.Mark.Line), max(1, one.Mark.Column)
		if one.ContextMsg != "" {
			p.Want += fmt.Sprintf(" (%s from line %d)", one.ContextMsg, one.ContextMark.Line)
		}
	}
	r.problems = append(r.problems, finding{Problem: p})
}

// object is one mapping of the file. Its keys are asked for one by one; done reports those that nobody asked for.
type object struct {
	value
	r      *reader
	keys   []string         // in the order of the file
	at     map[string]value // of the keys themselves
	fields map[string]value
	known  []string

	broken  bool            // no mapping: nothing more is to be said about its keys
	refused map[string]bool // keys whose value was reported already
}

// open reads a mapping. An absent or empty value is an empty object.
func (r *reader) open(v value) *object {
	o := &object{value: v, r: r, at: map[string]value{}, fields: map[string]value{}, refused: map[string]bool{}}
	if !v.present() {
		return o
	}
	if v.node.Kind != yaml.MappingNode {
		r.problem(v, "wanted are keys with values here%s", v.quoted("{"))
		o.broken = true
		return o
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		o.field(v.node.Content[i], v.node.Content[i+1])
	}
	return o
}

func (o *object) field(key, node *yaml.Node) {
	if key.Kind != yaml.ScalarNode {
		o.r.problem(value{o.path, key}, "wanted is one word as a key")
		return
	}
	name := key.Value
	here := value{join(o.path, name), key}
	if first, twice := o.at[name]; twice {
		o.r.hide(here, "this key stands here twice, first in line %d", first.node.Line)
		return
	}
	o.keys, o.at[name] = append(o.keys, name), here
	v, ok := o.r.plain(value{here.path, node})
	if ok {
		o.fields[name] = v
	}
	o.refused[name] = node.Kind == yaml.AliasNode
}

// plain takes a value as it stands; false where it is empty, and, with a problem, where it is an alias: a short file could hold a
// tree without end.
func (r *reader) plain(v value) (value, bool) {
	if v.node.Kind == yaml.AliasNode {
		r.problem(v, "aliases are not read here: write the value out")
		return v, false
	}
	empty := v.node.Kind == yaml.ScalarNode && v.node.ShortTag() == "!!null"
	return v, !empty
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// get gives the value of a key, absent with its path where the file has none. Absent values stand where their object does.
func (o *object) get(key string) value {
	if !slices.Contains(o.known, key) {
		o.known = append(o.known, key)
	}
	if v, ok := o.fields[key]; ok {
		return v
	}
	return value{path: join(o.path, key)}
}

// need is get for a key that must be there.
func (o *object) need(key, want string) value {
	v := o.get(key)
	if !v.present() {
		o.missing(key, want)
	}
	return v
}

// missing reports a key that must be there, at the place where its object begins.
func (o *object) missing(key, want string) {
	if o.broken || o.refused[key] {
		return
	}
	if at, ok := o.at[key]; ok { // the key is there, its value is not
		o.r.add(&o.r.problems, at, "", want)
		return
	}
	o.r.add(&o.r.problems, value{join(o.path, key), o.node}, "", "this key is required: "+want)
}

// section is the object under a key.
func (o *object) section(key string) *object { return o.r.open(o.get(key)) }

// list is the values under a key.
func (o *object) list(key string) []value {
	v := o.get(key)
	if !v.present() {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		o.r.problem(v, "wanted is a list%s", v.quoted("["))
		return nil
	}
	if len(v.node.Content) > maxItems {
		o.r.problem(v, "wanted are at most %d items", maxItems)
		return nil
	}
	var all []value
	for i, node := range v.node.Content {
		item, ok := o.r.plain(value{fmt.Sprintf("%s[%d]", v.path, i), node})
		if !ok {
			if node.Kind != yaml.AliasNode {
				o.r.problem(item, "this item of the list is empty")
			}
			continue
		}
		all = append(all, item)
	}
	return all
}

// done reports the keys that nobody asked for. Their values are not shown: a misspelt password_file might hold the password.
func (o *object) done() {
	for _, key := range o.keys {
		if slices.Contains(o.known, key) {
			continue
		}
		want, near := "unknown key", nearest(key, o.known)
		if near != "" {
			want += fmt.Sprintf("; is %s meant?", near)
		} else if len(o.known) > 0 {
			want += "; known here: " + strings.Join(o.known, ", ")
		}
		before := len(o.r.problems)
		o.r.hide(o.at[key], "%s", want)
		if _, there := o.at[near]; near != "" && !there && len(o.r.problems) > before {
			o.r.problems[before].meant = join(o.path, near)
		}
	}
}
