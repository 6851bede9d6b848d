package oracle_test

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/awslabs/goformation/v7"
	"github.com/awslabs/goformation/v7/intrinsics"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/config"
)

// given are parameters as somebody may give them.
var given = map[string]any{
	"VodStore": "postgres://vod:secret@db.internal:5432/vod", "VodAuthKey": "Nk7rTq2Zb9",
	"VodSinks": "https://crm.example.com/vod#name=crm", "VodWebhookSecret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	"VodFallback": "oss://bucket/vod?region=cn-shanghai", "VodCallbackUrl": "https://hooks.example.com/vod/3f9c1e",
	"AlibabaCloudAccessKeyId": "id", "AlibabaCloudAccessKeySecret": "secret",
	"SubnetIds": []any{"subnet-1", "subnet-2"}, "SecurityGroupIds": []any{"sg-1"},
	"AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
}

// resolved says how goformation resolves the template with these parameters. What only a
// stack knows of its resources is made up.
func resolved(parameters map[string]any) *intrinsics.ProcessorOptions {
	return &intrinsics.ProcessorOptions{
		EvaluateConditions: true,
		ParameterOverrides: parameters,
		IntrinsicHandlerOverrides: map[string]intrinsics.IntrinsicHandler{
			"Fn::GetAtt": func(_ string, of, _ any) any { return fmt.Sprint("attribute ", of) },
			"Ref": func(name string, of, template any) any {
				value := intrinsics.Ref(name, of, template)
				if value == nil && of != "AWS::NoValue" {
					return fmt.Sprint("resource ", of)
				}
				return value
			},
		},
	}
}

func samTemplate(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../aws/template.yaml")
	require.NoError(t, err)
	return string(text)
}

// What the functions get as settings is what they read, and their timeouts leave room for it.
// That they are written as they have to be, the table of what is expected says.
func TestSAMFunctions(t *testing.T) {
	template, err := goformation.ParseYAMLWithOptions([]byte(samTemplate(t)), resolved(given))
	require.NoError(t, err)
	functions := template.GetAllServerlessFunctionResources()
	for id, name := range map[string]string{"HttpFunction": "http", "MnsFunction": "mns"} {
		f := functions[id]
		require.NotNil(t, f, id)
		require.NotNil(t, f.Environment, "%s gets no settings", id)
		require.NotNil(t, f.Timeout, "%s gets 3 s", id)
		require.NotNil(t, f.VpcConfig, "%s is not in the VPC", id)
		require.Equal(t, []string{"subnet-1", "subnet-2"}, f.VpcConfig.SubnetIds, id)
		require.Equal(t, []string{"sg-1"}, f.VpcConfig.SecurityGroupIds, id)
		require.DirExists(t, "../../functions/"+name)

		env := maps.Clone(f.Environment.Variables)
		for setting := range env {
			require.True(t, strings.HasPrefix(setting, "ALIBABA_CLOUD_ACCESS_KEY_") || isSetting(setting), "no function reads %s", setting)
		}
		env["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:9001"
		c, err := config.Load(func(setting string) string { return env[setting] })
		require.NoError(t, err, id)
		require.Equal(t, given["VodFallback"], c.Fallback)
		if name == "http" {
			v, err := c.Verifier()
			require.NoError(t, err)
			require.NotNil(t, v)
			require.Greater(t, time.Duration(*f.Timeout)*time.Second, c.Budget+3*time.Second, "a cold start is not part of the budget")
		}
	}
}

// isSetting says whether shared/config reads a variable.
func isSetting(name string) bool {
	for f := range reflect.TypeFor[config.Config]().Fields() {
		if f.Tag.Get("env") == name {
			return true
		}
	}
	return false
}

// Without a VPC there is no trace of one.
func TestSAMWithoutVPC(t *testing.T) {
	template, err := goformation.ParseYAMLWithOptions([]byte(samTemplate(t)), resolved(map[string]any{"VodStore": "postgres://db/vod", "VodAuthKey": "k"}))
	require.NoError(t, err)
	for id, f := range template.GetAllServerlessFunctionResources() {
		require.Nil(t, f.VpcConfig, id)
	}
}

// Callback addresses are those that VOD takes and that have a path.
func TestSAMCallbackAddresses(t *testing.T) {
	template, err := goformation.ParseYAML([]byte(samTemplate(t)))
	require.NoError(t, err)
	require.NotNil(t, template.Parameters["VodCallbackUrl"].AllowedPattern)
	pattern := regexp.MustCompile("^(?:" + *template.Parameters["VodCallbackUrl"].AllowedPattern + ")$")
	for address, want := range map[string]bool{
		"": true, "https://hooks.example.com/vod/3f9c1e": true, "https://a.example.com/new https://b.example.com/old": true,
		"http://hooks.example.com/vod": false, "https://hooks.example.com": false, "hooks": false,
	} {
		require.Equal(t, want, pattern.MatchString(address), address)
	}
}

// What the filters look for is what the functions log, by the README's table, which is held to
// the code.
func TestSAMFilters(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for id, filter := range expectedFilters() {
		text := fmt.Sprint(filter)
		var line string
		for _, m := range regexp.MustCompile(`\$\.msg = "([^"]+)"`).FindAllStringSubmatch(text, -1) {
			line = regexp.MustCompile("(?m)^\\| `" + m[1] + "` \\|.*$").FindString(string(readme))
			require.NotEmpty(t, line, "%s: no function logs %s", id, m[1])
		}
		if strings.Contains(text, "oldest_s") {
			require.Contains(t, line, "`oldest_s`", id)
		}
	}
}

func TestSAMTemplate(t *testing.T) {
	require.Empty(t, samProblems(t, samTemplate(t)))
}
