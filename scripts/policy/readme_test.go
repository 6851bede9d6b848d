package policy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSettings compares the README's table under "## Settings" with the settings
// that shared/config reads from the environment.
func TestSettings(t *testing.T) {
	t.Parallel()
	documented := firstColumn(t, readmeTable(t, "Settings"))
	require.ElementsMatch(t, settings(t), documented, "A: shared/config, B: README.md")
}

// TestCommands compares the README's table under "## Commands" with what vodctl --help lists.
func TestCommands(t *testing.T) {
	t.Parallel()
	requireSameTable(t, "Commands", terms(section(help(t), "Commands:")))
}

// TestAlarms compares the README's table under "### Alarms" with the alarms of template.yaml.
func TestAlarms(t *testing.T) {
	t.Parallel()
	all := repositoryFiles(t)
	i := slices.IndexFunc(all, func(f file) bool { return f.Path == "template.yaml" })
	require.GreaterOrEqual(t, i, 0)
	var made []string
	for _, m := range regexp.MustCompile(`(?m)^  (\w+)Alarm:$`).FindAllStringSubmatch(all[i].Text, -1) {
		words := regexp.MustCompile(`[A-Z][a-z]+`).FindAllString(m[1], -1) // NoTick is no-tick
		made = append(made, strings.ToLower(strings.Join(words, "-")))
	}
	require.ElementsMatch(t, made, firstColumn(t, readmeTable(t, "Alarms")), "A: template.yaml, B: README.md")
}

// TestExitCodes compares the README's table under "## Exit codes" with vodctl --help.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	requireSameTable(t, "Exit codes", terms(section(help(t), "Exit codes:")))
}

// requireSameTable fails unless the README's table under the heading has these
// terms with these explanations. It prints the rows as they have to be.
func requireSameTable(t *testing.T, heading string, want [][2]string) {
	t.Helper()
	require.NotEmpty(t, want, "vodctl --help says nothing about %s", heading)
	var rows strings.Builder
	for _, term := range want {
		rows.WriteString("| `" + term[0] + "` | " + term[1] + " |\n")
	}
	var got [][2]string
	for _, row := range readmeTable(t, heading) {
		require.Len(t, row, 2)
		got = append(got, [2]string{strings.Trim(row[0], "`"), row[1]})
	}
	require.Equal(t, want, got, "the rows in README.md must be\n%s", &rows)
}

// settings returns the names in the env tags of shared/config.
func settings(t *testing.T) []string {
	t.Helper()
	sources, err := filepath.Glob(filepath.Join(root, "shared/config/*.go"))
	require.NoError(t, err)
	names := map[string]bool{}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				tag, err := strconv.Unquote(field.Tag.Value)
				require.NoError(t, err)
				if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ","); name != "" && name != "-" {
					names[name] = true
				}
			}
			return true
		})
	}
	require.NotEmpty(t, names, "no env tags found in shared/config")
	return slices.Sorted(maps.Keys(names))
}

// help returns what vodctl prints about itself.
func help(t *testing.T) string {
	t.Helper()
	out, err := goCommand("run", "./scripts/vodctl", "--help")
	require.NoError(t, err)
	return out
}

// section returns the lines after the heading up to the next line that is not set in.
func section(text, heading string) string {
	_, rest, _ := strings.Cut(text, "\n"+heading+"\n")
	if i := regexp.MustCompile(`(?m)^\S`).FindStringIndex(rest); i != nil {
		rest = rest[:i[0]]
	}
	return rest
}

// terms returns the lines that stand two spaces in: a term, two spaces or more, and
// what it means.
func terms(text string) [][2]string {
	var found [][2]string
	for _, m := range regexp.MustCompile(`(?m)^  (\S+(?: \S+)*)  +(\S.*)$`).FindAllStringSubmatch(text, -1) {
		found = append(found, [2]string{m[1], m[2]})
	}
	return found
}

func TestReadingHelp(t *testing.T) {
	t.Parallel()
	text := "Usage: x\n\nCommands:\n  a-b list  Lists all.\n  send      Sends.\n            Twice.\n\nExit codes:\n  0  fine\n\nRun it.\n"
	require.Equal(t, [][2]string{{"a-b list", "Lists all."}, {"send", "Sends."}}, terms(section(text, "Commands:")))
	require.Equal(t, [][2]string{{"0", "fine"}}, terms(section(text, "Exit codes:")))
	require.Empty(t, section(text, "Files:"))
}

// readmeTable returns the cells of the first table under a heading of the README,
// without the table's own heading.
func readmeTable(t *testing.T, heading string) [][]string {
	t.Helper()
	all := repositoryFiles(t)
	i := slices.IndexFunc(all, func(f file) bool { return f.Path == "README.md" })
	require.GreaterOrEqual(t, i, 0, "there is no README.md")
	_, rest, ok := strings.Cut(all[i].Text, "# "+heading+"\n")
	require.True(t, ok, "README.md has no heading \"%s\"", heading)
	rest, _, _ = strings.Cut(rest, "\n## ")

	var rows [][]string
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if rows != nil {
				break
			}
			continue
		}
		var row []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			row = append(row, strings.TrimSpace(cell))
		}
		rows = append(rows, row)
	}
	require.GreaterOrEqual(t, len(rows), 2, "README.md has no table under \"%s\"", heading)
	return rows[2:] // the table's heading and the rule below it
}

// firstColumn returns the first cell of each row, without its back quotes.
func firstColumn(t *testing.T, rows [][]string) []string {
	t.Helper()
	var cells []string
	for _, row := range rows {
		cells = append(cells, strings.Trim(row[0], "`"))
	}
	return cells
}
