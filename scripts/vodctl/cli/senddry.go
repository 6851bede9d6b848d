package cli

import (
	"cmp"
	"context"
	"iter"
	"time"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// printRequests prints what would be sent as commands for a shell.
func printRequests(ctx context.Context, a *app, to target, events iter.Seq[vodtest.Happening]) error {
	if to.mns() {
		return usagef("--dry-run is for callbacks: a message of MNS is signed by its sender")
	}
	for h := range events {
		if err := printRequest(ctx, a, to, h.Body); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func printRequest(ctx context.Context, a *app, to target, body []byte) error {
	req, err := vodtest.NewRequest(ctx, cmp.Or(to.signedURL, to.url), to.key, body, time.Now())
	if err != nil {
		return err
	}
	if a.json {
		headers := map[string]string{}
		for name := range req.Header {
			headers[name] = req.Header.Get(name)
		}
		return a.printJSON(struct {
			URL     string            `json:"url"`
			Headers map[string]string `json:"headers"`
			Body    string            `json:"body"`
		}{to.url, headers, string(body)})
	}
	a.say("%s", curl(to.url, req, body))
	return nil
}
