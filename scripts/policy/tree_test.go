package policy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestTopLevel holds the top of the repository to what a reader can take in at a glance.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"functions", "shared", "scripts", "s.yaml", "template.yaml",
		"go.mod", "go.sum", "README.md", "LICENSE",
	}
	for _, f := range repositoryFiles(t) {
		top, _, _ := strings.Cut(f.Path, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			t.Errorf("%s: the top level has only %s and dot-files", f.Path, strings.Join(allowed, ", "))
		}
	}
}

// screenshots are the pictures in the README, which a test makes.
const screenshots = "scripts/vodctl/console/screenshots/"

// TestFilesAreText finds programs and archives that were committed by mistake.
func TestFilesAreText(t *testing.T) {
	t.Parallel()
	for _, f := range repositoryFiles(t) {
		if strings.HasPrefix(f.Path, screenshots) && strings.HasPrefix(f.Text, "\x89PNG") && len(f.Text) < 200<<10 {
			continue
		}
		if len(f.Text) > 256<<10 || !utf8.ValidString(f.Text) || strings.Contains(f.Text, "\x00") {
			t.Errorf("%s is no text, or over 256 KiB: make it in a test, or have git ignore it", f.Path)
		}
	}
}

// TestFileSize keeps files short enough to be read in one go.
func TestFileSize(t *testing.T) {
	t.Parallel()
	for _, f := range repositoryFiles(t) {
		limit := 400
		switch {
		case !strings.HasSuffix(f.Path, ".go"):
			continue
		case strings.HasSuffix(f.Path, "_test.go"):
			limit = 700
		}
		if n := strings.Count(f.Text, "\n"); n > limit {
			t.Errorf("%s has %d lines, more than %d: split it by concept", f.Path, n, limit)
		}
	}
}

// TestWords finds what has no place in the repository. Patterns are written so
// that they do not match themselves.
func TestWords(t *testing.T) {
	t.Parallel()
	rules := []struct {
		pattern string
		why     string
	}{
		{`\b(TOD[O]|FIXM[E])\b`, "do it, or leave it"},
		{`\.Skip(Now)?\([)]`, "say why the test is skipped"},
		{`(^|[^\w.])/(wor[k]|roo[t]|Users[/]\w+|home[/]\w+)/`, "a path of one machine"},
		{`\b(proxy\.golang[.]org|sum\.golang[.]org|goproxy[.](cn|io)|registry\.npmjs[.]org|mirrors\.aliyun[.]com)\b`, "where modules come from is the user's setting"},
		{`\bLTAI[0-9A-Za-z]{12,20}\b`, "looks like an AccessKey ID"},
		{`-----BEGIN [A-Z ]*PRIVATE KE[Y]`, "a private key"},
		{`(?m)^(<<<<<<<|>>>>>>>) `, "an unfinished merge"},
	}
	for _, rule := range rules {
		re := regexp.MustCompile(rule.pattern)
		for _, f := range repositoryFiles(t) {
			for _, at := range re.FindAllStringIndex(f.Text, -1) {
				t.Errorf("%s:%d: %q: %s", f.Path, 1+strings.Count(f.Text[:at[0]], "\n"), f.Text[at[0]:at[1]], rule.why)
			}
		}
	}
}

// TestWorkflowActions demands that actions are pinned by hash: a tag can be moved.
func TestWorkflowActions(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, f := range repositoryFiles(t) {
		if !strings.HasPrefix(f.Path, ".github/workflows/") {
			continue
		}
		for line := range strings.Lines(f.Text) {
			if _, action, ok := strings.Cut(strings.TrimSpace(line), "uses: "); ok && !pinned.MatchString(action) {
				t.Errorf("%s: %s: pin it by commit, with its version as a comment", f.Path, action)
			}
		}
	}
}
