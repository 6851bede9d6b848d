package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	browserdomain "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// patience is how long a tab waits for what must come. Machines may be loaded.
const patience = 20 * time.Second

// tab is a tab of the browser that looks at one console, with cookies of its own. The
// test fails if anything goes wrong in it: an error or a warning in the browser's console,
// an exception, something that the content security policy forbids, a request to elsewhere.
type tab struct {
	t      *testing.T
	ctx    context.Context //nolint:containedctx // chromedp keeps the tab in it
	origin string

	mu       sync.Mutex
	problems []string
	expected []*regexp.Regexp
	// asked are the questions that pages asked, and answer is what is answered to them.
	asked  []string
	answer bool
}

// open opens a page of a console in a new tab, 1440 by 900 pixels, in light colours.
func (s *server) open(t *testing.T, path string) *tab {
	t.Helper()
	b := s.tab(t)
	b.visit(path)
	return b
}

// tab opens an empty tab.
func (s *server) tab(t *testing.T) *tab {
	t.Helper()
	if browser == nil {
		missing(t, "Chromium (Debian's package chromium)")
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx, origin: s.ConsoleURL}
	require.NoError(t, chromedp.Listen(ctx, b.watch))
	t.Cleanup(func() {
		if t.Failed() && artifacts() {
			b.keep("failed", chromedp.CaptureScreenshot())
		}
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.problems {
			t.Errorf("the browser found wrong: %s", p)
		}
	})
	b.do(chromedp.Func(bringToFront))
	b.size(1440, 900)
	b.prefer("light")
	return b
}

// watch notes what goes wrong.
func (b *tab) watch(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.wrong("uncaught: " + e.ExceptionDetails.Text + " " + describe(e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, describe(a))
			}
			b.wrong("console: " + strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.wrong(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *page.EventJavascriptDialogOpening:
		b.mu.Lock()
		b.asked = append(b.asked, e.Message)
		answer := page.HandleJavaScriptDialogParams{Accept: b.answer}
		b.mu.Unlock()
		// The page stands still until it has an answer, and this must not wait for that.
		go func() { _, _ = chromedp.Call(b.ctx, page.HandleJavaScriptDialog, answer) }()
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; u != b.origin && !strings.HasPrefix(u, b.origin+"/") && u != "about:blank" {
			b.wrong("request to elsewhere: " + u)
		}
	}
}

func describe(o *runtime.RemoteObject) string {
	switch {
	case o == nil:
		return ""
	case o.Description != "":
		return o.Description
	default:
		return string(o.Value)
	}
}

func (b *tab) wrong(problem string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.expected {
		if e.MatchString(problem) {
			return
		}
	}
	b.problems = append(b.problems, problem)
}

// expect lets a problem pass that the test brings about.
func (b *tab) expect(pattern string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = append(b.expected, regexp.MustCompile(pattern))
}

// asks clicks at what asks a question first, and answers it.
func (b *tab) asks(selector, text, question string, answer bool) {
	b.t.Helper()
	b.mu.Lock()
	b.asked, b.answer = nil, answer
	b.mu.Unlock()
	b.click(selector, text)
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Len(b.t, b.asked, 1, "a question")
	require.Contains(b.t, b.asked[0], question)
}

// do carries out actions of chromedp.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeoutCause(b.ctx, patience, errors.New("the browser took too long"))
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, actions...))
}

// visit goes to a page, as by the address bar.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.origin + path))
}

// size sets the size of the page in pixels.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

// prefer sets the colours that the system prefers, light or dark. Nothing moves.
func (b *tab) prefer(scheme string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	require.NoError(b.t, err)
}

// evaluate returns the value of an expression of JavaScript.
func evaluate[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression)
	return value
}

// until waits for an expression of JavaScript to be true of a page that has loaded, and
// also across pages.
func (b *tab) until(expression, why string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		// While a page gives way to another there is nothing to ask.
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && !!("+expression+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
			require.FailNow(b.t, why, "%v\nThe page:\n%s", err, text)
		}
	}
}

