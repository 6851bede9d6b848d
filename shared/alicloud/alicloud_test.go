package alicloud_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/alicloud"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID": "env", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s", "ALIBABA_CLOUD_SECURITY_TOKEN": "t",
	}
	environment := alicloud.FromEnvironment(func(name string) string { return env[name] })
	require.Equal(t, alicloud.Credentials{AccessKeyID: "env", AccessKeySecret: "s", SecurityToken: "t"}, environment)
	nothing := alicloud.FromEnvironment(func(string) string { return "" })
	invocation := alicloud.Credentials{AccessKeyID: "invocation", AccessKeySecret: "s", SecurityToken: "t"}
	url := alicloud.Credentials{AccessKeyID: "url", AccessKeySecret: "s"}

	for _, tc := range []struct {
		name                         string
		environment, invocation, url alicloud.Credentials
		want                         string
	}{
		{name: "all", environment: environment, invocation: invocation, url: url, want: "invocation"},
		{name: "no invocation", environment: environment, url: url, want: "env"},
		{name: "nothing but the URL", environment: nothing, url: url, want: "url"},
		{name: "half of them in the environment", environment: alicloud.Credentials{AccessKeyID: "env"}, url: url, want: "url"},
		{name: "none", environment: nothing},
		{name: "a URL with half of them", environment: nothing, url: alicloud.Credentials{AccessKeySecret: "s"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ctx := alicloud.With(alicloud.With(t.Context(), tc.environment), tc.invocation)
			got, err := alicloud.From(ctx, tc.url)
			require.Equal(t, tc.want, got.AccessKeyID)
			if tc.want == "" {
				require.ErrorIs(t, err, alicloud.ErrNone)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func ExampleFrom() {
	ctx := alicloud.With(context.Background(), alicloud.Credentials{AccessKeyID: "STS.NU…", AccessKeySecret: "…", SecurityToken: "…"})
	c, err := alicloud.From(ctx, alicloud.Credentials{})
	fmt.Println(c.AccessKeyID, err)
	// Output: STS.NU… <nil>
}
