package cli

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

type deadLettersCommand struct {
	List    deadLettersList    `cmd:"" help:"List what could not be read, or was dropped."`
	Show    deadLettersShow    `cmd:"" help:"Show one: why it is kept, and its body."`
	Redrive deadLettersRedrive `cmd:"" help:"Put them through the whole pipeline again."`
	Drop    deadLettersDrop    `cmd:"" help:"Remove them for good."`
}

// letterJSON is a dead letter as JSON.
type letterJSON struct {
	ID       vod.ID       `json:"id"`
	Reason   store.Reason `json:"reason"`
	Detail   string       `json:"detail"`
	Source   store.Source `json:"source"`
	SourceID string       `json:"source_id"`
	Received time.Time    `json:"received"`
	LastSeen time.Time    `json:"last_seen"`
	Attempts int          `json:"attempts"`
	Size     int64        `json:"size"`
	SHA256   string       `json:"sha256"`
	Whole    bool         `json:"whole"`
	// Body is the body, or its beginning, if it is text; else BodyBytes is.
	Body      string `json:"body,omitempty"`
	BodyBytes []byte `json:"body_base64,omitempty"`
}

func newLetterJSON(l store.DeadLetter, withBody bool) letterJSON {
	out := letterJSON{
		ID: l.ID, Reason: l.Reason, Detail: l.Detail, Source: l.Source, SourceID: l.SourceID,
		Received: l.Received, LastSeen: l.LastSeen, Attempts: l.Attempts,
		Size: l.Size, SHA256: hex.EncodeToString(l.SHA256[:]), Whole: l.Whole(),
	}
	switch {
	case !withBody:
	case utf8.Valid(l.Body):
		out.Body = string(l.Body)
	default:
		out.BodyBytes = l.Body
	}
	return out
}

type deadLettersList struct {
	Reason string   `type:"choice" choices:"malformed,foreign,too_large,rejected,dropped" placeholder:"REASON" help:"Only those kept for this reason: malformed, foreign, too_large, rejected or dropped."`
	Limit  limit    `default:"50" help:"At most so many, the last received first. Default: ${default}."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (deadLettersList) Help() string {
	return `Lists what was authentic and could not be read as an event of VOD, and the traces of events that vodctl events drop ` +
		`took out.

    vodctl dead-letters list --reason foreign

With --json each is an object, without its body.`
}

// Run lists dead letters.
func (c *deadLettersList) Run(ctx context.Context, a *app) error {
	return with(a, c.Store, "read", func(r store.Reader) error {
		found, err := r.DeadLetters(ctx, store.DeadLetterQuery{Reason: store.Reason(c.Reason), Limit: int(c.Limit)})
		if err != nil {
			return err
		}
		if a.json {
			for _, l := range found {
				if err := a.printJSON(newLetterJSON(l, false)); err != nil {
					return err
				}
			}
			return nil
		}
		if len(found) == 0 {
			a.note("no dead letters")
			return nil
		}
		t := a.table(
			term.Column{Title: "last seen (UTC)"},
			term.Column{Title: "reason"},
			term.Column{Title: "times", Right: true},
			term.Column{Title: "bytes", Right: true},
			term.Column{Title: "via"},
			term.Column{Title: "id"},
			term.Column{Title: "detail", Fit: true},
		)
		for _, l := range found {
			t.Add(term.Texts(when(l.LastSeen), string(l.Reason), strconv.Itoa(l.Attempts),
				strconv.FormatInt(l.Size, 10), intake.Way(l.Source), l.ID.String(), l.Detail)...)
		}
		return t.Write(a.Stdout)
	})
}

type deadLettersShow struct {
	ID    string   `arg:"" help:"Its id."`
	Store storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (deadLettersShow) Help() string {
	return `Shows why it is kept, its size and SHA-256, and its body; what is not printable is escaped.

    vodctl dead-letters show 00000000-0000-8a3c-9f31-5cf0b3b7d1aa

With --json it is one object, with body, or body_base64 if it is no text.`
}

// Run shows a dead letter.
func (c *deadLettersShow) Run(ctx context.Context, a *app) error {
	return with(a, c.Store, "read", func(r store.Reader) error {
		found, err := letters(ctx, r, []string{c.ID}, false)
		if err != nil {
			return err
		}
		l := found[0]
		if a.json {
			return a.printJSON(newLetterJSON(l, true))
		}
		size := strconv.FormatInt(l.Size, 10) + " bytes"
		if !l.Whole() {
			size += ", of which the first " + strconv.Itoa(len(l.Body)) + " were kept"
		}
		a.pairs(
			[2]string{"id", l.ID.String()},
			[2]string{"reason", string(l.Reason)},
			[2]string{"detail", l.Detail},
			[2]string{"size", size},
			[2]string{"sha256", hex.EncodeToString(l.SHA256[:])},
			[2]string{"came by", string(l.Source) + " " + l.SourceID},
			[2]string{"times", strconv.Itoa(l.Attempts)},
			[2]string{"first", whenUTC(l.Received)},
			[2]string{"last", whenUTC(l.LastSeen)},
		)
		a.say("\n%s", pretty(l.Body))
		return nil
	})
}

// letters returns the dead letters with the ids, or all. One that is not there is
// an error.
func letters(ctx context.Context, r store.Reader, texts []string, all bool) ([]store.DeadLetter, error) {
	q := store.DeadLetterQuery{Limit: math.MaxInt32}
	for _, text := range texts {
		id, err := parseID(text)
		if err != nil {
			return nil, err
		}
		q.IDs = append(q.IDs, id)
	}
	found, err := r.DeadLetters(ctx, q)
	if err != nil || all {
		return found, err
	}
	there := map[vod.ID]bool{}
	for _, l := range found {
		there[l.ID] = true
	}
	for _, id := range q.IDs {
		if !there[id] {
			return nil, fmt.Errorf("there is no dead letter %s in the store", id)
		}
	}
	return found, nil
}
