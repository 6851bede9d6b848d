package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
)

type callbackCommand struct {
	Get    callbackGet    `cmd:"" help:"Show how VOD reports events."`
	Set    callbackSet    `cmd:"" help:"Have VOD report events, to a URL or a queue."`
	Delete callbackDelete `cmd:"" help:"Have VOD report nothing any more."`
	URL    callbackURL    `cmd:"" name:"url" help:"Print the address of the HTTP function."`
}

// callbackFlags say which callback is meant: VOD has one for each application of a
// region.
type callbackFlags struct {
	AppID string `name:"app-id" default:"app-1000000" placeholder:"ID" help:"The application in VOD. Default: ${default}."`
	cloudFlags
}

type callbackGet struct {
	callbackFlags
}

// Help implements kong.HelpProvider.
func (callbackGet) Help() string {
	return `Shows where VOD reports events of the region to, and which; whether it signs them, and with which of the keys in ` +
		`VOD_AUTH_KEY, but never a key; and what is wrong with that. Saving other settings of VOD in the console can reset the list of ` +
		`types: look again afterwards. The exit code is 1 if nothing is set. It needs the RAM action vod:GetMessageCallback.

    vodctl callback get --region cn-shanghai

With --json it prints one object with set, app_id, region, type, url, endpoint, queue, signed, auth_key (1 is the first of ` +
		`VOD_AUTH_KEY, 0 is none of them), event_types, missing_types and warnings.`
}

// Run shows the callback.
func (c *callbackGet) Run(ctx context.Context, a *app) error {
	api, err := c.open(a)
	if err != nil {
		return err
	}
	cb, err := api.MessageCallback(ctx, c.AppID)
	absent := errors.Is(err, openapi.ErrNoCallback)
	if err != nil && !absent {
		return err
	}
	switch {
	case a.json:
		err = a.printJSON(newCallbackJSON(api, c.AppID, cb, !absent))
	case absent:
		a.say("no callback is set for %s in %s%s: VOD reports nothing", term.Clean(c.AppID), api.Region, answered(err))
		err = nil
	default:
		err = nil
		c.show(a, api, cb)
	}
	if err == nil && absent {
		err = errNot
	}
	return err
}

// show prints a callback, and what is wrong with it.
func (c *callbackGet) show(a *app, api cloud, cb openapi.Callback) {
	a.pairs(
		[2]string{"application", cb.AppID + " in " + api.Region},
		[2]string{"reports by", cb.Type},
		[2]string{"url", shownURL(cb.URL)},
		[2]string{"endpoint", cb.Endpoint},
		[2]string{"queue", cb.Queue},
		[2]string{"signed", shownKey(api, cb)},
	)
	a.say("events")
	for _, t := range cb.EventTypes {
		a.say("  %s", term.Clean(t))
	}
	for _, w := range warnings(api, cb) {
		a.note("warning: %s", term.Clean(w))
	}
}

// callbackJSON is a callback as JSON.
type callbackJSON struct {
	Set          bool     `json:"set"`
	AppID        string   `json:"app_id"`
	Region       string   `json:"region"`
	Type         string   `json:"type,omitempty"`
	URL          string   `json:"url,omitempty"`
	Endpoint     string   `json:"endpoint,omitempty"`
	Queue        string   `json:"queue,omitempty"`
	Signed       bool     `json:"signed"`
	AuthKey      int      `json:"auth_key"`
	EventTypes   []string `json:"event_types"`
	MissingTypes []string `json:"missing_types"`
	Warnings     []string `json:"warnings"`
}

func newCallbackJSON(api cloud, appID string, cb openapi.Callback, set bool) callbackJSON {
	out := callbackJSON{Set: set, AppID: appID, Region: api.Region, EventTypes: []string{}, MissingTypes: []string{}, Warnings: []string{}}
	if !set {
		return out
	}
	out.Type, out.URL, out.Endpoint, out.Queue = cb.Type, shownURL(cb.URL), cb.Endpoint, cb.Queue
	out.Signed, out.AuthKey = cb.AuthKey != "", keyNumber(api, cb.AuthKey)
	out.EventTypes = append(out.EventTypes, cb.EventTypes...)
	out.MissingTypes = append(out.MissingTypes, missingTypes(cb.EventTypes)...)
	out.Warnings = append(out.Warnings, warnings(api, cb)...)
	return out
}

type callbackDelete struct {
	callbackFlags

	DryRun bool `help:"Only show what would be deleted."`
	Yes    bool `help:"Do not ask."`
}

// Help implements kong.HelpProvider.
func (callbackDelete) Help() string {
	return `Removes the callback of a region: VOD reports nothing any more, and what happens meanwhile is not reported later. It shows ` +
		`what is set, and with which AccessKey it would be removed, asks, and reads back. It needs the RAM actions vod:GetMessageCallback and vod:DeleteMessageCallback.

    vodctl callback delete --region cn-shanghai --dry-run

With --json it prints one object with outcome: deleted, dry_run, kept (the answer was no), nothing (there was none) or failed.`
}

