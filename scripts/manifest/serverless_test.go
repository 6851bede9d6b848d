package manifest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/manifest"
	"github.com/vodevents/vodevents/shared/config"
)

const (
	manifestFile = "../../s.yaml"
	exampleFile  = "../../.env.example"
	account      = "1234567890123456"
)

// variables are those that have no default, and what is set besides them.
func variables(set ...string) func(string) string {
	all := map[string]string{
		"ALIBABA_CLOUD_ACCOUNT_ID": account,
		"VOD_STORE":                "postgres://user:password@pg.example.com:5432/vod",
		"VOD_AUTH_KEY":             "Example1Key",
	}
	for _, pair := range set {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}
	return func(name string) string { return all[name] }
}

func TestServerlessAsLanded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		set  []string
	}{
		{name: "nothing but what has to be set"},
		{name: "MNS function on the custom runtime", set: []string{"DEPLOY_MNS_RUNTIME=custom.debian12"}},
		{name: "both on the custom runtime, with its concurrency", set: []string{
			"DEPLOY_HTTP_RUNTIME=custom.debian12", "DEPLOY_MNS_RUNTIME=custom.debian12", "DEPLOY_CONCURRENCY=200",
		}},
		{name: "a VPC", set: []string{`DEPLOY_VSWITCH_IDS=["vsw-1", "vsw-2"]`, "DEPLOY_VPC_ID=vpc-1", "DEPLOY_SECURITY_GROUP_ID=sg-1"}},
		{name: "a domain of one's own", set: []string{"DEPLOY_DOMAIN=callbacks.example.com", "DEPLOY_CERT_ID=12345678"}},
		{name: "warm instances", set: []string{"DEPLOY_HTTP_INSTANCES=2"}},
		{name: "another name, region, role and log project", set: []string{
			"DEPLOY_NAME=staging", "ALIBABA_CLOUD_REGION_ID=ap-southeast-1", "DEPLOY_ROLE=acs:ram::" + account + ":role/mine", "DEPLOY_LOG_PROJECT=mine",
		}},
		{name: "sinks by way of the topic", set: []string{
			"VOD_SINKS=https://crm.example.com/vod#name=crm\n  https://ops.example.com/vod#name=ops&status=failed",
			"VOD_WEBHOOK_SECRET=whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo", "VOD_TOPIC=mns://" + account + ".mns.cn-shanghai.aliyuncs.com/topics/vod-events",
		}},
		{name: "another fallback and two dead-letter queues", set: []string{
			"VOD_FALLBACK=oss://bucket/fallback?region=cn-shanghai",
			"VOD_DEAD_LETTER_QUEUE=mns://" + account + ".mns.cn-shanghai.aliyuncs.com/queues/vod-events-dead-letters mns://" + account + ".mns.cn-shanghai.aliyuncs.com/queues/old",
		}},
		{name: "no signatures", set: []string{"VOD_AUTH=off", "VOD_AUTH_KEY="}},
		{name: "what .env.example proposes", set: proposed(t)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			problems, err := manifest.CheckServerless(manifestFile, variables(tc.set...))
			require.NoError(t, err)
			require.Empty(t, problems)
		})
	}
}

func TestReadServerless(t *testing.T) {
	t.Parallel()
	s, err := manifest.ReadServerless(manifestFile, variables("DEPLOY_NAME=staging", "DEPLOY_HTTP_RUNTIME=custom.debian12"))
	require.NoError(t, err)
	require.Empty(t, s.Unset)
	web, ok := s.Function("http")
	require.True(t, ok)
	require.Equal(t, "staging-http", web.Name)
	require.Equal(t, "custom.debian12", web.Runtime)
	require.Equal(t, "Example1Key", web.Settings["VOD_AUTH_KEY"])
	require.Equal(t, "mns://"+account+".mns.cn-shanghai.aliyuncs.com/queues/staging-fallback", web.Settings["VOD_FALLBACK"])
	queue, ok := s.Function("mns")
	require.True(t, ok)
	require.Equal(t, "go1", queue.Runtime)
	require.Equal(t, "acs:ram::"+account+":role/staging-function", queue.Role)
	require.Equal(t, "acs:mns:cn-shanghai:"+account+":/queues/staging-dead-letters/messages", queue.OnFailure)
	topic, ok := queue.Trigger("topic")
	require.True(t, ok)
	require.Equal(t, manifest.Trigger{Name: "topic", Type: "mns_topic", Source: "acs:mns:cn-shanghai:" + account + ":/topics/staging", Role: "acs:ram::" + account + ":role/aliyunmnsnotificationrole", Enabled: true}, topic)
	stream, ok := queue.Trigger("queue")
	require.True(t, ok)
	require.Equal(t, manifest.Trigger{
		Name: "queue", Type: "eventbridge", Queue: "staging-callback", Enabled: true,
		DeadLetters: "acs:mns:cn-shanghai:" + account + ":/queues/staging-dead-letters",
	}, stream)
	_, ok = s.Function("other")
	require.False(t, ok)
	_, ok = web.Trigger("timer")
	require.False(t, ok)
}

