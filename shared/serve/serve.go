// Package serve runs a function wherever it finds itself: under Function
// Compute's go1 runtime or one of its custom runtimes, under AWS Lambda, or, with
// none of them, as a plain HTTP server on loopback. It is the only package that
// knows the runtimes and their SDKs.
package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// Handler is a function: payload in, answer out. It is called concurrently where
// the runtime does so.
type Handler interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Ticker is a Handler that has something to do from time to time. Platforms have
// triggers for that; a plain HTTP server calls Tick when it starts and then every
// minute, one call at a time.
type Ticker interface {
	Tick(ctx context.Context)
}

// Run serves h until SIGTERM or SIGINT, and returns the exit code. Then nothing begins
// that can wait, and what is in hand is finished, or called off in time. A second signal
// ends the process at once. Which runtime there is, the environment says (getenv); listen
// is the address to serve plain HTTP on if there is none.
func Run(h Handler, getenv func(string) string, listen string, log *slog.Logger) int {
	environment := alicloud.FromEnvironment(getenv)
	ctx, forget := signal.NotifyContext(alicloud.With(context.Background(), environment), os.Interrupt, syscall.SIGTERM)
	defer forget()
	context.AfterFunc(ctx, forget)
	w := newHand(h, log)
	var err error
	switch {
	case getenv("FC_RUNTIME_API") != "":
		go runFC(w.handler(h), w, environment)
		err = untilSignal(ctx, w, grace)
	case getenv("AWS_LAMBDA_RUNTIME_API") != "":
		go runLambda(w.handler(h), environment)
		err = untilSignal(ctx, w, lambdaGrace)
	case isCustom(getenv):
		err = runCustom(ctx, h, w, getenv("FC_CUSTOM_LISTEN_PORT"), log)
	default:
		err = runHTTP(ctx, h, w, listen, log)
	}
	if err != nil {
		log.ErrorContext(ctx, "serving has failed", "error", err)
		return 1
	}
	return 0
}

// untilSignal returns when ctx has ended and the work of a runtime is finished.
func untilSignal(ctx context.Context, w *hand, limit time.Duration) error {
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	for {
		err := w.finish(ctx)
		w.sent(ctx)
		if w.size() == 0 || ctx.Err() != nil { // nothing more has come in meanwhile
			return err
		}
	}
}

// runFC serves Function Compute's go1 runtime; it does not return. The credentials
// of the function's role come with each invocation; those of the environment count
// if they do not. The PreStop hook is called if the function's configuration says so.
func runFC(h Handler, w *hand, environment alicloud.Credentials) {
	tuneTransport()
	fc.RegisterPreStopFunction(w.preStop)
	fc.Start(fcHandler(h, environment))
}

// fcHandler is h as the SDK calls it. Of the signatures that the SDK takes only this one
// passes bytes through unchanged in both directions.
func fcHandler(h Handler, environment alicloud.Credentials) func(context.Context, []byte) (json.RawMessage, error) {
	return func(ctx context.Context, payload []byte) (json.RawMessage, error) {
		ctx = alicloud.With(ctx, environment)
		if c, ok := fccontext.FromContext(ctx); ok {
			ctx = withRequestID(ctx, c.RequestID)
			ctx = alicloud.With(ctx, alicloud.Credentials{
				AccessKeyID: c.Credentials.AccessKeyId, AccessKeySecret: c.Credentials.AccessKeySecret,
				SecurityToken: c.Credentials.SecurityToken,
			})
		}
		return invoke(ctx, h, payload)
	}
}

// preStop is the hook. A tenth of its time is for its own answer.
func (w *hand) preStop(ctx context.Context) {
	deadline, _ := ctx.Deadline()
	ctx, cancel := context.WithTimeout(ctx, time.Until(deadline)*9/10)
	defer cancel()
	_ = w.finish(ctx) // the platform ends the process either way
	w.sent(ctx)
}

// tuneTransport fits the default transport, which the SDK uses, to the one host
// it talks to: as it is, every tenth call opens a new connection, and a proxy
// from the environment would get between the function and its runtime.
func tuneTransport() {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.Proxy = nil
		t.MaxIdleConns = 0
		t.MaxIdleConnsPerHost = 256
		t.DisableCompression = true
	}
}

// runLambda serves AWS Lambda; it does not return. The credentials that Lambda has are
// another cloud's: Alibaba Cloud's are those of the environment. Lambda sends SIGTERM
// to those alone that ask for it.
func runLambda(h Handler, environment alicloud.Credentials) {
	lambda.StartWithOptions(lambdaHandler{h, environment}, lambda.WithEnableSIGTERM())
}

// lambdaHandler makes the SDK pass bytes through.
type lambdaHandler struct {
	h           Handler
	environment alicloud.Credentials
}

// Invoke implements lambda.Handler.
func (l lambdaHandler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx = alicloud.With(ctx, l.environment)
	if c, ok := lambdacontext.FromContext(ctx); ok {
		ctx = withRequestID(ctx, c.AwsRequestID)
	}
	return invoke(ctx, l.h, payload)
}

// invoke turns a panic into an error: in a runtime that exits on panics it would
// take other invocations along.
func invoke(ctx context.Context, h Handler, payload []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("serve: panic: %v", p)
		}
	}()
	return h.Invoke(ctx, payload)
}
