package cli

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
)

type devCommand struct {
	Listen      string        `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where to serve; port 0 is any free port. Default: ${default}."`
	Store       storeURL      `placeholder:"URL" help:"The store. Default: a SQLite file in your cache directory, whose name is printed."`
	Key         []string      `sep:"none" help:"A key that callbacks may be signed with. Repeatable, as while it is changed; this command and others sign with the first. Default: a new one, which is printed."`
	CallbackURL []string      `name:"callback-url" sep:"none" placeholder:"URL" help:"Another URL that VOD signs, such as that of a tunnel to here. Repeatable."`
	Sink        []string      `sep:"none" placeholder:"URL" help:"A place that takes copies, such as http://127.0.0.1:9000/hook#name=mine&private=allow. Repeatable. \"env\" stands for those of VOD_SINKS, where others on this machine cannot see passwords. Default: none."`
	ForwardTo   []string      `name:"forward-to" sep:"none" placeholder:"URL" help:"Your own service, such as http://localhost:3000/hook or just its port, which gets each event as a signed webhook. Repeatable."`
	Topic       bool          `help:"Have the HTTP function publish new events to the local topic, as with VOD_TOPIC; then the MNS function delivers them."`
	Fallback    string        `placeholder:"URL" help:"Where events wait while the store is away, as in VOD_FALLBACK, or \"mns\" for a local queue, which is in memory and ends with this command. Default: a directory beside the store."`
	Instances   int           `default:"10" help:"How many instances of each function may run at once. Default: ${default}."`
	Timeout     time.Duration `default:"10s" help:"How long a function may take. Default: ${default}."`
	Functions   string        `type:"existingdir" placeholder:"DIR" help:"Use the binaries http and mns in this directory instead of building them."`
	NoWatch     bool          `help:"Let the functions go on as they are when their source, or what is in --functions, changes."`
	Console     string        `placeholder:"ADDRESS" help:"Where to serve the page that shows what comes in, or \"off\". Default: the port after that of --listen, else any free port."`
	Verbose     bool          `short:"v" help:"Print all logs of the functions on stderr."`
}

// Help implements kong.HelpProvider.
func (devCommand) Help() string {
	return `Builds both functions, migrates the store, and runs the functions under a local Function Compute: an HTTP trigger ` +
		`for signed callbacks, and a local Simple Message Queue (MNS) with topics and a queue in front of the MNS function, for your ` +
		`own programs, too: any SDK, with the endpoint and AccessKey that are printed. Prints one line for each event. Ctrl-C ends it.

What the functions are made from is watched: they are built again when it changes, or go on as they were if that fails. ` +
		`vodctl itself is not built again, nor is what it carries out, such as migrations: start it again for that.

    vodctl dev --listen 127.0.0.1:0 --json

With --json the first line is an object with console_url, callback_url, auth_key, store, fallback, topic_url, topic_json_url, ` +
		`queue_url, mns_endpoint, access_key_id, access_key_secret, sinks (their names), webhook_secret (if it is a new one), pid, started and send, the shell command that sends an event; each further line ` +
		`is an event that was handled, or tells how many events a sink was given, or did not take, or how many came out of the fallback.`
}

// Run starts everything and waits for the end of ctx.
func (c *devCommand) Run(ctx context.Context, a *app) error {
	if err := errors.Join(checkBlanks("--sink", c.Sink), checkBlanks("--forward-to", c.ForwardTo), checkBlanks("--callback-url", c.CallbackURL)); err != nil {
		return err
	}
	to, err := c.copies(a)
	if err != nil {
		return err
	}
	settings, err := c.settings(a, to)
	if err != nil {
		return err
	}
	page, err := c.newDevConsole(ctx)
	if err != nil {
		return err
	}
	events := newEventLines(a)
	settings.Handled, settings.Intake = events.print, page.intake
	local, err := dev.Start(ctx, settings)
	if err != nil {
		err = errors.Join(err, page.close())
		if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
			return nil // stopped while building
		}
		return err
	}
	if err := page.serve(a, local.Address, to); err != nil {
		return errors.Join(err, page.close(), local.Stop(context.WithoutCancel(ctx)))
	}
	local.ConsoleURL = page.url()
	for _, other := range local.SharingStore() {
		a.note("warning: vodctl dev (pid %d) at %s uses the same store: both go on, with two timers and two sets of sinks; "+
			"--store gives one of them another store", other.PID, other.CallbackURL)
	}
	withdraw, err := local.Announce()
	if err != nil {
		a.note("other commands cannot find this one and need --url, --key and --store: %v", err)
		withdraw = func() {}
	}
	if err = c.welcome(a, local.Address, to); err == nil {
		events.open()
		err = wait(ctx, a, local.Failed(), page.failed())
	}
	withdraw()
	if !a.json {
		a.note("stopping …")
	}
	return errors.Join(err, page.close(), local.Stop(context.WithoutCancel(ctx)))
}

func (c *devCommand) settings(a *app, to copies) (dev.Settings, error) {
	s := dev.Settings{
		Listen: c.Listen, Store: string(c.Store), Keys: c.Key, CallbackURLs: c.CallbackURL, Functions: c.Functions, Watch: !c.NoWatch,
		Topic: c.Topic, Fallback: c.Fallback, Sinks: to.urls, WebhookSecrets: to.secrets, Hasten: to.forwardNames(), Instances: c.Instances, Timeout: c.Timeout, Progress: a.Stderr,
	}
	if c.Verbose {
		s.Logs = a.Stderr
	}
	for _, key := range c.Key {
		if err := dev.CheckKey(key); err != nil {
			return s, usagef("--key: %v", err)
		}
	}
	if err := checkListen("--listen", c.Listen); err != nil {
		return s, err
	}
	if err := dev.CheckFallback(c.Fallback); err != nil {
		return s, usagef("--fallback: %v", err)
	}
	if c.Instances < 1 {
		return s, usagef("--instances %d: want at least 1", c.Instances)
	}
	if c.Timeout < time.Second {
		return s, usagef("--timeout %s: want at least 1s", c.Timeout)
	}
	if s.Store == "" {
		file, err := dev.DefaultFile()
		if err != nil {
			return s, usagef("there is no cache directory to keep a store in (%v): give --store sqlite:vod.db", err)
		}
		s.Store = dev.FileStore(file)
	}
	return s, nil
}

// checkBlanks refuses white space in URLs, which stands between them in the settings
// of the functions.
func checkBlanks(flag string, urls []string) error {
	if slices.ContainsFunc(urls, func(u string) bool { return strings.ContainsFunc(u, unicode.IsSpace) }) {
		return usagef("%s: there is white space in a URL: write %%20 for a blank, and %s before each URL", flag, flag)
	}
	return nil
}

// checkListen says what is wrong with an address to serve at, which a flag gave.
func checkListen(flag, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return usagef("%s %s: want HOST:PORT with a port of at most 65535, such as 127.0.0.1:8080", flag, address)
	}
	return nil
}
