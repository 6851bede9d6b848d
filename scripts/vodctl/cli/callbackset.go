package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
)

type callbackSet struct {
	URL    string     `placeholder:"URL" help:"Have events posted to it. Default: the first of VOD_CALLBACK_URL."`
	Queue  string     `placeholder:"NAME" help:"Have events written into this queue of MNS, in the same region, by its public endpoint."`
	Events eventTypes `placeholder:"TYPES" help:"Which types of events, with commas between, or ALL. Default: all that vodctl types lists."`
	callbackFlags

	DryRun bool `help:"Only show what would be changed."`
	Yes    bool `help:"Do not ask."`
}

// Help implements kong.HelpProvider.
func (callbackSet) Help() string {
	return `Sets where VOD reports events of the region to, and which; there is one callback for each application of a region, so it ` +
		`replaces the one that is set. It shows what changes, and with which AccessKey, asks, writes, reads back and compares. VOD signs with the first key of ` +
		`VOD_AUTH_KEY; with VOD_AUTH=off it does not sign. Selected are also types that the console cannot select ` +
		`(SubmitMediaRefreshComplete); those of AI are called AIComplete and come all together. The exit code is 1 if the answer was no, or ` +
		`what is read back is something else. It needs the RAM actions vod:GetMessageCallback and vod:SetMessageCallback.

    vodctl callback set --url https://hooks.example.com/vod/3f9c1e --dry-run
    vodctl callback set --queue vod-events-callback

With --json it prints one object with outcome: set, unchanged, dry_run, kept (the answer was no) or failed (it was read back ` +
		`otherwise); and changes, each with what, from and to.`
}

// setJSON is how setting a callback ended, as JSON.
type setJSON struct {
	Outcome string   `json:"outcome"`
	Changes []change `json:"changes"`
}

// Run sets the callback.
func (c *callbackSet) Run(ctx context.Context, a *app) error {
	api, err := c.open(a)
	if err != nil {
		return err
	}
	wanted, err := c.wanted(api)
	if err != nil {
		return err
	}
	is, err := api.MessageCallback(ctx, c.AppID)
	if err != nil && !errors.Is(err, openapi.ErrNoCallback) {
		return err
	}
	changed := callbackChanges(api, is, wanted)
	for _, w := range warnings(api, wanted) {
		a.note("warning: %s", term.Clean(w))
	}
	if len(changed) == 0 {
		return c.report(a, "unchanged", nil, "it is set so already: nothing was changed")
	}
	a.changes(changed)
	api.sayWho(a)
	if c.DryRun {
		return c.report(a, "dry_run", changed, "nothing was changed: this is a dry run")
	}
	if !c.Yes {
		yes, err := a.confirm(ctx, fmt.Sprintf("Set this for %s in %s?", term.Clean(c.AppID), api.Region))
		if err != nil {
			return err
		}
		if !yes {
			return errors.Join(c.report(a, "kept", changed, "nothing was changed"), errNot)
		}
	}
	if err := unheard(ctx, a, api.SetMessageCallback(ctx, wanted)); err != nil {
		return err
	}
	return c.readBack(ctx, a, api, wanted, changed)
}

// wanted returns the callback that is to be set, by the rules of VOD.
func (c *callbackSet) wanted(api cloud) (openapi.Callback, error) {
	cb := openapi.Callback{AppID: c.AppID, EventTypes: c.Events}
	if len(cb.EventTypes) == 0 {
		cb.EventTypes = selectableTypes()
	}
	if c.Queue != "" {
		return cb, c.intoQueue(api, &cb)
	}
	cb.Type, cb.URL = openapi.HTTP, cmp.Or(c.URL, firstWord(api.getenv("VOD_CALLBACK_URL")))
	if cb.URL == "" {
		return cb, usagef("where to? give --url URL or --queue NAME, or set VOD_CALLBACK_URL")
	}
	if err := checkCallbackURL(cb.URL); err != nil {
		return cb, err
	}
	if authOff(api.getenv) {
		return cb, nil
	}
	cb.AuthKey = firstWord(api.getenv("VOD_AUTH_KEY"))
	if cb.AuthKey == "" {
		return cb, usagef("signed with which key? set VOD_AUTH_KEY as the HTTP function has it; without one, which VOD_AUTH=off would allow, " +
			"whoever knows the address can send events")
	}
	return cb, checkAuthKey(cb.AuthKey)
}