// Run deletes the callback.
func (c *callbackDelete) Run(ctx context.Context, a *app) error {
	api, err := c.open(a)
	if err != nil {
		return err
	}
	cb, err := api.MessageCallback(ctx, c.AppID)
	switch {
	case errors.Is(err, openapi.ErrNoCallback):
		return a.callbackOutcome("nothing", fmt.Sprintf("no callback is set for %s in %s%s", c.AppID, api.Region, answered(err)))
	case err != nil:
		return err
	}
	a.changes(callbackChanges(api, cb, openapi.Callback{}))
	api.sayWho(a)
	if c.DryRun {
		return a.callbackOutcome("dry_run", "nothing was changed: this is a dry run")
	}
	if ok, err := c.confirmed(ctx, a, api); err != nil || !ok {
		return err
	}
	if err := unheard(ctx, a, api.DeleteMessageCallback(ctx, c.AppID)); err != nil {
		return err
	}
	if _, err := api.MessageCallback(ctx, c.AppID); errors.Is(err, openapi.ErrNoCallback) {
		return a.callbackOutcome("deleted", "deleted: VOD reports nothing any more")
	} else if err != nil {
		return fmt.Errorf("whether it was deleted is not known: %w", err)
	}
	return errors.Join(a.callbackOutcome("failed", "a callback is still set: vodctl callback get shows it"), errNot)
}

// confirmed asks before something is deleted, unless --yes was said. If the answer is no,
// it says so and returns what the command returns.
func (c *callbackDelete) confirmed(ctx context.Context, a *app, api cloud) (bool, error) {
	if c.Yes {
		return true, nil
	}
	yes, err := a.confirm(ctx, fmt.Sprintf("Delete the callback of %s in %s?", term.Clean(c.AppID), api.Region))
	if err != nil || yes {
		return yes, err
	}
	return false, errors.Join(a.callbackOutcome("kept", "nothing was changed"), errNot)
}

// answered returns the code and the request id of an answer that is a failure, in
// brackets; nothing if there is none.
func answered(err error) string {
	e, ok := errors.AsType[*openapi.Error](err)
	switch {
	case !ok:
		return ""
	case e.RequestID == "":
		return " (" + e.Code + ")"
	default:
		return " (" + e.Code + ", request " + e.RequestID + ")"
	}
}

// unheard returns the error of a change that was refused, or nil if it may have been made:
// what is read back says then whether it was.
func unheard(ctx context.Context, a *app, err error) error {
	e, ok := errors.AsType[*openapi.Error](err)
	switch {
	case err == nil, ok && e.Refused(), errors.Is(err, openapi.ErrNoCredentials):
		return err
	case ctx.Err() != nil:
		a.note("it may have been done: vodctl callback get says so")
		return err
	default:
		a.note("%s: it may have been done, reading back", term.Clean(err.Error()))
		return nil
	}
}

// callbackOutcome says how a change ended, in a word or a sentence.
func (a *app) callbackOutcome(word, sentence string) error {
	if a.json {
		return a.printJSON(struct {
			Outcome string `json:"outcome"`
		}{word})
	}
	a.say("%s", term.Clean(sentence))
	return nil
}

type callbackURL struct {
	Function string `placeholder:"NAME" help:"The HTTP function. Default: DEPLOY_NAME (else vod-events) and -http."`
	Path     string `placeholder:"PATH" help:"What to add to the address, such as /vod/3f9c1e: a path that nobody guesses."`
	cloudFlags
}

// Help implements kong.HelpProvider.
func (callbackURL) Help() string {
	return `Prints the address at which the platform serves the HTTP function, as one line, with the path that --path names. It needs the ` +
		`RAM action fc:ListTriggers.

    vodctl callback url --path /vod/3f9c1e

With --json it prints one object with url.`
}

// Run prints the address.
func (c *callbackURL) Run(ctx context.Context, a *app) error {
	if c.Path != "" && !strings.HasPrefix(c.Path, "/") {
		return usagef("--path: want a path that begins with /, such as /vod/3f9c1e")
	}
	api, err := c.open(a)
	if err != nil {
		return err
	}
	name := c.Function
	if name == "" {
		name = api.function("-http")
	}
	triggers, err := api.Triggers(ctx, name)
	if err != nil {
		return err
	}
	for _, t := range triggers {
		if u, err := url.Parse(t.HTTP.Internet); err != nil || t.Type != "http" || u.Host == "" {
			continue
		}
		address := strings.TrimSuffix(t.HTTP.Internet, "/") + c.Path
		if err := checkCallbackURL(address); err != nil {
			return err
		}
		if a.json {
			return a.printJSON(struct {
				URL string `json:"url"`
			}{address})
		}
		a.say("%s", address)
		return nil
	}
	return fmt.Errorf("the function %s has no HTTP trigger that can be reached from the internet", term.Clean(name))
}
