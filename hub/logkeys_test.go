package hub

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// logKeys are all names that a line of the log may carry a value under: the machine's own work. No wearer, no session, nothing of a body. Who adds
// one answers for that.
const logKeys = ` address all answering blocks_dropped blocks_most broker broker_waiting bus changes commit_slowest_ms commits count error errors faults file filter
	found gaps goroutines hub in_s late lateness_max_ms listen loops lost memory_kib name of open_files part reason reconnects reopens report restarts
	rows_dropped rows_waiting samples scenario sent silent skipped socket source state status taken tls topic unsent version wearers `

func TestTheLogSpeaksOfTheMachineAlone(t *testing.T) {
	allowed, calls := map[string]bool{}, 0
	for _, key := range strings.Fields(logKeys) {
		allowed[key] = true
	}
	for _, path := range sources(t) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			first, logs := logged(call)
			if !logs {
				return true
			}
			calls++
			for i := first; i < len(call.Args); i += 2 {
				lit, ok := call.Args[i].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s: a name that is no literal cannot be judged", set.Position(call.Pos()))
					continue
				}
				if key, _ := strconv.Unquote(lit.Value); !allowed[key] {
					t.Errorf("%s: the log gets %q, which nobody has judged", set.Position(call.Pos()), key)
				}
			}
			return true
		})
	}
	if calls < 60 {
		t.Errorf("only %d lines of log were found: the search is broken", calls)
	}
}

// logged tells whether a call writes to a slog.Logger, and which argument is its first name.
func logged(call *ast.CallExpr) (first int, logs bool) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return 0, false
	}
	switch f.Sel.Name {
	case "Info", "Warn", "Error", "Debug":
		lit, ok := call.Args[0].(*ast.BasicLit)
		return 1, ok && lit.Kind == token.STRING
	case "With":
		return 0, true
	}
	return 0, false
}

// sources are the files of the program that ships.
func sources(t *testing.T) (paths []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "scripts" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
