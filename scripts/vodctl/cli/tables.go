package cli

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"

	"github.com/vodevents/vodevents/shared/store"
)

type migrateCommand struct {
	Store storeURL `placeholder:"URL" help:"${store}"`
	remoteFlags
}

// Help implements kong.HelpProvider.
func (migrateCommand) Help() string {
	return `Makes the tables of a store, or upgrades them. It may be called again, and while functions are running. A file for ` +
		`SQLite is made, its directory is not.` + remoteHelp + `

    vodctl migrate --store sqlite:vod.db
    vodctl migrate --remote

With --json it prints one object with migrated, and did, which is made, upgraded or nothing; the function does not say which.`
}

// Run makes the tables.
func (c *migrateCommand) Run(ctx context.Context, a *app) error {
	if c.wanted() {
		return c.remote(ctx, a)
	}
	return with(a, c.Store, "migrated: it has no tables", func(m store.Migrator) error {
		did := missingTables(ctx, m)
		if err := m.Migrate(ctx); err != nil {
			return err
		}
		if a.json {
			return a.printJSON(migratedJSON{true, did})
		}
		switch did {
		case "made":
			a.say("made the store and its tables: they are up to date")
		case "upgraded":
			a.say("made or upgraded the tables: they are up to date")
		default:
			a.say("the tables are up to date")
		}
		return nil
	})
}

// migratedJSON is what became of the tables, as JSON.
type migratedJSON struct {
	Migrated bool   `json:"migrated"`
	Did      string `json:"did,omitempty"`
}

// remote has the function make the tables.
func (c *migrateCommand) remote(ctx context.Context, a *app) error {
	if err := c.check(c.Store != ""); err != nil {
		return err
	}
	var done struct{}
	if err := c.invoke(ctx, a, "migrate", &done); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(migratedJSON{Migrated: true})
	}
	a.say("the tables are up to date")
	return nil
}

// missingTables says what migrating a store is going to do: "made" if there is
// nothing yet, "upgraded" if the tables are missing or old, "nothing" if they are as
// they must be; "" if the store cannot say so.
func missingTables(ctx context.Context, m store.Migrator) string {
	r, ok := m.(store.Reader)
	if !ok {
		return ""
	}
	_, err := r.DeadLetters(ctx, store.DeadLetterQuery{Limit: 1})
	switch {
	case err == nil:
		return "nothing"
	case errors.Is(err, fs.ErrNotExist):
		return "made"
	case errors.Is(err, store.ErrNotMigrated):
		return "upgraded"
	default:
		return "" // migrating will say why
	}
}

type rebuildCommand struct {
	Store storeURL `placeholder:"URL" help:"${store}"`
	remoteFlags
}

// Help implements kong.HelpProvider.
func (rebuildCommand) Help() string {
	return `Reads all stored events again and derives anew what they say about media, medium by medium, while events are ` +
		`received as ever. It is for upgrades that understand more of them.` + remoteHelp + `

    vodctl rebuild --store sqlite:vod.db

With --json it prints one object with events, their number.`
}

// Run rebuilds the facts.
func (c *rebuildCommand) Run(ctx context.Context, a *app) error {
	if c.wanted() {
		return c.remote(ctx, a)
	}
	return with(a, c.Store, "written", func(s store.Store) error {
		log := slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
		p, err := c.Store.pipeline(a, s, log)
		if err != nil {
			return err
		}
		n, err := p.Rebuild(ctx)
		if err != nil {
			return err
		}
		return c.report(a, n)
	})
}

// remote has the function rebuild the facts.
func (c *rebuildCommand) remote(ctx context.Context, a *app) error {
	if err := c.check(c.Store != ""); err != nil {
		return err
	}
	var done struct {
		Events int `json:"events"`
	}
	if err := c.invoke(ctx, a, "rebuild", &done); err != nil {
		return err
	}
	return c.report(a, done.Events)
}

// report says from how many events.
func (*rebuildCommand) report(a *app, events int) error {
	if a.json {
		return a.printJSON(map[string]int{"events": events})
	}
	a.say("derived anew from %d events", events)
	return nil
}
