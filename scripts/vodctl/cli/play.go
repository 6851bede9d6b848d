package cli

import (
	"context"
	"iter"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/scenario"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

type playCommand struct {
	Story []string `arg:"" optional:"" hints:"stories" help:"The name of a story that comes with vodctl, or a YAML file with one."`
	List  bool     `help:"List the stories that come with vodctl."`

	sending

	Speed  float64       `placeholder:"N" help:"Take the time that the story takes, N times as fast. Default: do not wait."`
	Pause  time.Duration `default:"10s" placeholder:"TIME" help:"With --speed: no pause is longer, even if a year passes in the story. Default: ${default}."`
	DryRun bool          `help:"Print the bodies, one on each line, and send nothing."`
}

// Help implements kong.HelpProvider.
func (playCommand) Help() string {
	return `Plays a story: the events of a medium's life, which agree with one another, sent by VOD's rule. The last of them ` +
		`happens as it is sent, or before if that takes long, as with --rate, and the others as long before it as the story tells. The exit code is 1 if an event is lost, if the ` +
		`platform answered for a function that failed, or if a forged event was taken.

    vodctl play --list
    vodctl play upload --speed 60
    vodctl play upload live mine.yaml --count 100 --duplicate 5% --drop-reply 10% --reorder 20%

A story of your own is a file of YAML, whose name ends in .yaml:

    title: A video is uploaded, and its trailer deleted
    events:
      - {type: MediaBaseChangeComplete, variant: create}
      - {after: 12s, type: FileUploadComplete, set: {Size: 12345}}
      - {after: 20m, type: DeleteMediaComplete, medium: trailer}

The keys of an event:

    type     what happened, such as TranscodeComplete; with unknown: true one that VOD has not
    after    when, since the beginning: 12s, 20m, 1d12h; without it with the event before
    variant  its shape, see vodctl types
    fail     true if it failed
    run      1 if a job is done a second time on a medium, 2 if a third time: it has other ids
    medium   a name, if the story is about several media
    set      members to change; null removes one, dots lead inwards: StreamInfos.0.Status

Whatever goes wrong on the way, the store has to be the same afterwards. With --json it prints one object for each event, and ` +
		`one with summary.`
}

// Run plays the stories.
func (c *playCommand) Run(ctx context.Context, a *app) error {
	if c.List {
		return list(a, scenario.Shipped())
	}
	stories, err := c.stories(a)
	if err != nil {
		return err
	}
	c.chooseSeed()
	media := cast{stories: stories, count: int(c.Count), seed: c.seed(), speed: c.Speed, pause: c.Pause}
	events, story := media.play(), (func(int) string)(nil)
	if a.json {
		events, story = media.told()
	}
	if c.DryRun {
		return printBodies(ctx, a, events, story)
	}
	to, err := c.target(a, false)
	if err != nil {
		return err
	}
	player, err := c.player(to, media.events())
	if err != nil {
		return err
	}
	defer player.done()
	if c.Parallel == 0 && c.Speed > 0 {
		player.Parallel = usualParallel // nor does VOD wait for an answer
	}
	player.Speed, player.LongestPause = c.Speed, c.Pause
	each := c.Count == 1
	if each && !a.json {
		for _, s := range stories {
			a.say("%s: %s", a.paint.Text(term.Bold, term.Clean(s.Name)), term.Clean(s.Title))
		}
	}
	a.introduce(to, ", seed "+strconv.Itoa(c.seed()))
	return a.play(ctx, playing{player: player, to: to, events: events, each: each, story: story})
}

// stories returns those that are named.
func (c *playCommand) stories(a *app) ([]vodtest.Scenario, error) {
	if len(c.Story) == 0 {
		return nil, usagef("which story? %s play --list has those that come with vodctl", a.self)
	}
	if !atLeastZero(c.Speed) || c.Pause <= 0 {
		return nil, usagef("--speed: want at least 0, and a number; --pause: more than 0")
	}
	if c.DryRun && c.faults() != (vodtest.Faults{}) {
		return nil, errDryFaults
	}
	var stories []vodtest.Scenario
	for _, name := range c.Story {
		s, err := story(name)
		if err != nil {
			return nil, err
		}
		stories = append(stories, s)
	}
	return stories, nil
}

// story returns the one of that name, or in that file.
func story(name string) (vodtest.Scenario, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
	default:
		s, err := scenario.Find(name)
		if err != nil {
			return s, usagef("%s", strings.TrimPrefix(err.Error(), "scenario: "))
		}
		return s, nil
	}
	return scenario.LoadFile(name)
}

// list lists stories.
func list(a *app, stories []vodtest.Scenario) error {
	t := a.table(term.Column{Title: "story"}, term.Column{Title: "events", Right: true}, term.Column{Title: "takes", Right: true}, term.Column{Title: "what happens", Fit: true})
	for _, s := range stories {
		if !a.json {
			t.Add(
				term.Cell{Text: s.Name, Style: term.Bold}, term.Cell{Text: strconv.Itoa(len(s.Steps))},
				term.Cell{Text: storyTime(s.Length()), Style: term.Dim}, term.Cell{Text: s.Title},
			)
			continue
		}
		err := a.printJSON(struct {
			Name    string  `json:"name"`
			Title   string  `json:"title"`
			Events  int     `json:"events"`
			Seconds float64 `json:"seconds"`
		}{s.Name, s.Title, len(s.Steps), s.Length().Seconds()})
		if err != nil {
			return err
		}
	}
	if a.json {
		return nil
	}
	return t.Write(a.Stdout)
}

// printBodies prints what would be sent.
func printBodies(ctx context.Context, a *app, events iter.Seq[vodtest.Happening], story func(number int) string) error {
	n := 0
	for h := range events {
		n++
		if err := ctx.Err(); err != nil {
			return err
		}
		if !a.json {
			a.say("%s", h.Body)
			continue
		}
		err := a.printJSON(struct {
			storyJSON

			Body string `json:"body"`
		}{newStoryJSON(h, story(n)), string(h.Body)})
		if err != nil {
			return err
		}
	}
	return nil
}
