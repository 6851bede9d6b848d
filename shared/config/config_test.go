package config_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/config"
)

func environment(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestLoad(t *testing.T) {
	t.Parallel()
	c, err := config.Load(environment(
		"VOD_STORE", " sqlite:vod.db ",
		"VOD_CALLBACK_URL", "https://a.example/x\n\thttps://b.example/y",
		"VOD_AUTH_KEY", "new  old",
		"VOD_AUTH_TOLERANCE", "90s",
		"VOD_FALLBACK", "dir:/var/spool/vod",
		"VOD_DEAD_LETTER_QUEUE", "mns://a\nmns://b",
		"LOG_LEVEL", "warn",
		"VOD_SINKS", "https://a.example/x#name=a\n  kafka://k/t#name=b",
		"VOD_WEBHOOK_SECRET", "whsec_new whsec_old",
		"VOD_HTTPS_DOMAINS", "media.example.com Cdn-1.example",
		"VOD_TOPIC", "mns://1234.mns.cn-shanghai.aliyuncs.com/topics/t",
		"VOD_BUDGET", "", // set to nothing is not set
	))
	require.NoError(t, err)
	require.Equal(t, "mns://1234.mns.cn-shanghai.aliyuncs.com/topics/t", c.Topic.String())
	c.Topic = config.URL{}
	require.Equal(t, config.Config{
		Store:          "sqlite:vod.db",
		Sinks:          config.List{"https://a.example/x#name=a", "kafka://k/t#name=b"},
		WebhookSecrets: config.List{"whsec_new", "whsec_old"},
		HTTPSDomains:   config.List{"media.example.com", "Cdn-1.example"},
		CallbackURLs:   config.List{"https://a.example/x", "https://b.example/y"},
		AuthKeys:       config.List{"new", "old"},
		Auth:           true,
		AuthTolerance:  90 * time.Second,
		Budget:         4 * time.Second,
		Listen:         "127.0.0.1:8080",
		LogLevel:       slog.LevelWarn,

		Fallback:         "dir:/var/spool/vod",
		DeadLetterQueues: config.List{"mns://a", "mns://b"},
	}, c)
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, setting, value string
		want                 string
	}{
		{"no store", "VOD_STORE", "", "VOD_STORE is not set"},
		{"budget is no duration", "VOD_BUDGET", "four s3cret", "VOD_BUDGET must be a duration"},
		{"budget over VOD's patience", "VOD_BUDGET", "5s", "VOD_BUDGET must be from 1s to 4.5s"},
		{"budget too small", "VOD_BUDGET", "10ms", "VOD_BUDGET must be from 1s to 4.5s"},
		{"tolerance negative", "VOD_AUTH_TOLERANCE", "-1s", "VOD_AUTH_TOLERANCE must not be negative"},
		{"auth neither on nor off", "VOD_AUTH", "s3cret", "VOD_AUTH must be on or off"},
		{"a domain with a scheme", "VOD_HTTPS_DOMAINS", "a.example http://s3cret", "VOD_HTTPS_DOMAINS must be host names"},
		{"a domain with a port", "VOD_HTTPS_DOMAINS", "s3cret:80", "VOD_HTTPS_DOMAINS must be host names"},
		{"no topic's URL", "VOD_TOPIC", "s3cret", "VOD_TOPIC must be a URL, such as mns://"},
		{"no URL at all", "VOD_TOPIC", "mns://s3cret%zz", "VOD_TOPIC must be a URL"},
		{"log level", "LOG_LEVEL", "s3cret", "LOG_LEVEL must be debug, info, warn or error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			getenv := environment("VOD_STORE", "postgres://db/vod", "VOD_AUTH_KEY", "s3cret")
			c, err := config.Load(func(name string) string {
				if name == tc.setting {
					return tc.value
				}
				return getenv(name)
			})
			if strings.HasPrefix(tc.setting, "VOD_AUTH") {
				require.NoError(t, err, "it is for Verifier to say")
				_, err = c.Verifier()
			}
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "s3cret")
			require.True(t, bool(c.Auth), "a broken setting must not switch the signature off")
			require.Equal(t, 4*time.Second, c.Budget)
		})
	}
}

func TestLoadNamesEveryError(t *testing.T) {
	t.Parallel()
	c, err := config.Load(environment("VOD_BUDGET", "x", "VOD_AUTH", "x", "LOG_LEVEL", "x", "VOD_AUTH_TOLERANCE", "x"))
	for _, name := range []string{"VOD_STORE", "VOD_BUDGET", "LOG_LEVEL"} {
		require.ErrorContains(t, err, name)
	}
	_, err = c.Verifier()
	for _, name := range []string{"VOD_AUTH ", "VOD_AUTH_TOLERANCE", "VOD_AUTH_KEY", "VOD_CALLBACK_URL"} {
		require.ErrorContains(t, err, name)
	}
}

