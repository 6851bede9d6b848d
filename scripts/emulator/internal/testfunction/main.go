// Command testfunction is a function that does what its event asks for: the
// emulator's tests run it under the real SDKs, and as a custom runtime.
//
// An event, in whatever envelope, contains do=<what>; see do.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
	"github.com/aws/aws-lambda-go/lambda"
)

// Reply is the body of what the function answers.
type Reply struct {
	Count    int64    `json:"count"` // invocations of this process, this one included
	PID      int      `json:"pid"`
	Retry    int      `json:"retry"`
	Deadline int64    `json:"deadline"` // milliseconds until then
	Env      []string `json:"env"`
	Event    string   `json:"event"`
}

func main() {
	if os.Getenv("STARTUP") == "crash" {
		fmt.Fprintln(os.Stderr, "no setting named VOD_STORE")
		os.Exit(3)
	}
	var f function
	f.heedSignals()
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		var options []lambda.Option
		if os.Getenv("EXTENSION") != "" {
			options = append(options, lambda.WithEnableSIGTERM())
		}
		lambda.StartWithOptions(lambdaHandler{&f}, options...)
		return
	}
	if port := os.Getenv("FC_CUSTOM_LISTEN_PORT"); port != "" {
		f.serveCustom(port)
		return
	}
	fc.RegisterPreStopFunction(func(ctx context.Context) { f.tell(ctx, "prestop") })
	fc.Start(f.handle)
}

type function struct{ count atomic.Int64 }

// heedSignals does what ON_SIGTERM asks for: to ignore it, or to tell the test and
// exit. Otherwise SIGTERM ends the process.
func (f *function) heedSignals() {
	what := os.Getenv("ON_SIGTERM")
	if what == "" {
		return
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	if what == "ignore" {
		return
	}
	go func() {
		<-signals
		f.tell(context.Background(), "sigterm")
		os.Exit(0)
	}()
}

// lambdaHandler takes events as they come, which need not be JSON.
type lambdaHandler struct{ *function }

// Invoke implements lambda.Handler.
func (h lambdaHandler) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return h.handle(ctx, event)
}

var command = regexp.MustCompile(`do=(\w+)`)

func (f *function) handle(ctx context.Context, event []byte) (json.RawMessage, error) {
	what := "ok"
	if found := command.FindSubmatch(event); found != nil {
		what = string(found[1])
	}
	return f.do(ctx, what, event)
}

func (f *function) do(ctx context.Context, what string, event []byte) (json.RawMessage, error) {
	retry, id := 0, ""
	if fctx, ok := fccontext.FromContext(ctx); ok {
		retry, id = fctx.RetryCount, fctx.RequestID
	}
	deadline, _ := ctx.Deadline()
	reply := Reply{
		Count: f.count.Add(1), PID: os.Getpid(), Retry: retry, Env: os.Environ(), Event: string(event),
		Deadline: time.Until(deadline).Milliseconds(),
	}
	switch what {
	case "error":
		return nil, errors.New("as asked <for>")
	case "panic":
		panic("as asked for")
	case "exit":
		os.Exit(7)
	case "hang":
		select {}
	case "flaky": // succeeds at the third attempt
		if retry < 2 {
			return nil, errors.New("not yet")
		}
	case "tell":
		f.tell(ctx, string(event))
	case "tellfail":
		f.tell(ctx, string(event))
		return nil, errors.New("told, and failed")
	case "tick":
		go tick(os.Getenv("TICK_FILE"))
	case "text":
		return json.RawMessage(`"no object"`), nil
	case "nostatus":
		return json.RawMessage(`{"body":"x"}`), nil
	case "badbase64":
		return json.RawMessage(`{"statusCode":200,"isBase64Encoded":true,"body":"%"}`), nil
	case "base64":
		return json.RawMessage(`{"statusCode":418,"isBase64Encoded":true,"body":"AAH/","cookies":["a=1","b=2"],` +
			`"headers":{"X-Own":"1","X-Fc-Own":"2","Date":"never","Server":"me","Content-Length":"1"}}`), nil
	case "bigheader":
		return json.RawMessage(`{"statusCode":200,"headers":{"X-Big":"` + strings.Repeat("x", 9000) + `"}}`), nil
	case "big":
		return json.RawMessage(`"` + strings.Repeat("x", 33<<20) + `"`), nil
	case "rogue":
		return json.RawMessage(rogue(ctx, id)), nil
	}
	body, err := json.Marshal(reply)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"statusCode": 200, "headers": map[string]string{"Content-Type": "application/json"}, "body": string(body),
	})
}

// tell sends a text to the test, and returns when the test lets it.
func (f *function) tell(ctx context.Context, text string) {
	_, _ = post(ctx, os.Getenv("TELL_URL"), text)
}

// tick writes to a file for as long as it is let run.
func tick(name string) {
	file, err := os.Create(name) //nolint:gosec // The test says which file.
	if err != nil {
		return
	}
	for range time.Tick(time.Millisecond) {
		_, _ = file.WriteString("x")
	}
}

// rogue answers a wrong id, then twice, and tells the test with what success.
func rogue(ctx context.Context, id string) string {
	api := "http://" + os.Getenv("FC_RUNTIME_API") + "/2020-11-11/runtime/invocation/"
	var statuses []string
	for _, path := range []string{"nonsense/response", id + "/response", id + "/error", id + "/response"} {
		status, _ := post(ctx, api+path, `"rogue"`)
		statuses = append(statuses, status)
	}
	_, _ = post(ctx, os.Getenv("TELL_URL"), strings.Join(statuses, ","))
	return `"third"`
}

func post(ctx context.Context, url, text string) (status string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewBufferString(text))
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Status[:3], nil
}
