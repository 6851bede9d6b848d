package emulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// A function that fails is answered with 200 all the same.
func Example() {
	ctx := context.Background()
	pool, err := emulator.Start(ctx, emulator.Function{Path: testFunction})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = pool.Shutdown(ctx) }()

	for _, path := range []string{"/do=ok", "/do=error", "/do=exit"} {
		w := httptest.NewRecorder()
		pool.HTTPTrigger().ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
		fmt.Printf("%s %d %q\n", path, w.Code, w.Header().Get("X-Fc-Error-Type"))
	}
	fmt.Println(pool.Counts())

	// Output:
	// /do=ok 200 ""
	// /do=error 200 "UnhandledInvocationError"
	// /do=exit 200 "ProcessExited"
	// invocations=3 cold_starts=1 errors=1 killed=1
}

// Messages come back as often as the queue's policy says, and then are given up.
func ExampleQueue() {
	ctx := context.Background()
	pool, err := emulator.Start(ctx, emulator.Function{Path: testFunction})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = pool.Shutdown(ctx) }()

	queue := pool.Queue(ctx, emulator.QueueTrigger{Retries: 1, RetryDelay: soon})
	if err := queue.Send("do=ok", "do=error"); err != nil {
		fmt.Println(err)
		return
	}
	if err := queue.Drain(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pool.Counts())

	// Output:
	// invocations=3 cold_starts=1 errors=2 retries=1 dead_letters=1
}
