package policy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// dependencies says for each module that go.mod requires directly why it is there.
var dependencies = map[string]string{
	backoff: "waits between attempts: exponential, with jitter, honours the context",
	env:     "settings: struct tags, all errors at once, the environment as a parameter",
	fcSDK:   "runtime of Function Compute (go1); v0.3.1 is the version that resolves",
	kong:    "command line of vodctl: commands as structs, checked at build time of the parser",
	lambda:  "runtime of AWS Lambda",
	rapid:   "property tests with shrinking: order and duplication of events",
	sqlite:  "SQLite without a C compiler, with its own driver for database/sql",
	testify: "require in tests; nothing else of it",
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	out, err := goCommand("mod", "edit", "-json")
	require.NoError(t, err)
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Replace []struct{ Old struct{ Path string } }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &mod))

	required := map[string]bool{}
	for _, r := range mod.Require {
		if !r.Indirect {
			required[r.Path] = true
			require.NotEmpty(t, dependencies[r.Path], "go.mod requires %s: say in dependencies why", r.Path)
		}
	}
	for path := range dependencies {
		require.True(t, required[path], "go.mod does not require %s: remove it from dependencies", path)
	}
	require.Empty(t, mod.Replace, "a replaced module cannot be used by those who go get our libraries")
}
