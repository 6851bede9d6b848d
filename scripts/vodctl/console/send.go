package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// sendPage is the form that sends an event.
type sendPage struct {
	Choice   choice
	Types    []vod.Type
	Variants []string
	Doc      string // what the chosen type reports
	Source   string // the page that says so
	Body     string
	Ways     []string
}

// choice is which event the form makes, as it stands in the address.
type choice struct {
	Type    vod.Type
	Variant string
	Medium  string
	Seed    int
	Fail    bool
}

// choiceOf reads the choice of a request. What VOD does not have is as if it were not said.
func choiceOf(v url.Values) choice {
	c := choice{
		Type: vod.Type(strings.TrimSpace(v.Get("type"))), Variant: v.Get("variant"), Medium: strings.TrimSpace(v.Get("medium")), Fail: v.Get("fail") != "",
	}
	if c.Type == "" {
		c.Type = vod.TypeFileUploadComplete
	}
	if !slices.Contains(vodtest.Variants(c.Type), c.Variant) {
		c.Variant = ""
	}
	c.Seed, _ = strconv.Atoi(v.Get("seed")) // 0 is as good as any
	return c
}

// body makes the event.
func (c choice) body(now time.Time) []byte {
	opts := []vodtest.Option{vodtest.At(now), vodtest.Seed(c.Seed), vodtest.Variant(c.Variant)}
	if c.Medium != "" {
		opts = append(opts, vodtest.Medium(c.Medium))
	}
	if c.Fail {
		opts = append(opts, vodtest.Fail())
	}
	return vodtest.NewEvent(c.Type, opts...)
}

// send shows the form.
func (c *Console) send(r *http.Request) (view, error) {
	chosen := choiceOf(r.URL.Query())
	body := chosen.body(c.settings.Now())
	shape := fielddoc.Of(chosen.Type, body)
	page := sendPage{
		Choice: chosen, Types: vod.Types(), Variants: vodtest.Variants(chosen.Type), Doc: shape.Doc, Source: shape.Source,
		Body: pretty(body), Ways: c.settings.Simulator.Ways(),
	}
	if !slices.Contains(page.Types, chosen.Type) {
		page.Types = append(page.Types, chosen.Type)
	}
	return view{Name: "send", Title: "Send an event", Nav: "send", Data: page}, nil
}

// maxSend is how large the form may be, in bytes: each byte of a body may take three in it.
const maxSend = 3*vod.MaxBody + 64<<10

// errTooLarge is of bodies that the receiver does not take as events.
var errTooLarge = &requestError{"That is more than can be sent from here: at most 1 MiB."}

// doSend sends what the form holds, and shows what became of it at an address of its
// own, so that to load the page again does not send it again.
func (c *Console) doSend(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxSend)
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			c.fail(w, r, errTooLarge)
		} else {
			c.fail(w, r, &requestError{"The form cannot be read."})
		}
		return
	}
	way := r.PostFormValue("way")
	if !slices.Contains(c.settings.Simulator.Ways(), way) {
		c.fail(w, r, &requestError{"Choose a way to send it."})
		return
	}
	// Browsers send line ends as CRLF.
	body := []byte(strings.ReplaceAll(r.PostFormValue("body"), "\r\n", "\n"))
	if len(body) > vod.MaxBody {
		c.fail(w, r, errTooLarge)
		return
	}
	result, err := c.settings.Simulator.Send(r.Context(), way, body)
	if err != nil {
		c.fail(w, r, errors.Join(errors.New("it could not be sent"), err))
		return
	}
	id, _ := vod.IDOf(body) // what is no JSON has an id, too
	sent := sending{Way: way, ID: id, At: c.settings.Now(), Result: result, Size: len(body)}
	if e, err := vod.Parse(body); err == nil {
		sent.Type, sent.Medium = e.Head().Type, e.Head().Subject
	}
	http.Redirect(w, r, "/send/"+strconv.Itoa(c.sendings.add(sent)), http.StatusSeeOther)
}

// sending is what became of an event that the form sent.
type sending struct {
	Way    string
	ID     vod.ID
	Type   vod.Type // empty if it is none
	Medium string
	At     time.Time
	Size   int // in bytes
	vodtest.Result
}

// sent shows what became of an event.
func (c *Console) sent(r *http.Request) (view, error) {
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return view{}, errNotFound
	}
	s, ok := c.sendings.get(n)
	if !ok {
		return view{}, errNotFound
	}
	return view{Name: "sent", Title: "Sent", Nav: "send", Data: s}, nil
}

// sendings remembers the last ones, each under a number.
type sendings struct {
	mu   sync.Mutex
	last int
	kept map[int]sending
}

// keepSendings is how many are remembered.
const keepSendings = 50

func (s *sendings) add(one sending) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[int]sending{}
	}
	s.last++
	s.kept[s.last] = one
	delete(s.kept, s.last-keepSendings)
	return s.last
}

func (s *sendings) get(n int) (sending, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.kept[n]
	return one, ok
}
