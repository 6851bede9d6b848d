package policy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// dependencies says for each module that go.mod requires directly why it is there.
var dependencies = map[string]string{
	backoff:    "waits between attempts: exponential, with jitter, honours the context",
	env:        "settings: struct tags, all errors at once, the environment as a parameter",
	fcSDK:      "runtime of Function Compute (go1); v0.3.1 is the version that resolves",
	godotenv:   "reads .env, by the rules that Serverless Devs reads it by",
	franz:      "Kafka in pure Go, with an idempotent producer",
	kong:       "command line of vodctl: commands as structs, checked at build time of the parser",
	lambda:     "runtime of AWS Lambda",
	mysql:      "MySQL and what speaks like it (RDS, PolarDB, MariaDB), in pure Go",
	ossSDK:     "OSS: signature version 4, forbid-overwrite, a context in every call",
	pgx:        "PostgreSQL (RDS, PolarDB): batches in one round trip, which database/sql cannot do",
	rapid:      "property tests with shrinking: order and duplication of events",
	rueidis:    "Redis (Tair): pipelines by itself, in a fraction of the code of others",
	sqlite:     "SQLite without a C compiler, with its own driver for database/sql",
	tablestore: "Tablestore: the protocol is PlainBuffer inside of protobuf, and only this speaks it",
	yaml:       "reads s.yaml, template.yaml and stories with their tags and lines; testify has it along",
	testify:    "require in tests; nothing else of it",

	"github.com/cloudevents/sdk-go/v2":                         "tests: reads the CloudEvents that sinks send",
	"github.com/standard-webhooks/standard-webhooks/libraries": "tests: checks the signatures of webhooks as receivers do",
	"github.com/twmb/franz-go/pkg/kfake":                       "tests: a Kafka in the test program",
	"github.com/twmb/franz-go/pkg/kmsg":                        "tests: the requests that the Kafka in the test program sees",
	protobuf:                                                   "emulator of Tablestore: the messages of its SDK are made with this release",
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
