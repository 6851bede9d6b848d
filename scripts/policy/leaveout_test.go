package policy_test

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// implementations returns the packages that stand behind a seam and can be left
// out of a build, such as shared/store/sqlite: all that register a scheme.
func implementations(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, p := range listed(t) {
		for _, seam := range []string{"store", "sink", "fallback"} {
			name := path.Base(p.ImportPath)
			if path.Dir(p.Short()) == "shared/"+seam && name != "all" && name != seam+"test" {
				found = append(found, p.Short())
			}
		}
	}
	require.NotEmpty(t, found)
	return found
}

func TestAllLinksEveryImplementation(t *testing.T) {
	t.Parallel()
	want := map[string]bool{}
	for _, short := range implementations(t) {
		name := path.Base(short)
		file := path.Join(path.Dir(short), "all", name+".go")
		want[file] = true
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err, "%s needs five lines that link it", short)
		require.Equal(t, "//go:build !no"+name+"\n\npackage all\n\nimport _ \""+module+"/"+short+"\"\n", string(text), file)
	}
	found, err := filepath.Glob(filepath.Join(root, "shared/*/all/*.go"))
	require.NoError(t, err)
	for _, name := range found {
		rel, err := filepath.Rel(root, name)
		require.NoError(t, err)
		if path.Base(name) != "doc.go" && !strings.HasSuffix(name, "_test.go") {
			require.True(t, want[filepath.ToSlash(rel)], "%s links nothing that exists", rel)
		}
	}
}

// TestLeaveOut proves that a tag takes an implementation and its SDK out of the functions.
func TestLeaveOut(t *testing.T) {
	t.Parallel()
	whole := functionDeps(t, "")
	for _, short := range implementations(t) {
		t.Run(strings.TrimPrefix(short, "shared/"), func(t *testing.T) {
			t.Parallel()
			require.Contains(t, whole, module+"/"+short, "a plain build links everything")
			rule, ok := ruleFor(short)
			require.True(t, ok)
			tag := "no" + path.Base(short)
			for _, dep := range functionDeps(t, tag) {
				require.NotEqual(t, module+"/"+short, dep, "tag %s", tag)
				for _, sdk := range rule.modules {
					require.False(t, strings.HasPrefix(dep, sdk), "with tag %s the functions still link %s", tag, dep)
				}
			}
		})
	}
}

// functionDeps returns all packages that the functions link when built with the tag.
func functionDeps(t *testing.T, tag string) []string {
	t.Helper()
	out, err := goCommand("list", "-deps", "-tags="+tag, "./functions/...")
	require.NoError(t, err)
	deps := strings.Fields(out)
	require.True(t, slices.Contains(deps, module+"/functions/http"))
	return deps
}
