package serve

import (
	"context"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// seenCredentials is a function that answers with the id of the AccessKey that it
// would sign with, and with the id of its request.
type seenCredentials struct{}

func (seenCredentials) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	c, err := alicloud.From(ctx, alicloud.Credentials{AccessKeyID: "url", AccessKeySecret: "s"})
	return []byte(c.AccessKeyID + " " + requestID(ctx)), err
}

// Internal, since the SDKs call the handlers and never return.
func TestCredentialsOfAnInvocation(t *testing.T) {
	t.Parallel()
	environment := alicloud.Credentials{AccessKeyID: "environment", AccessKeySecret: "s"}
	fc := func(c *fccontext.FcContext) func(context.Context, alicloud.Credentials) ([]byte, error) {
		return func(ctx context.Context, environment alicloud.Credentials) ([]byte, error) {
			if c != nil {
				ctx = fccontext.NewContext(ctx, c)
			}
			return fcHandler(seenCredentials{}, environment)(ctx, nil)
		}
	}
	lambda := func(c *lambdacontext.LambdaContext) func(context.Context, alicloud.Credentials) ([]byte, error) {
		return func(ctx context.Context, environment alicloud.Credentials) ([]byte, error) {
			if c != nil {
				ctx = lambdacontext.NewContext(ctx, c)
			}
			return lambdaHandler{seenCredentials{}, environment}.Invoke(ctx, nil)
		}
	}
	role := fccontext.Credentials{AccessKeyId: "role", AccessKeySecret: "s", SecurityToken: "t"}
	for _, tc := range []struct {
		name        string
		invoke      func(context.Context, alicloud.Credentials) ([]byte, error)
		environment alicloud.Credentials
		want        string
	}{
		{name: "FC with a role", invoke: fc(&fccontext.FcContext{RequestID: "7", Credentials: role}), environment: environment, want: "role 7"},
		{name: "FC without a role", invoke: fc(&fccontext.FcContext{RequestID: "7"}), environment: environment, want: "environment 7"},
		{name: "FC that says nothing", invoke: fc(nil), environment: environment, want: "environment "},
		{name: "FC with neither", invoke: fc(&fccontext.FcContext{RequestID: "7"}), want: "url 7"},
		{name: "Lambda", invoke: lambda(&lambdacontext.LambdaContext{AwsRequestID: "7"}), environment: environment, want: "environment 7"},
		{name: "Lambda that says nothing", invoke: lambda(nil), environment: environment, want: "environment "},
		{name: "Lambda without any", invoke: lambda(&lambdacontext.LambdaContext{AwsRequestID: "7"}), want: "url 7"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.invoke(t.Context(), tc.environment)
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}