// intoQueue has events written into the queue.
func (c *callbackSet) intoQueue(api cloud, cb *openapi.Callback) error {
	switch {
	case c.URL != "":
		return usagef("give --url or --queue, not both: VOD reports to one place")
	case !validQueue.MatchString(c.Queue):
		return usagef("--queue: want the name of a queue: up to 120 letters, digits and hyphens, such as vod-events-callback")
	case api.AccountID == "":
		return usagef("whose queue? set ALIBABA_CLOUD_ACCOUNT_ID: it is part of the queue's address")
	}
	cb.Type, cb.Queue, cb.Endpoint = openapi.MNS, c.Queue, publicEndpoint(api.AccountID, api.Region)
	return nil
}

// readBack compares what is set now with what was wanted.
func (c *callbackSet) readBack(ctx context.Context, a *app, api cloud, wanted openapi.Callback, changed []change) error {
	is, err := api.MessageCallback(ctx, c.AppID)
	if err != nil && !errors.Is(err, openapi.ErrNoCallback) {
		return fmt.Errorf("whether it was set is not known: %w", err)
	}
	different := callbackChanges(api, wanted, is)
	if len(different) > 0 {
		a.note("this was read back, and is not what was wanted:")
		a.changes(different)
		return errors.Join(c.report(a, "failed", different, "not set as wanted: another may have changed it at the same time; try again"), errNot)
	}
	if err := c.report(a, "set", changed, "set, and read back"); err != nil {
		return err
	}
	a.note("Saving settings of VOD in its console can reset the types of events: see vodctl callback get afterwards.")
	return nil
}

// report says how it ended.
func (*callbackSet) report(a *app, outcome string, changed []change, sentence string) error {
	if a.json {
		return a.printJSON(setJSON{Outcome: outcome, Changes: append([]change{}, changed...)})
	}
	a.say("%s", sentence)
	return nil
}

// change is one thing about a callback that is replaced. It never holds a key.
type change struct {
	What string `json:"what"`
	From string `json:"from"`
	To   string `json:"to"`
}

// callbackChanges returns what differs between two callbacks. One without a type is
// none.
func callbackChanges(api cloud, from, to openapi.Callback) []change {
	var all []change
	add := func(what, from, to string) {
		if from != to {
			all = append(all, change{what, from, to})
		}
	}
	add("reports by", from.Type, to.Type)
	add("url", shownURL(from.URL), shownURL(to.URL))
	add("endpoint", strings.TrimSuffix(from.Endpoint, "/"), strings.TrimSuffix(to.Endpoint, "/"))
	add("queue", from.Queue, to.Queue)
	if from.AuthKey != to.AuthKey {
		// That the key is another must be seen even if both are described alike.
		all = append(all, change{"signed", shownKey(api, from), shownKey(api, to)})
	}
	gone, come := without(from.EventTypes, to.EventTypes), without(to.EventTypes, from.EventTypes)
	if len(gone)+len(come) > 0 {
		all = append(all, change{"events", typesChange(from, gone, "gone"), typesChange(to, come, "new")})
	}
	return all
}

// without returns the types that another list does not have.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(t string) bool { return slices.Contains(other, t) })
}

// typesChange says how many types a callback selects, and which of them only it does.
func typesChange(cb openapi.Callback, only []string, word string) string {
	text := fmt.Sprintf("%d types", len(cb.EventTypes))
	switch {
	case slices.Equal(cb.EventTypes, []string{allTypes}):
		return allTypes
	case len(cb.EventTypes) == 0:
		return ""
	case len(only) == 0 || len(only) == len(cb.EventTypes):
		return text
	default:
		return text + ", " + word + ": " + strings.Join(only, ", ")
	}
}

// changes shows what is replaced: beside the output if that is JSON.
func (a *app) changes(all []change) {
	w := a.Stdout
	if a.json {
		w = a.Stderr
	}
	for _, ch := range all {
		fmt.Fprintf(w, "%-10s  %s -> %s\n", ch.What, term.Clean(cmp.Or(ch.From, "nothing")), term.Clean(cmp.Or(ch.To, "nothing")))
	}
}

// shownKey says whether VOD signs, and with which key of VOD_AUTH_KEY.
func shownKey(api cloud, cb openapi.Callback) string {
	n := keyNumber(api, cb.AuthKey)
	switch {
	case cb.Type != openapi.HTTP:
		return ""
	case cb.AuthKey == "":
		return "no"
	case n == 1:
		return "yes, with the first key of VOD_AUTH_KEY"
	case n > 1:
		return fmt.Sprintf("yes, with key %d of VOD_AUTH_KEY", n)
	default:
		return "yes, with another key"
	}
}

// shownURL returns a URL without a password.
func shownURL(url string) string {
	if url == "" {
		return ""
	}
	return shown(url)
}
