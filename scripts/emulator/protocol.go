package emulator

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// protocol is where the platforms differ.
type protocol struct {
	prefix       string // of the paths of the runtime API; empty if there is none
	acknowledged int    // status that acknowledges an answer; the SDK accepts no other
	maxSync      int64  // bytes of a synchronous request, and of an answer
	header       func(Function, *invocation) http.Header
	environment  func(f Function, instance, address string) []string
	requestID    func() string
}

func (r Runtime) protocol() protocol {
	switch r {
	case CustomRuntime:
		return protocol{
			maxSync:     32 << 20,
			header:      customHeader,
			environment: customEnvironment,
			requestID:   newRequestID,
		}
	case Lambda:
		return protocol{
			prefix:       "/2018-06-01/runtime/invocation/",
			acknowledged: http.StatusAccepted,
			maxSync:      6 << 20,
			header:       lambdaHeader,
			environment:  lambdaEnvironment,
			requestID:    newUUID,
		}
	default:
		return protocol{
			prefix:       "/2020-11-11/runtime/invocation/",
			acknowledged: http.StatusOK,
			maxSync:      32 << 20,
			header:       fcHeader,
			environment:  fcEnvironment,
			requestID:    newRequestID,
		}
	}
}

func fcHeader(f Function, inv *invocation) http.Header {
	h := http.Header{}
	role := f.Credentials()
	for name, value := range map[string]string{
		"x-fc-request-id":        inv.id,
		"x-fc-function-type":     strconv.Itoa(int(inv.hook)),
		"x-fc-function-deadline": strconv.FormatInt(time.Now().Add(inv.timeout).UnixMilli(), 10),
		"x-fc-function-timeout":  strconv.Itoa(wholeSeconds(inv.timeout)),
		"x-fc-function-name":     f.Name,
		"x-fc-function-handler":  filepath.Base(f.Path),
		"x-fc-function-memory":   strconv.Itoa(f.Memory),
		"x-fc-access-key-id":     role.AccessKeyID,
		"x-fc-access-key-secret": role.AccessKeySecret,
		"x-fc-security-token":    role.SecurityToken,
		"x-fc-region":            Region,
		"x-fc-account-id":        AccountID,
		"x-fc-qualifier":         "LATEST",
		"x-fc-version-id":        "LATEST",
		"x-fc-retry-count":       strconv.Itoa(inv.retry),
	} {
		h.Set(name, value)
	}
	return h
}

func lambdaHeader(f Function, inv *invocation) http.Header {
	h := http.Header{}
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(inv.timeout).UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:"+Region+":123456789012:function:"+f.Name)
	h.Set("Lambda-Runtime-Trace-Id", "Root=1-"+inv.id[:8]+"-000000000000000000000000;Sampled=0")
	return h
}

// environment is all that an instance sees: what any program needs to run, the
// role's credentials, the function's settings, and last, so that settings
// cannot change it, what the platform reserves.
func environment(f Function, instance, address string) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE", "SYSTEMROOT"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	p := f.Runtime.protocol()
	env = append(env, credentials(f.Runtime)...)
	env = append(env, f.Env...)
	return append(env, p.environment(f, instance, address)...)
}

func credentials(r Runtime) []string {
	if r == Lambda {
		return []string{
			"AWS_ACCESS_KEY_ID=" + AccessKeyID,
			"AWS_SECRET_ACCESS_KEY=" + AccessKeySecret,
			"AWS_SESSION_TOKEN=" + SecurityToken,
		}
	}
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + AccessKeyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + AccessKeySecret,
		"ALIBABA_CLOUD_SECURITY_TOKEN=" + SecurityToken,
	}
}

func fcEnvironment(f Function, instance, api string) []string {
	return append(fcCommon(f, instance), "FC_RUNTIME_API="+unlikeLoopback(api), "FC_VER_ID=LATEST")
}

// fcCommon is what all runtimes of Function Compute find in the environment.
func fcCommon(f Function, instance string) []string {
	return []string{
		"FC_ACCOUNT_ID=" + AccountID,
		"FC_REGION=" + Region,
		"FC_FUNC_CODE_PATH=" + f.Dir,
		"FC_FUNCTION_NAME=" + f.Name,
		"FC_FUNCTION_HANDLER=" + filepath.Base(f.Path),
		"FC_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(f.Memory),
		"FC_INSTANCE_ID=" + instance,
	}
}

// unlikeLoopback names the same address so that Go's HTTP client would send
// requests for it through a proxy: Function Compute does not say that its runtime
// API is on loopback. (Lambda does.)
func unlikeLoopback(address string) string {
	_, port, _ := strings.Cut(address, ":")
	return "0.0.0.0:" + port
}

func lambdaEnvironment(f Function, instance, api string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + api,
		"AWS_LAMBDA_FUNCTION_NAME=" + f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(f.Memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME=" + instance,
		"AWS_REGION=" + Region,
		"AWS_DEFAULT_REGION=" + Region,
		"LAMBDA_TASK_ROOT=" + f.Dir,
		"_HANDLER=" + filepath.Base(f.Path),
	}
}

// wholeSeconds rounds up, because the SDK takes no fractions.
func wholeSeconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}

// newRequestID makes a request id in the shape of Function Compute's.
func newRequestID() string {
	return fmt.Sprintf("1-%08x-%s", time.Now().Unix(), randomHex(10))
}

func newUUID() string {
	s := randomHex(16)
	return s[:8] + "-" + s[8:12] + "-4" + s[13:16] + "-8" + s[17:20] + "-" + s[20:]
}

// randomHex returns n random bytes as lower-case hexadecimal digits.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
