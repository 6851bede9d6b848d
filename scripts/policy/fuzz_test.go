package policy_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestFuzzTargetsAreBounded looks for a limit on the time of each input. The
// fuzzing engine ends a worker that hangs when its own time is up, and calls that
// a pass.
func TestFuzzTargetsAreBounded(t *testing.T) {
	t.Parallel()
	const bound = `defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()`
	bounded := regexp.MustCompile(`f\.Fuzz\(func\(.*\) \{\n\s+` + regexp.QuoteMeta(bound))
	all := 0
	for _, f := range repositoryFiles(t) {
		if !strings.HasSuffix(f.Path, "_test.go") {
			continue
		}
		targets := strings.Count(f.Text, "\nfunc Fuzz")
		all += targets
		if n := len(bounded.FindAllString(f.Text, -1)); n != targets {
			t.Errorf("%s: %d of %d fuzz targets start with %s", f.Path, n, targets, bound)
		}
	}
	if all == 0 {
		t.Error("no fuzz target found: the pattern is out of date")
	}
}