// TestUnset says which variables have to be set: the account and what is secret.
func TestUnset(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	want := []string{"ALIBABA_CLOUD_ACCOUNT_ID", "VOD_AUTH_KEY", "VOD_STORE"}
	s, err := manifest.ReadServerless(manifestFile, none)
	require.NoError(t, err)
	for _, name := range want {
		require.Contains(t, s.Unset, name, "%s must have no default in s.yaml: it is a secret, or nobody else's", name)
	}
	for _, name := range s.Unset {
		require.Contains(t, want, name, "%s must have a default in s.yaml: who does not need it does not know it", name)
	}

	problems, err := manifest.CheckServerless(manifestFile, none)
	require.NoError(t, err)
	require.Len(t, problems, len(want))
	for i, where := range []string{"resources.http.props.environmentVariables.VOD_AUTH_KEY", "resources.http.props.environmentVariables.VOD_STORE", "vars.account"} {
		require.Equal(t, where, problems[i].Where)
		require.Contains(t, problems[i].What, "is not set")
	}
	require.NotEqual(t, problems[0].String(), problems[1].String())
}

// TestDefaults holds the defaults in s.yaml to those of the settings, so that a deployment
// is like any other receiver.
func TestDefaults(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(manifestFile)
	require.NoError(t, err)
	nothing := func(string) string { return "" }
	for _, s := range config.Describe(nothing) {
		if s.Origin != config.OriginDefault || s.Name == "VOD_LISTEN" {
			continue
		}
		require.Contains(t, string(source), "${env('"+s.Name+"', '"+s.Value+"')}")
	}
}

// TestExample holds .env.example to the variables of s.yaml and to their defaults.
func TestExample(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(manifestFile)
	require.NoError(t, err)
	defaults := map[string]string{}
	for _, m := range regexp.MustCompile(`env\('(\w+)'(?:, '([^']*)')?`).FindAllStringSubmatch(string(source), -1) {
		defaults[m[1]] = max(defaults[m[1]], m[2])
	}
	delete(defaults, "FC3_COMPONENT") // for tests

	example, commented := example(t)
	for name := range defaults {
		require.Contains(t, example, name, "s.yaml reads %s, which .env.example does not have", name)
	}
	for name := range example {
		require.Contains(t, defaults, name, ".env.example has %s, which s.yaml does not read", name)
	}
	for name, value := range example {
		if !commented[name] {
			require.Empty(t, value, "%s has to be set by everybody: it can have no value", name)
		}
		for _, same := range []string{
			"ALIBABA_CLOUD_REGION_ID", "DEPLOY_NAME", "DEPLOY_HTTP_RUNTIME", "DEPLOY_MNS_RUNTIME", "DEPLOY_CONCURRENCY",
			"VOD_AUTH", "VOD_AUTH_TOLERANCE", "VOD_BUDGET", "LOG_LEVEL",
		} {
			if name == same {
				require.Equal(t, defaults[name], value, "%s must be what s.yaml has by default", name)
			}
		}
		if strings.Contains(name, "SECRET") || strings.Contains(name, "KEY") || name == "VOD_STORE" {
			require.Empty(t, value, "%s is secret", name)
		}
	}
}

