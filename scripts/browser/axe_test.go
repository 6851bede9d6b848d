package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axeVersion is the version of axe-core on npm that pages are held against.
const axeVersion = "4.14.1"

// axeScript returns the source of axe-core, which npm installs into a temporary directory.
var axeScript = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "browser-test-axe-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(context.Background(), "npm", "install", "--prefix", dir, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund",
		"--no-update-notifier", "--loglevel=error", "axe-core@"+axeVersion)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install axe-core: %w\n%s", err, out)
	}
	script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	return string(script), err
})

// violation is what axe-core finds wrong.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML           string          `json:"html"`
		Target         json.RawMessage `json:"target"`
		FailureSummary string          `json:"failureSummary"`
	} `json:"nodes"`
}

// TestAccessible holds every page against the rules of axe-core, in light and dark, on
// large screens, tablets and phones, and to not being wider than the screen.
func TestAccessible(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("npm"); err != nil {
		missing(t, "npm")
	}
	s := receivedMuch(t)
	all := pages(t, s.open(t, "/events"))
	empty := receive(t)
	type one struct {
		server *server
		path   string
	}
	var todo []one
	for _, path := range all {
		todo = append(todo, one{s, path})
	}
	for _, path := range pages(t, empty.open(t, "/events")) {
		todo = append(todo, one{empty, path})
	}
	todo = append(todo, one{s, "/nothing/here"})
	for _, o := range todo {
		name := strings.TrimPrefix(o.path, "/")
		if o.server == empty {
			name += " of an empty store"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			accessible(t, o.server, o.path)
		})
	}
}

func accessible(t *testing.T, s *server, path string) {
	t.Helper()
	script, err := axeScript()
	require.NoError(t, err)
	b := s.tab(t)
	b.expect("40[14]")
	b.do(chromedp.Func(bypassPolicy)) // which would not let axe-core in
	b.visit(path)
	evaluate[any](b, script+"\n;true")
	for _, width := range []int64{1440, 768, 390} {
		b.size(width, 900)
		if wide := evaluate[[]string](b, sticksOut); len(wide) > 0 {
			t.Errorf("%s is wider than a screen of %d pixels by %s", path, width, strings.Join(wide, "\nand "))
		}
		for _, scheme := range []string{"light", "dark"} {
			b.prefer(scheme)
			if artifacts() {
				b.keep(fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(path[1:], "/", "-"), width, scheme), chromedp.FullScreenshot(100))
			}
			for _, v := range evaluate[[]violation](b, `axe.run({resultTypes: ["violations"]}).then((r) => r.violations)`) {
				for _, n := range v.Nodes {
					t.Errorf("%s at %d pixels, %s: %s: %s\n%s\n%s", path, width, scheme, v.ID, v.Help, n.HTML, n.FailureSummary)
				}
			}
		}
	}
}

// sticksOut is an expression for what is wider than the screen, if the page scrolls
// sideways: the first few elements that hold no others, and are in no box that scrolls.
const sticksOut = `document.documentElement.scrollWidth <= innerWidth ? [] : (() => {
	const boxed = (e) => e !== document.body && (getComputedStyle(e).overflowX !== "visible" || boxed(e.parentElement));
	return [...document.querySelectorAll("body *")].
		filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.childElementCount === 0 && !boxed(e)).
		slice(0, 5).map((e) => e.outerHTML.slice(0, 120)).concat("no other");
})()`

func bypassPolicy(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true})
	return err
}
