package dev

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/vodctl/intake"
)

// Settings say what to start. Only Store is needed.
type Settings struct {
	// Store is the URL of the store. It is migrated.
	Store string
	// Functions is a directory with the built functions; "" means that they are
	// built from the source that the working directory is in.
	Functions string
	// Watch has the functions started anew when their source, or the binaries in Functions,
	// have changed, after building them again if need be.
	Watch bool
	// Listen is the address to serve at; "" means a free port on loopback.
	Listen string
	// Keys are those that callbacks may be signed with; none means a new one. Commands that
	// find this set-up sign with the first.
	Keys []string
	// Sinks are the URLs of places that take copies, as in VOD_SINKS. WebhookSecrets are
	// what webhooks are signed with, as in VOD_WEBHOOK_SECRET; none means a new one.
	Sinks          []string
	WebhookSecrets []string
	// Topic has the HTTP function publish new events to the local [Topic], as with
	// VOD_TOPIC, so that the MNS function delivers them.
	Topic bool
	// Fallback is the URL of the place where events wait that the store does not take, as
	// in VOD_FALLBACK, or "mns" for the local queue [Fallback], which is in memory; ""
	// means a directory beside the store.
	Fallback string
	// Hasten are names of sinks to which all that is owed is tried again every few seconds,
	// however often it has failed.
	Hasten []string
	// CallbackURLs are further URLs that VOD may sign, as it does if it reaches the
	// address through a tunnel.
	CallbackURLs []string
	// Instances and Timeout are those of each function; see [emulator.Function].
	Instances int
	Timeout   time.Duration
	// Progress is told what takes long. Logs receives all logs of the functions;
	// nil means that their errors go to Progress.
	Progress io.Writer
	Logs     io.Writer
	// Handled is called for each message that was handled, from several goroutines.
	Handled func(Handled)
	// Intake remembers each request to the callback address, and each message that was
	// handled; nil means that nobody wants to know.
	Intake *intake.Log
}

// Local is both functions and what is in front of them.
type Local struct {
	Address

	settings  Settings
	host      string
	dir       string // of the functions, if we built them
	http      *emulator.Pool
	mns       *emulator.Pool
	service   *service
	arrivals  *arrivals
	published *published
	watch     *watcher
	// background is what goes on besides, until stopBackground is called.
	background     sync.WaitGroup
	stopBackground context.CancelFunc
	server         *http.Server
	serving        sync.WaitGroup
	failed         chan error
}

// Start builds and starts everything, as long as ctx lasts. It runs until
// [Local.Stop], which has to be called, also after ctx has ended.
func Start(ctx context.Context, s Settings) (*Local, error) {
	if s.Progress == nil {
		s.Progress = io.Discard
	}
	s.Progress = &oneAtATime{w: s.Progress}
	if s.Handled == nil {
		s.Handled = func(Handled) {}
	}
	s.Handled = recorded(s.Intake, s.Handled)
	if len(s.Keys) == 0 {
		s.Keys = []string{NewKey()}
	}
	l := &Local{settings: s, arrivals: newArrivals(), published: newPublished(), failed: make(chan error, 2), stopBackground: func() {}}
	if err := l.start(ctx); err != nil {
		return nil, errors.Join(err, l.Stop(context.WithoutCancel(ctx)))
	}
	return l, nil
}

