package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/config"
)

func TestSQLiteNeedsADisk(t *testing.T) {
	t.Parallel()
	for _, platform := range []string{"FC_RUNTIME_API", "FC_FUNCTION_NAME", "FC_FUNC_CODE_PATH", "AWS_LAMBDA_RUNTIME_API"} {
		_, err := config.Load(environment(platform, "x", "VOD_STORE", "sqlite:vod.db"))
		require.ErrorContains(t, err, "VOD_STORE is SQLite", platform)
		_, err = config.Load(environment(platform, "x", "VOD_STORE", "sqlite:vod.db?local=true"))
		require.NoError(t, err, platform)
	}
}

func TestDirectoryNeedsADisk(t *testing.T) {
	t.Parallel()
	for _, platform := range []string{"FC_RUNTIME_API", "FC_FUNCTION_NAME", "FC_FUNC_CODE_PATH", "AWS_LAMBDA_RUNTIME_API"} {
		c, err := config.Load(environment(platform, "x", "VOD_STORE", "postgres://db/vod", "VOD_FALLBACK", "dir:spool"))
		require.ErrorContains(t, err, "VOD_FALLBACK is a directory", platform)
		require.Empty(t, c.Fallback, "nobody may rely on it")
		c, err = config.Load(environment(platform, "x", "VOD_STORE", "postgres://db/vod", "VOD_FALLBACK", "dir:spool?local=true"))
		require.NoError(t, err, platform)
		require.NotEmpty(t, c.Fallback)
	}
}

// Functions on Lambda have no role in Alibaba Cloud: better said at the start than by a
// store that refuses every event.
func TestAlibabaCloudNeedsCredentials(t *testing.T) {
	t.Parallel()
	const (
		ots    = "tablestore://instance.cn-shanghai.ots.aliyuncs.com"
		queue  = "mns://1234.mns.cn-shanghai.aliyuncs.com/queues/q"
		bucket = "oss://bucket/prefix?region=cn-shanghai"
	)
	for _, tc := range []struct {
		name           string
		setting, value string
		want           bool
	}{
		{name: "Tablestore", setting: "VOD_STORE", value: ots, want: true},
		{name: "Tablestore with credentials", setting: "VOD_STORE", value: "tablestore://id:s3cret@instance.cn-shanghai.ots.aliyuncs.com"},
		{name: "Tablestore with half of them", setting: "VOD_STORE", value: "tablestore://s3cret@instance.cn-shanghai.ots.aliyuncs.com", want: true},
		{name: "sink", setting: "VOD_SINKS", value: "https://h.example/x#name=a OSS://bucket/s3cret#name=b", want: true},
		{name: "sinks with credentials", setting: "VOD_SINKS", value: "https://h.example/x#name=a oss://id:s3cret@bucket/x#name=b"},
		{name: "other sinks", setting: "VOD_SINKS", value: "https://h.example/x#name=a kafka://k/mns#name=oss"},
		{name: "queue as fallback", setting: "VOD_FALLBACK", value: queue, want: true},
		{name: "bucket as fallback", setting: "VOD_FALLBACK", value: bucket, want: true},
		{name: "dead-letter queue", setting: "VOD_DEAD_LETTER_QUEUE", value: queue, want: true},
		{name: "topic", setting: "VOD_TOPIC", value: "mns://1234.mns.cn-shanghai.aliyuncs.com/topics/t", want: true},
		{name: "not a URL", setting: "VOD_STORE", value: "mns://s3cret%zz"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for platform, lacks := range map[string]bool{"AWS_LAMBDA_RUNTIME_API": true, "FC_RUNTIME_API": false, "NONE": false} {
				env := []string{platform, "x", "VOD_STORE", "postgres://db/vod", tc.setting, tc.value}
				c, err := config.Load(environment(env...))
				refused := tc.want && lacks
				if refused {
					require.ErrorContains(t, err, tc.setting+" is a service of Alibaba Cloud")
					require.NotContains(t, err.Error(), "s3cret")
				} else {
					require.NoError(t, err, platform)
				}
				require.Equal(t, tc.setting == "VOD_FALLBACK" && !refused, c.Fallback != "", "nobody may rely on it")

				c, err = config.Load(environment(append(env, "ALIBABA_CLOUD_ACCESS_KEY_ID", "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")...))
				require.NoError(t, err, platform)
				require.Equal(t, tc.setting == "VOD_FALLBACK", c.Fallback != "")
			}
		})
	}
}
