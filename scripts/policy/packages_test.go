package policy_test

import (
	"path"
	"strings"
	"testing"
)

func TestPackageComments(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		if len(p.GoFiles) == 0 {
			continue // tests only
		}
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command " + path.Base(p.ImportPath) + " "
		}
		if !strings.HasPrefix(p.Doc, want) {
			t.Errorf("%s: the package comment is %q, it must start with %q", p.Short(), p.Doc, want)
		}
	}
}

func TestPackageNames(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		switch name := path.Base(p.ImportPath); name {
		case "util", "utils", "common", "helper", "helpers", "types", "models", "base", "misc":
			t.Errorf("%s: %q says nothing about what is in the package", p.Short(), name)
		default:
			if p.Name != "main" && p.Name != name {
				t.Errorf("%s: the package is called %s", p.Short(), p.Name)
			}
		}
	}
}