func (l *Local) start(ctx context.Context) error {
	// The address first: it fails at once, and building takes a minute.
	listener, err := listen(ctx, l.settings.Listen)
	if err != nil {
		return err
	}
	listeners, mnsAt, err := withLoopback(ctx, listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	l.server = &http.Server{ReadHeaderTimeout: 10 * time.Second}
	l.host = hostOf(listener.Addr())
	l.service = newService(mnsAt, l.arrivals, l.settings.Timeout)
	u, err := l.address()
	if err == nil {
		withdraw := l.announceStart()
		err = l.functions(ctx, u)
		withdraw()
	}
	if err != nil {
		for _, listener := range listeners {
			err = errors.Join(err, listener.Close())
		}
		return err
	}
	l.server.Handler = l.handler()
	for _, listener := range listeners {
		l.serving.Go(func() { l.failed <- l.server.Serve(listener) })
	}
	return nil
}

// address fills in the Address and returns the URLs for the functions.
func (l *Local) address() (u urls, err error) {
	shown, storeURL, err := storeURLs(l.settings.Store)
	if err != nil {
		return urls{}, err
	}
	fallback, fallbackURL, err := l.fallbackURLs(shown)
	l.Address = Address{
		CallbackURL:     "http://" + l.host + pathCallback,
		AuthKey:         l.settings.Keys[0],
		Store:           shown,
		Fallback:        fallback,
		TopicURL:        l.service.keyedURL("topics/" + Topic),
		TopicJSONURL:    l.service.keyedURL("topics/" + TopicJSON),
		QueueURL:        l.service.keyedURL("queues/" + Queue),
		MNSEndpoint:     l.service.sdkEndpoint(),
		AccessKeyID:     AccessKeyID,
		AccessKeySecret: l.service.secret,
		Sinks:           l.settings.Sinks,
		PID:             os.Getpid(),
		Started:         time.Now().UTC(),
	}
	if len(l.settings.Sinks) > 0 {
		l.WebhookSecrets = l.settings.WebhookSecrets
		if len(l.WebhookSecrets) == 0 {
			l.WebhookSecrets = []string{NewWebhookSecret()}
		}
	}
	return urls{store: storeURL, fallback: fallbackURL}, err
}

// urls are those of places on this machine, for the functions.
type urls struct{ store, fallback string }

// functions builds and starts the functions.
func (l *Local) functions(ctx context.Context, u urls) error {
	dir := l.settings.Functions
	if dir == "" {
		root, err := Root(".")
		if err != nil {
			return err
		}
		if l.dir, err = TempDir("functions"); err != nil {
			return err
		}
		dir = l.dir
		if l.settings.Watch {
			l.watchSource(ctx, root, dir)
		}
		if err := Build(ctx, root, dir, l.settings.Progress); err != nil {
			return err
		}
	}
	if l.settings.Watch && l.watch == nil {
		l.watchBinaries(ctx, dir)
	}
	if err := migrate(ctx, u.store); err != nil {
		return err
	}
	env := []string{
		"VOD_STORE=" + u.store,
		"VOD_FALLBACK=" + u.fallback,
		"VOD_CALLBACK_URL=" + strings.Join(l.signedURLs(), " "),
		"VOD_AUTH_KEY=" + strings.Join(l.settings.Keys, " "),
		"VOD_SINKS=" + strings.Join(l.Sinks, " "),
		"VOD_WEBHOOK_SECRET=" + strings.Join(l.WebhookSecrets, " "),
		"VOD_DEAD_LETTER_QUEUE=" + l.service.url("queues/"+DeadLetters).String(),
		"LOG_LEVEL=info", // what became of messages is read from the log
	}
	if l.settings.Topic {
		env = append(env, "VOD_TOPIC="+l.service.url("topics/"+Topic).String())
	}
	var err error
	if l.http, err = l.function(ctx, dir, "http", env); err != nil {
		return err
	}
	if l.mns, err = l.function(ctx, dir, "mns", env); err != nil {
		return err
	}
	l.startBackground(ctx, u)
	l.mns.Timer(ctx, emulator.TimerTrigger{Every: redriveEvery})
	l.trigger(ctx, l.mns)
	return nil
}

// redriveEvery is how often the MNS function's timer goes off. Function Compute's
// shortest is a minute, which is long for somebody who watches.
const redriveEvery = 5 * time.Second

func (l *Local) function(ctx context.Context, dir, name string, env []string) (*emulator.Pool, error) {
	path, err := binary(dir, name)
	if err != nil {
		return nil, err
	}
	f := emulator.Function{
		Name: name, Path: path, Env: env, Instances: l.settings.Instances, Timeout: l.settings.Timeout,
		Output: &logs{
			verbose: l.settings.Logs, trouble: l.settings.Progress, handled: l.settings.Handled, arrivals: l.arrivals, published: l.published,
		},
		Credentials: func() emulator.Credentials { return l.service.role },
	}
	if name == "mns" {
		f.Async.OnFailure = l.deadLetter
	}
	// Not the end of ctx ends it, which would kill what is in progress, but Stop.
	return emulator.Start(context.WithoutCancel(ctx), f)
}

// Counts returns what happened to the functions.
func (l *Local) Counts() (http, mns emulator.Counts) { return l.http.Counts(), l.mns.Counts() }

// Failed delivers an error if the server ends by itself.
func (l *Local) Failed() <-chan error { return l.failed }

// stopTime is how long work in progress may take to end.
const stopTime = 3 * time.Second

// Stop ends everything and waits for it. What is in progress gets three seconds.
func (l *Local) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, stopTime, errors.New("still busy after 3 s"))
	defer cancel()
	l.stopBackground()
	var err error
	if l.service != nil {
		l.service.Close() // nobody waits for messages any more
	}
	if l.server != nil {
		if l.server.Shutdown(ctx) != nil {
			err = l.server.Close()
		}
	}
	var pools sync.WaitGroup
	for _, p := range []*emulator.Pool{l.http, l.mns} {
		if p != nil {
			// Its error says that work was cut short, which the functions must survive.
			pools.Go(func() { _ = p.Shutdown(ctx) })
		}
	}
	pools.Wait()
	if l.service != nil {
		l.sayLost()
	}
	l.background.Wait()
	l.serving.Wait()
	if l.dir != "" {
		err = errors.Join(err, os.RemoveAll(l.dir))
	}
	return err
}

// oneAtATime makes a writer safe for several goroutines.
type oneAtATime struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(p)
}
