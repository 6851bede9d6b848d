package cli

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

// pipeline returns what the functions put events through, with their settings: the
// environment's, or those of the vodctl dev that uses the store.
func (u storeURL) pipeline(a *app, s store.Store, log *slog.Logger) (*pipeline.Pipeline, error) {
	c, wrong := config.Load(a.Getenv) // what is wrong with other settings is not for us to say
	if a.Getenv("VOD_HTTPS_DOMAINS") != "" && len(c.HTTPSDomains) == 0 {
		return nil, usagef("%v", wrong)
	}
	urls := []string(c.Sinks)
	secrets := []string(c.WebhookSecrets)
	// With the same sinks it may have a secret that it made, which no environment has.
	if running, ok := u.running(a); ok && (len(urls) == 0 || slices.Equal(urls, running.Sinks)) {
		urls, secrets = running.Sinks, running.WebhookSecrets
	}
	routes, err := sink.Open(urls, sink.Options{WebhookSecrets: secrets})
	if err != nil {
		return nil, usagef("VOD_SINKS: %v", err)
	}
	return &pipeline.Pipeline{Store: s, Sinks: routes, HTTPSDomains: c.HTTPSDomains, Log: log}, nil
}

// running returns the vodctl dev that uses the store.
func (u storeURL) running(a *app) (dev.Address, bool) {
	wanted := cmp.Or(string(u), strings.TrimSpace(a.Getenv("VOD_STORE")))
	file, err := filepath.Abs(dev.StoreFile(wanted))
	isFile := err == nil && dev.StoreFile(wanted) != ""
	all, err := dev.All()
	if err != nil {
		return dev.Address{}, false
	}
	i := slices.IndexFunc(all, func(r dev.Address) bool {
		return wanted == "" || wanted == r.Store || isFile && file == dev.StoreFile(r.Store)
	})
	if i < 0 {
		return dev.Address{}, false
	}
	return all[i], true
}

// choose keeps only the sinks with these names.
func choose(routes []*sink.Route, names []string) ([]*sink.Route, error) {
	var all []string
	for _, r := range routes {
		all = append(all, r.Name)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, usagef("VOD_SINKS has no sink called %q, only %s%s", name, cmp.Or(strings.Join(all, ", "), "none"), nearest.Hint(name, all))
		}
	}
	return slices.DeleteFunc(routes, func(r *sink.Route) bool { return !slices.Contains(names, r.Name) }), nil
}

type sinksCommand struct {
	Store storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (sinksCommand) Help() string {
	return `Lists the places that take copies, as the store knows them: how much is owed to each and since when, and how it is. ` +
		`A sink that fails rests for a while, longer each time, so that it holds nobody up.

    vodctl sinks --store sqlite:vod.db

With --json each is an object with name, seen, failures, rests_until, last_error, owed, owed_since and parked.`
}

// sinkJSON is a sink as JSON.
type sinkJSON struct {
	Name       string    `json:"name"`
	Seen       time.Time `json:"seen,omitzero"`
	Failures   int       `json:"failures"`
	RestsUntil time.Time `json:"rests_until,omitzero"`
	LastError  string    `json:"last_error"`
	Owed       int       `json:"owed"`
	OwedSince  time.Time `json:"owed_since,omitzero"`
	Parked     int       `json:"parked"`
}

// Run lists sinks.
func (c *sinksCommand) Run(ctx context.Context, a *app) error {
	return with(a, c.Store, "asked what it owes", func(o store.Outbox) error {
		sinks, err := sinksOf(ctx, o)
		if err != nil {
			return err
		}
		return a.sinks(sinks)
	})
}

// manyParked is how many parked deliveries are counted at most.
const manyParked = 1000

// sinksOf returns all that is known about all sinks, by name.
func sinksOf(ctx context.Context, o store.Outbox) ([]sinkJSON, error) {
	states, err := o.Sinks(ctx)
	if err != nil {
		return nil, err
	}
	backlog, err := o.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[string]sinkJSON{}
	for _, s := range states {
		byName[s.Name] = sinkJSON{Name: s.Name, Seen: s.Seen, Failures: s.Failures, RestsUntil: s.RestsUntil, LastError: s.LastError}
	}
	for _, b := range backlog {
		s := byName[b.Sink]
		s.Name, s.Owed, s.OwedSince = b.Sink, b.Owed, b.OwedSince
		byName[b.Sink] = s
	}
	r, ok := o.(store.Reader)
	if !ok {
		return nil, pipeline.ErrUnable
	}
	var all []sinkJSON
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		s := byName[name]
		parked, err := r.Deliveries(ctx, store.DeliveryQuery{Sink: name, State: store.Parked, Limit: manyParked})
		if err != nil {
			return nil, err
		}
		s.Parked = len(parked)
		all = append(all, s)
	}
	return all, nil
}

func (a *app) sinks(sinks []sinkJSON) error {
	if a.json {
		for _, s := range sinks {
			if err := a.printJSON(s); err != nil {
				return err
			}
		}
		return nil
	}
	if len(sinks) == 0 {
		a.note("no sinks: nothing is owed, and no function has said that it has any")
		return nil
	}
	t := a.table(
		term.Column{Title: "sink", Max: 24}, term.Column{Title: "owed", Right: true}, term.Column{Title: "since (UTC)"},
		term.Column{Title: "parked", Right: true}, term.Column{Title: "state"}, term.Column{Title: "last error"},
	)
	for _, s := range sinks {
		parked := strconv.Itoa(s.Parked)
		if s.Parked == manyParked {
			parked += "+"
		}
		t.Add(
			term.Cell{Text: s.Name}, term.Cell{Text: strconv.Itoa(s.Owed)}, term.Cell{Text: when(s.OwedSince)},
			term.Cell{Text: parked}, sinkCell(s, time.Now()), term.Cell{Text: s.LastError},
		)
	}
	return t.Write(a.Stdout)
}

// sinkCell shows how a sink is.
func sinkCell(s sinkJSON, now time.Time) term.Cell {
	switch {
	case s.Failures > 0 && s.RestsUntil.After(now):
		return term.Cell{Text: "rests " + s.RestsUntil.Sub(now).Round(time.Second).String(), Style: term.Red}
	case s.Failures > 0:
		return term.Cell{Text: "failed " + strconv.Itoa(s.Failures) + "×", Style: term.Yellow}
	case now.Sub(s.Seen) > pipeline.Unseen:
		return term.Cell{Text: "nobody has it", Style: term.Red}
	default:
		return term.Cell{Text: "well", Style: term.Green}
	}
}
