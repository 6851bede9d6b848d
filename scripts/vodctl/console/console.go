package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Settings say what to show. Only Store is needed.
type Settings struct {
	// Store is what is shown; it has to be a [store.Reader].
	Store store.Store
	// StoreName is what the store is called, without a password.
	StoreName string
	// Pipeline carries out what is asked for by buttons; nil makes the console read-only.
	Pipeline *pipeline.Pipeline
	// Intake has what came in lately, also what left no trace in the store; nil means
	// that it is not known.
	Intake Intake
	// Simulator sends events; nil means that there is no form for that.
	Simulator Simulator
	// Start says how the first event gets here, for a list without one.
	Start Start
	// Curl returns the shell command that sends body as a callback of now; nil means that
	// there is none to copy.
	Curl func(ctx context.Context, body []byte) (string, error)
	// Token has to be given by whoever wants to see anything, and should be long and
	// random, see [MinToken]; empty means that the address is on loopback, so that only
	// this machine gets there.
	Token string
	// Every is how often the store is asked whether there is news; 0 means every second.
	Every time.Duration
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
	Log *slog.Logger // nil means none
}

// Start is what somebody needs who has no events yet.
type Start struct {
	CallbackURL, Key string // of the receiver; may be empty
	Command          string // of a shell, that sends events; may be empty
}

// Intake is what remembers what came in lately, such as an [intake.Log].
type Intake interface {
	// List returns the last n arrivals, the last one first.
	List(n int) []intake.Arrival
	// Of returns those with an id, the last one first.
	Of(id vod.ID) []intake.Arrival
	// Get returns the one with a number, if it is still remembered.
	Get(number int) (intake.Arrival, bool)
}

// Console is the page. It may be used by several goroutines at once.
type Console struct {
	settings Settings
	reader   store.Reader
	views    views
	mux      *http.ServeMux
	slots    chan struct{} // one is held while a page is made
	counted  letterCount
	pulse    pulse
	sendings sendings
	sessions sessions
	guess    chan struct{} // held by whoever gives a token
}

// ErrNotReadable means that the store cannot be asked what it holds.
var ErrNotReadable = errors.New("console: this kind of store cannot be read")

// New returns the console of a store.
func New(s Settings) (*Console, error) {
	reader, ok := s.Store.(store.Reader)
	if !ok {
		return nil, ErrNotReadable
	}
	if s.Every == 0 {
		s.Every = time.Second
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	c := &Console{settings: s, reader: reader, mux: http.NewServeMux(), guess: make(chan struct{}, 1)}
	var err error
	if c.views, err = newViews(s.Now); err != nil {
		return nil, err
	}
	c.slots = make(chan struct{}, manyPages)
	c.routes()
	return c, nil
}

// routes ties addresses to pages. What changes something is a POST.
func (c *Console) routes() {
	c.mux.Handle("GET /assets/", assetHandler())
	c.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, asset("icon.svg"), http.StatusFound)
	})
	c.mux.HandleFunc("GET /live", c.live)
	c.mux.HandleFunc("GET /login", c.welcome)
	c.mux.HandleFunc("POST /login", c.login)
	c.mux.HandleFunc("POST /logout", c.logout)
	c.mux.Handle("GET /{$}", http.RedirectHandler("/events", http.StatusFound))
	c.page("GET /events", c.events)
	c.page("GET /events/{id}", c.event)
	c.mux.Handle("GET /events/{id}/body", limited(c.eventBody))
	if c.settings.Curl != nil {
		c.mux.Handle("GET /events/{id}/curl", limited(c.curl))
	}
	c.page("GET /drift", c.drift)
	if c.settings.Simulator != nil {
		c.page("GET /send", c.send)
		c.page("GET /send/{number}", c.sent)
		c.mux.HandleFunc("POST /send", c.doSend)
	}
	c.act("POST /events/{id}/replay", c.replay)
	c.page("GET /media", c.media)
	c.page("GET /media/{id}", c.medium)
	c.mux.HandleFunc("GET /medium", c.findMedium)
	c.page("GET /sinks", c.sinks)
	c.page("GET /sinks/{name}", c.sink)
	c.act("POST /sinks/{name}/hasten", c.hasten)
	c.page("GET /dead-letters", c.deadLetters)
	c.page("GET /dead-letters/{id}", c.deadLetter)
	c.mux.Handle("GET /dead-letters/{id}/body", limited(c.letterBody))
	c.act("POST /dead-letters/redrive-all", c.redriveLetters)
	c.act("POST /dead-letters/{id}/redrive", c.redriveLetter)
	c.act("POST /dead-letters/{id}/drop", c.dropLetter)
	if c.settings.Intake != nil {
		c.page("GET /arrivals", c.arrivals)
		c.page("GET /arrivals/{number}", c.arrival)
	}
	c.mux.Handle("GET /", c.show(func(*http.Request) (view, error) { return view{}, errNotFound }))
}

// page ties a page to an address.
func (c *Console) page(pattern string, show func(*http.Request) (view, error)) {
	c.mux.Handle(pattern, c.show(show))
}
