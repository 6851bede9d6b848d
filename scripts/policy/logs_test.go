package policy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// levels are the methods of a slog.Logger by the level that they write at.
var levels = map[string]string{
	"Info": "INFO", "InfoContext": "INFO", "Warn": "WARN", "WarnContext": "WARN", "Error": "ERROR", "ErrorContext": "ERROR",
	"Log": "WARN", // of which the first line of several has this level
}

// TestLogLines holds the README's table under "## Log lines" against what the functions
// log: every line of WARN and above is in it, and every line in it is logged, at these
// levels.
func TestLogLines(t *testing.T) {
	t.Parallel()
	logged := logLines(t)
	documented := map[string]bool{}
	for _, row := range readmeTable(t, "Log lines") {
		want := map[string]bool{}
		for _, m := range code.FindAllStringSubmatch(row[0], -1) {
			require.NotEmpty(t, logged[m[1]], "no function logs %q", m[1])
			documented[m[1]] = true
			for level := range logged[m[1]] {
				want[level] = true
			}
		}
		got := map[string]bool{}
		for level := range strings.SplitSeq(row[1], ", ") {
			got[level] = true
		}
		require.Equal(t, want, got, "the levels of %s", row[0])
	}
	for msg, at := range logged {
		if at["WARN"] || at["ERROR"] {
			require.True(t, documented[msg], "README.md, under Log lines, lacks %q", msg)
		}
	}
}

// logLines returns the levels of each message that functions log with a constant text.
func logLines(t *testing.T) map[string]map[string]bool {
	t.Helper()
	found := map[string]map[string]bool{}
	for _, dir := range []string{"functions/*", "shared/pipeline", "shared/trigger", "shared/serve"} {
		sources, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		require.NoError(t, err)
		for _, name := range sources {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(parsed, func(n ast.Node) bool {
				if level, msg, ok := logCall(n); ok {
					if found[msg] == nil {
						found[msg] = map[string]bool{}
					}
					found[msg][level] = true
				}
				return true
			})
		}
	}
	require.NotEmpty(t, found)
	return found
}

// logCall reads a call of a logger, which is named log or Log.
func logCall(n ast.Node) (level, msg string, ok bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall {
		return "", "", false
	}
	method, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod || levels[method.Sel.Name] == "" {
		return "", "", false
	}
	switch on := method.X.(type) {
	case *ast.SelectorExpr:
		ok = on.Sel.Name == "Log" || on.Sel.Name == "log"
	case *ast.Ident:
		ok = on.Name == "log"
	}
	i := slices.IndexFunc(call.Args, func(a ast.Expr) bool {
		text, isText := a.(*ast.BasicLit)
		return isText && text.Kind == token.STRING
	})
	if !ok || i < 0 {
		return "", "", false
	}
	text, _ := call.Args[i].(*ast.BasicLit)
	msg, err := strconv.Unquote(text.Value)
	return levels[method.Sel.Name], msg, err == nil
}