// TestExampleNames holds the names in .env.example to those that s.yaml gives by default
// for the same account.
func TestExampleNames(t *testing.T) {
	t.Parallel()
	values, _ := example(t)
	s, err := manifest.ReadServerless(manifestFile, variables())
	require.NoError(t, err)
	web, _ := s.Function("http")
	queue, _ := s.Function("mns")
	topic, _ := queue.Trigger("topic")
	service := "mns://" + account + ".mns." + web.Region + ".aliyuncs.com/topics/"
	for name, want := range map[string]string{
		"DEPLOY_ROLE":           web.Role,
		"DEPLOY_LOG_PROJECT":    web.Project,
		"VOD_FALLBACK":          web.Settings["VOD_FALLBACK"],
		"VOD_DEAD_LETTER_QUEUE": web.Settings["VOD_DEAD_LETTER_QUEUE"],
		"VOD_TOPIC":             service + topic.Source[strings.LastIndex(topic.Source, "/")+1:],
	} {
		require.Equal(t, want, values[name], "%s must be what s.yaml has by default", name)
	}
}

// TestExampleRange holds the range that .env.example says for concurrency to what may be.
func TestExampleRange(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(exampleFile)
	require.NoError(t, err)
	said := regexp.MustCompile(`(?m)^# .* (\d+) to (\d+)\.\n#DEPLOY_CONCURRENCY=`).FindStringSubmatch(string(source))
	require.Len(t, said, 3, ".env.example does not say what DEPLOY_CONCURRENCY may be")
	for i, step := range []int{-1, 1} {
		end, err := strconv.Atoi(said[1+i])
		require.NoError(t, err)
		for value, wrong := range map[int]bool{end: false, end + step: true} {
			set := variables("DEPLOY_HTTP_RUNTIME=custom.debian12", "DEPLOY_CONCURRENCY="+strconv.Itoa(value))
			problems, err := manifest.CheckServerless(manifestFile, set)
			require.NoError(t, err)
			require.Equal(t, wrong, len(problems) > 0, "a concurrency of %d, by .env.example from %s to %s", value, said[1], said[2])
		}
	}
}

// example reads .env.example as if nothing in it were a comment, and says what is.
func example(t *testing.T) (values map[string]string, commented map[string]bool) {
	t.Helper()
	source, err := os.ReadFile(exampleFile)
	require.NoError(t, err)
	active, err := godotenv.UnmarshalBytes(source)
	require.NoError(t, err)
	values, err = godotenv.UnmarshalBytes(regexp.MustCompile(`(?m)^#([A-Z])`).ReplaceAll(source, []byte("$1")))
	require.NoError(t, err)
	commented = map[string]bool{}
	for name := range values {
		_, ok := active[name]
		commented[name] = !ok
	}
	return values, commented
}

// proposed returns what .env.example proposes.
func proposed(t *testing.T) []string {
	t.Helper()
	values, _ := example(t)
	var set []string
	for name, value := range values {
		if value != "" {
			set = append(set, name+"="+value)
		}
	}
	return set
}

func TestServerlessUnreadable(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		file string
	}{
		{name: "not there"},
		{name: "no YAML", file: "a: [b\n"},
		{name: "a key twice", file: "a: 1\na: 2\n"},
		{name: "no map", file: "- a\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "s.yaml")
			if tc.file != "" {
				require.NoError(t, os.WriteFile(path, []byte(tc.file), 0o600))
			}
			_, err := manifest.CheckServerless(path, variables())
			require.Error(t, err)
			_, err = manifest.ReadServerless(path, variables())
			require.Error(t, err)
		})
	}
	path := filepath.Join(t.TempDir(), "s.yaml")
	require.NoError(t, os.WriteFile(path, []byte("vars: {a: \"${vars.b}\"}\n"), 0o600))
	_, err := manifest.ReadServerless(path, variables())
	require.ErrorContains(t, err, "vars.a: vars has no such member")
}

// TestExampleIsPlain holds the values in .env.example to forms that `s`, which takes $ for a
// variable even in quotes and # for a comment, `sh` and Go read alike.
func TestExampleIsPlain(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(exampleFile)
	require.NoError(t, err)
	plain := regexp.MustCompile(`^#?[A-Z][A-Z0-9_]*=([A-Za-z0-9_.,:/-]*|'[^'$\\]*')$`)
	for line := range strings.Lines(string(source)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ") {
			continue
		}
		require.Regexp(t, plain, line)
	}
}
