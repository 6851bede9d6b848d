package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/config"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	described := func(name string) config.Setting {
		for _, s := range config.Describe(func(string) string { return "" }) {
			if s.Name == name {
				return s
			}
		}
		return config.Setting{}
	}
	require.Equal(t, config.Setting{Name: "VOD_BUDGET", Value: "4s", Origin: config.OriginDefault}, described("VOD_BUDGET"))
	require.Equal(t, config.Setting{Name: "VOD_STORE", Origin: config.OriginNone}, described("VOD_STORE"))
	require.Len(t, config.Describe(func(string) string { return "" }), len(config.Settings()))
	for _, tc := range []struct{ name, setting, value, want string }{
		{name: "plain", setting: "VOD_BUDGET", value: " 3s ", want: "3s"},
		{name: "keys", setting: "VOD_AUTH_KEY", value: "Nk7rTq2Zb9 s3cret", want: "set, 10 and 6 characters"},
		{name: "secret of webhooks", setting: "VOD_WEBHOOK_SECRET", value: "whsec_s3cret", want: "set, 12 characters"},
		{name: "file", setting: "VOD_STORE", value: "sqlite:/var/lib/vod/vod.db?local=true", want: "sqlite:/var/lib/vod/vod.db?local=true"},
		{name: "relative file", setting: "VOD_STORE", value: "sqlite:vod.db", want: "sqlite:vod.db"},
		{name: "password", setting: "VOD_STORE", value: "postgres://vod:s3cret@db.example.com:5432/vod?sslmode=verify-full&password=s3cret", want: "postgres://…@db.example.com:5432/vod?sslmode=verify-full&…"},
		{name: "password with a slash", setting: "VOD_STORE", value: "postgres://vod:12/s3cret@db.example.com/vod", want: "set, 43 characters, which are no URL"},
		{name: "password with a number sign", setting: "VOD_STORE", value: "postgres://vod:12#s3cret@db.example.com/vod", want: "set, 43 characters, which are no URL"},
		{name: "no authority", setting: "VOD_STORE", value: "postgres:vod:s3cret", want: "set, 19 characters, which are no URL"},
		{name: "no URL", setting: "VOD_STORE", value: "s3cret", want: "set, 6 characters, which are no URL"},
		{name: "secret for a scheme", setting: "VOD_STORE", value: "S3cret:x", want: "set, 8 characters, which are no URL"},
		{name: "queue", setting: "VOD_FALLBACK", value: "mns://1234.mns.cn-shanghai.aliyuncs.com/queues/vod-fallback", want: "mns://1234.mns.cn-shanghai.aliyuncs.com/queues/vod-fallback"},
		{name: "queue with a key", setting: "VOD_TOPIC", value: "mns://id:s3cret@1234.mns.cn-shanghai.aliyuncs.com/topics/vod", want: "mns://…@1234.mns.cn-shanghai.aliyuncs.com/topics/vod"},
		{name: "secret path of the callback", setting: "VOD_CALLBACK_URL", value: "https://hooks.example.com/vod/s3cret?s3cret", want: "https://hooks.example.com/…?…"},
		{
			name: "sinks", setting: "VOD_SINKS",
			value: "https://hooks.example.com/s3cret?token=s3cret#name=crm&events=TranscodeComplete&secret=s3cret redis://s3cret@cache:6379/0?prefix=vod:#name=cache",
			want:  "https://hooks.example.com/…?…#name=crm&events=TranscodeComplete&secret=… redis://…@cache:6379/0?prefix=vod:#name=cache",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, s := range config.Describe(func(n string) string { return map[string]string{tc.setting: tc.value}[n] }) {
				if s.Name == tc.setting {
					require.Equal(t, config.OriginEnvironment, s.Origin)
					got = s.Value
				}
			}
			require.Equal(t, tc.want, got)
			require.NotContains(t, strings.ToLower(got), "s3cret")
		})
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	environ := []string{"VOD_STORE=x", "VOD_SINK=y", "PATH=z", "VOD_SINK=again", "VOD_A", "vod_b=1"}
	require.Equal(t, []string{"VOD_A", "VOD_SINK"}, config.Unknown(environ))
	require.Empty(t, config.Unknown([]string{"VOD_BUDGET=4s"}))
}
