// Package alicloud carries the credentials of Alibaba Cloud that a function was
// invoked with to whoever signs requests with them.
//
// They are short-lived (STS) and come anew with each invocation, so that they
// travel in the context and nobody keeps them. [From] says in which order they are
// looked for.
package alicloud

import (
	"context"
	"errors"
)

// Credentials are an AccessKey pair, with a token if they are short-lived.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // empty for the AccessKey pair of a RAM user
}

// ErrNone means that there are no credentials to sign with.
var ErrNone = errors.New("alicloud: no credentials: give the function a role, " +
	"or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET")

type key struct{}

// With returns a context that carries the credentials; the last ones count. Those
// without an id or a secret leave the context as it is.
func With(ctx context.Context, c Credentials) context.Context {
	if c.AccessKeyID == "" || c.AccessKeySecret == "" {
		return ctx
	}
	return context.WithValue(ctx, key{}, c)
}

// From returns the credentials of the invocation, or else those of the
// environment (see [FromEnvironment]), or else own, which are those of a URL in
// the settings. Without any it returns [ErrNone].
func From(ctx context.Context, own Credentials) (Credentials, error) {
	if c, ok := ctx.Value(key{}).(Credentials); ok {
		return c, nil
	}
	if own.AccessKeyID == "" || own.AccessKeySecret == "" {
		return Credentials{}, ErrNone
	}
	return own, nil
}

// FromEnvironment returns the credentials in the environment variables
// ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and
// ALIBABA_CLOUD_SECURITY_TOKEN. Function Compute sets them when
// an instance starts, so that they may be stale; those of the invocation go before.
func FromEnvironment(getenv func(string) string) Credentials {
	return Credentials{
		AccessKeyID:     getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"),
		AccessKeySecret: getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
		SecurityToken:   getenv("ALIBABA_CLOUD_SECURITY_TOKEN"),
	}
}
