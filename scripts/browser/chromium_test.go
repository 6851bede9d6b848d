package browser_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/chromedp"
)

// browser is the context of the one Chromium that all tests use, each in tabs and with
// cookies of its own; nil if there is none on this machine.
var browser context.Context

// remoteName is the name of a machine that the browser takes for another one.
const remoteName = "desk.example.com"

// chromium returns the path of the browser; empty if there is none.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// startBrowser starts the browser with an empty profile, and returns its context and what
// stops it.
func startBrowser(profile string) (ctx context.Context, stop func(), err error) {
	path := chromium()
	if path == "" {
		return nil, func() {}, nil
	}
	var said bytes.Buffer
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.CombinedOutput(&said),
		chromedp.Headless,
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.DisableGPU,
		// Sandboxes need rights that root does not give away.
		chromedp.Flag("no-sandbox", os.Getuid() == 0),
		// A name that is loopback's, and as little trusted as another machine.
		chromedp.Flag("host-resolver-rules", "MAP "+remoteName+" 127.0.0.1"),
	}
	for _, name := range []string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "disable-extensions",
		"disable-breakpad", "disable-dev-shm-usage", "metrics-recording-only", "hide-scrollbars",
		// Tabs in the background are as awake as the one in front.
		"disable-background-timer-throttling", "disable-backgrounding-occluded-windows", "disable-renderer-backgrounding",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(allocator) // it ends with the allocator's
	late := time.AfterFunc(time.Minute, cancel)
	defer late.Stop()
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, nil, fmt.Errorf("start %s: %w\n%s", path, err, said.String())
	}
	return ctx, func() {
		ending, done := context.WithTimeout(ctx, 10*time.Second)
		defer done()
		_ = chromedp.Cancel(ending) // orderly, if it can
		cancel()
	}, nil
}
