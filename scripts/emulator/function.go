package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// What the emulated platform says about itself, in environments and events.
const (
	AccountID = mns.AccountID
	Region    = "cn-shanghai"

	// The credentials of the function's role. They open nothing by themselves.
	AccessKeyID     = "STS.emulator"
	AccessKeySecret = "emulator-secret"
	SecurityToken   = "emulator-token"
)

// Credentials are what a function may sign requests with.
type Credentials struct{ AccessKeyID, AccessKeySecret, SecurityToken string }

// Function is a built binary and how the platform is to run it. Only Path is
// needed.
type Function struct {
	Name string   // default: the file name of Path
	Path string   // the binary
	Args []string // arguments, without the name of the program
	Env  []string // settings as NAME=value; they cannot change what the platform reserves
	Dir  string   // working directory, which holds the code; default: the directory of Path

	// Runtime is the platform; the zero Runtime is FunctionCompute.
	Runtime Runtime
	// Instances is how many instances may run at once; default 10.
	Instances int
	// Concurrency is how many invocations an instance may have at once, 1 to 200;
	// default 1. CustomRuntime only; the others always have one.
	Concurrency int
	// Timeout is how long an invocation may take; default 10 s. The process of an
	// invocation that takes longer is killed.
	Timeout time.Duration
	// Memory is what the function is told to have, in MB; default 512. Nothing
	// enforces it.
	Memory int
	// Credentials returns those that an invocation comes with. Nil gives all of them
	// the ones that are in the environment: the constants of this package; with
	// CustomRuntime it gives them none. It may be called from several goroutines at
	// once. Not for Lambda.
	Credentials func() Credentials
	// PreStop, if positive, switches the PreStop hook on and is how long it may
	// take. The function must have one. Not for Lambda.
	PreStop time.Duration
	// Grace, if positive, is how long after SIGTERM a process is killed; else it gets
	// no SIGTERM. Lambda's is about 500 ms. There is none where the operating system
	// has no such signal (Windows).
	Grace time.Duration
	// NoFreeze lets instances run on between invocations. Where the operating
	// system cannot stop processes (Windows), they always do.
	NoFreeze bool
	// Async says what happens to asynchronous invocations that fail.
	Async Async

	// Output receives what the instances write to stdout and stderr, one whole
	// line in each call, one call at a time. Nil discards it.
	Output io.Writer
}

// Async is the policy for asynchronous invocations.
type Async struct {
	// Retries is how often a failed invocation is tried again, 1 to 8; 0 means 3,
	// a negative number never.
	Retries int
	// RetryDelay is the pause before the first retry, default 1 s; each further
	// pause is twice as long.
	RetryDelay time.Duration
	// Duplicate, if positive, delivers each so many-th event that succeeded once
	// more, under the same request id: 1 means all of them. Delivery is at least
	// once.
	Duplicate int
	// OnFailure receives the record of an invocation that failed for the last
	// time, as Function Compute sends it to a failure destination. Nil drops it.
	// It may be called from several goroutines at once.
	OnFailure func(record []byte)
}

// Runtime is a platform that runs functions.
type Runtime int

// The platforms.
const (
	FunctionCompute Runtime = iota // Alibaba Cloud Function Compute 3.0, runtime go1
	Lambda                         // AWS Lambda, runtime provided.al2023
	CustomRuntime                  // Alibaba Cloud Function Compute 3.0, runtime custom.debian12
)

// String returns the platform's name.
func (r Runtime) String() string {
	switch r {
	case Lambda:
		return "lambda"
	case CustomRuntime:
		return "custom"
	default:
		return "fc"
	}
}

// defaultRetries is Function Compute's for asynchronous invocations and
// EventBridge's for BACKOFF_RETRY.
const defaultRetries = 3

// maxConcurrency is Function Compute's limit for the requests that an instance has at
// once ("Configure instance concurrency", June 2026).
const maxConcurrency = 200

// maxRetries is Function Compute's limit for asynchronous invocations.
const maxRetries = 8

// withDefaults returns f with its zero values filled in, or what is wrong with it.
func (f Function) withDefaults() (Function, error) {
	if f.Path == "" {
		return f, errors.New("emulator: function without a path")
	}
	path, err := filepath.Abs(f.Path)
	if err != nil {
		return f, fmt.Errorf("emulator: path of the function: %w", err)
	}
	if f.Instances < 0 || f.Timeout < 0 || f.Async.Duplicate < 0 || f.Async.Retries > maxRetries {
		return f, fmt.Errorf("emulator: function %s: instances, timeout and duplicate must not be negative, retries at most %d",
			filepath.Base(path), maxRetries)
	}
	most := 1
	if f.Runtime == CustomRuntime {
		most = maxConcurrency
	}
	if f.Concurrency < 0 || f.Concurrency > most {
		return f, fmt.Errorf("emulator: function %s: concurrency must be 1 to %d", filepath.Base(path), most)
	}
	f.Path = path
	f.Name = cmp.Or(f.Name, strings.TrimSuffix(filepath.Base(path), ".exe"))
	f.Dir = cmp.Or(f.Dir, filepath.Dir(path))
	f.Instances = cmp.Or(f.Instances, 10)
	f.Concurrency = cmp.Or(f.Concurrency, 1)
	f.Timeout = cmp.Or(f.Timeout, 10*time.Second)
	f.Memory = cmp.Or(f.Memory, 512)
	f.Async.Retries = retries(f.Async.Retries)
	f.Async.RetryDelay = cmp.Or(f.Async.RetryDelay, time.Second)
	if f.Output == nil {
		f.Output = io.Discard
	}
	if f.Credentials == nil {
		var none Credentials
		if f.Runtime != CustomRuntime {
			none = Credentials{AccessKeyID, AccessKeySecret, SecurityToken}
		}
		f.Credentials = func() Credentials { return none }
	}
	return f, nil
}

// retries reads a number of retries whose zero value means the platform's default.
func retries(n int) int {
	return max(0, cmp.Or(n, defaultRetries))
}