// With a wrong VOD_AUTH nobody knows whether callbacks are signed.
func TestVerifierNeedsToBeTold(t *testing.T) {
	t.Parallel()
	c, err := config.Load(environment("VOD_STORE", "postgres://db/vod", "VOD_AUTH", "of", "VOD_AUTH_KEY", "k", "VOD_CALLBACK_URL", "https://x.example"))
	require.NoError(t, err)
	_, err = c.Verifier()
	require.EqualError(t, err, "config: VOD_AUTH must be on or off")
}

func TestInNamesTheSetting(t *testing.T) {
	t.Parallel()
	cause := errors.New("store: unknown scheme")
	err := config.In("VOD_STORE", cause)
	require.ErrorIs(t, err, cause)
	require.ErrorContains(t, err, "VOD_STORE")
	require.NoError(t, config.In("VOD_STORE", nil))
}

func TestVerifier(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		c    config.Config
		want string // in the error
	}{
		{name: "complete", c: config.Config{Auth: true, AuthKeys: config.List{"k"}, CallbackURLs: config.List{"https://x.example"}}},
		{name: "no key", c: config.Config{Auth: true, CallbackURLs: config.List{"https://x.example"}}, want: "VOD_AUTH_KEY is not set"},
		{name: "no URL", c: config.Config{Auth: true, AuthKeys: config.List{"k"}}, want: "VOD_CALLBACK_URL is not set"},
		{name: "URL without a scheme", c: config.Config{Auth: true, AuthKeys: config.List{"k"}, CallbackURLs: config.List{"x.example/vod"}}, want: "VOD_CALLBACK_URL must be http"},
		{name: "URL of another kind", c: config.Config{Auth: true, AuthKeys: config.List{"k"}, CallbackURLs: config.List{"https://x.example", "ftp://x.example"}}, want: "VOD_CALLBACK_URL must be http"},
		{name: "URL in quotation marks", c: config.Config{Auth: true, AuthKeys: config.List{"k"}, CallbackURLs: config.List{`"https://x.example"`}}, want: "VOD_CALLBACK_URL must be http"},
		{name: "key in quotation marks", c: config.Config{Auth: true, AuthKeys: config.List{"'s3cret'"}, CallbackURLs: config.List{"https://x.example"}}, want: "VOD_AUTH_KEY has quotation marks"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, err := tc.c.Verifier()
			if tc.want != "" {
				require.ErrorContains(t, err, tc.want)
				require.NotContains(t, err.Error(), "s3cret")
				return
			}
			require.NoError(t, err)
			require.Negative(t, v.Tolerance, "a tolerance of 0 switches the check off")
		})
	}
	v, err := config.Config{Auth: false}.Verifier()
	require.NoError(t, err)
	require.Nil(t, v)
}

func TestWeaknesses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		c    config.Config
		want []string
	}{
		{name: "none", c: config.Config{Fallback: "dir:x", Auth: true, CallbackURLs: config.List{"https://x.example/vod/s3cret"}, AuthTolerance: 5 * time.Minute}},
		{name: "on this machine", c: config.Config{Fallback: "dir:x", Auth: true, CallbackURLs: config.List{"http://127.0.0.1:8080", "http://localhost"}, AuthTolerance: 5 * time.Minute}},
		{name: "off", c: config.Config{CallbackURLs: config.List{"http://x.example/"}}, want: []string{"VOD_FALLBACK", "VOD_AUTH is off"}},
		{
			name: "all", c: config.Config{Fallback: "dir:x", Auth: true, CallbackURLs: config.List{"https://x.example/s3cret", "http://x.example/"}},
			want: []string{"VOD_CALLBACK_URL 2 is http", "VOD_CALLBACK_URL 2 has no path", "VOD_AUTH_TOLERANCE"},
		},
		{name: "long", c: config.Config{Fallback: "dir:x", Auth: true, AuthTolerance: time.Hour}, want: []string{"VOD_AUTH_TOLERANCE"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := tc.c.Weaknesses()
			require.Len(t, got, len(tc.want))
			for i, weak := range got {
				require.Contains(t, weak, tc.want[i])
				require.NotContains(t, weak, "s3cret")
			}
		})
	}
}