// find is an expression for the first element that a selector finds, is shown, and has
// a text in it.
func find(selector, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].find((e) => e.checkVisibility({visibilityProperty: true}) && (e.innerText ?? e.textContent).includes(%s))`,
		quoted(selector), quoted(text))
}

// quoted returns a string of JavaScript.
func quoted(text string) string {
	q, err := json.Marshal(text)
	if err != nil {
		panic(err) // never: it is a string
	}
	return string(q)
}

// sees waits for a visible element with a text.
func (b *tab) sees(selector, text string) {
	b.t.Helper()
	b.until(find(selector, text), fmt.Sprintf("no %s with %q appears", selector, text))
}

// misses waits until there is no visible element with a text.
func (b *tab) misses(selector, text string) {
	b.t.Helper()
	b.until("!"+find(selector, text), fmt.Sprintf("%s with %q stays", selector, text))
}

// count waits until a selector finds so many elements.
func (b *tab) count(selector string, n int) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelectorAll(%s).length === %d", quoted(selector), n), fmt.Sprintf("not %d of %s", n, selector))
}

// at waits until a page is there, by its path and query.
func (b *tab) at(path string) {
	b.t.Helper()
	b.until("location.pathname + location.search === "+quoted(path), "not at "+path)
}

// click clicks at the middle of the first visible element with a text: whatever lies
// over it gets the click, as with people.
func (b *tab) click(selector, text string) {
	b.t.Helper()
	b.sees(selector, text)
	at := evaluate[struct{ X, Y float64 }](b, `(() => {
		const e = `+find(selector, text)+`;
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getClientRects()[0];
		return {X: r.x + r.width / 2, Y: r.y + r.height / 2};
	})()`)
	b.do(chromedp.MouseClickXY(at.X, at.Y))
}

// press presses keys, one after the other. A key that the page takes for itself writes
// nothing into a field.
func (b *tab) press(keys string) {
	b.t.Helper()
	for _, key := range keys {
		events := kb.Encode(key)
		down, up := events[0], events[len(events)-1]
		if len(events) == 3 { // what it writes comes with it
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		down.Type = kb.KeyDown
		b.do(keyEvent(down), keyEvent(up))
	}
}

func keyEvent(e *input.DispatchKeyEventParams) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *e)
		return err
	})
}

// fill replaces the text of a field by typing.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.until("document.querySelector("+quoted(selector)+")", "no "+selector)
	evaluate[any](b, `(() => { const e = document.querySelector(`+quoted(selector)+`); e.focus(); e.select(); return true; })()`)
	b.press(text)
}

// choose chooses an option of a list.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.until(fmt.Sprintf("[...document.querySelector(%s)?.options ?? []].some((o) => o.value === %s)", quoted(selector), quoted(value)),
		"no "+value+" in "+selector)
	evaluate[any](b, `(() => {
		const e = document.querySelector(`+quoted(selector)+`);
		e.value = `+quoted(value)+`;
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	})()`)
}

// text returns the text of the page as it is shown.
func (b *tab) text(selector string) string {
	b.t.Helper()
	b.until("document.querySelector("+quoted(selector)+")", "no "+selector)
	return evaluate[string](b, "document.querySelector("+quoted(selector)+").innerText")
}

// keep keeps a picture of the page.
func (b *tab) keep(name string, take chromedp.Action[[]byte]) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, take)
	path := filepath.Join(b.t.ArtifactDir(), name+".png")
	if err == nil {
		err = os.WriteFile(path, picture, 0o600)
	}
	if err != nil {
		b.t.Logf("no picture of the page: %v", err)
		return
	}
	b.t.Logf("the page as it was: %s", path)
}

// artifacts reports whether pictures of pages are wanted: go test -artifacts.
func artifacts() bool { return flag.Lookup("test.artifacts").Value.String() == "true" }

// allow gives a permission to the console that people give when they are asked.
func (b *tab) allow(permission string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.CallBrowser(ctx, browserdomain.SetPermission, browserdomain.SetPermissionParams{
		Permission: &browserdomain.PermissionDescriptor{Name: permission}, Setting: browserdomain.PermissionSettingGranted,
		Origin: b.origin, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
	})
	require.NoError(b.t, err)
}

// bringToFront has a tab behave as the one in front, whichever is: others are, too.
func bringToFront(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return err
}

// disableScripts lets pages run no scripts.
func disableScripts(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return err
}
