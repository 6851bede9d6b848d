// Package cli is the command line of vodctl: its grammar, and what each command
// does. The work is done elsewhere, in packages dev, demo and verify and in the
// libraries of the project.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/alicloud"
)

// Surroundings is what a command line program finds when it starts.
type Surroundings struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Environ        []string // all variables, NAME=value; nil if they are not known
}

// grammar is what can be said on the command line.
type grammar struct {
	JSON    bool             `help:"Print JSON: one object, or one on each line."`
	Version kong.VersionFlag `help:"Print the version of vodctl and of Go."`

	Demo        demoCommand        `cmd:"" help:"Play the lives of some media, check how they end."`
	Dev         devCommand         `cmd:"" help:"Start the receiver on this machine."`
	Console     consoleCommand     `cmd:"" help:"Show a store on a local web page."`
	Send        sendCommand        `cmd:"" help:"Send an event as VOD does."`
	Play        playCommand        `cmd:"" help:"Play a story to the receiver, event after event."`
	Types       typesCommand       `cmd:"" help:"List the types of events and what they say."`
	Events      eventsCommand      `cmd:"" help:"Look after events."`
	Media       mediaCommand       `cmd:"" help:"List media and their states, or show one."`
	DeadLetters deadLettersCommand `cmd:"" help:"Look after what could not be read."`
	Sinks       sinksCommand       `cmd:"" help:"List sinks, how they are and what is owed to them."`
	Deliveries  deliveriesCommand  `cmd:"" help:"List what is or was owed to sinks."`
	Redrive     redriveCommand     `cmd:"" help:"Deliver what is owed to sinks and due."`
	Drain       drainCommand       `cmd:"" help:"Put into the store what waits in the fallback."`
	Replay      replayCommand      `cmd:"" help:"Send stored events to sinks once more."`
	Replays     replaysCommand     `cmd:"" help:"List what was replayed."`
	Verify      verifyCommand      `cmd:"" help:"Say whether a signature is right, or nearly so."`
	Doctor      doctorCommand      `cmd:"" help:"Say whether the settings will do."`
	Callback    callbackCommand    `cmd:"" help:"Look after how VOD reports events."`
	Migrate     migrateCommand     `cmd:"" help:"Make or upgrade the tables of a store."`
	Rebuild     rebuildCommand     `cmd:"" help:"Derive anew what is known about media."`
	Completion  completionCommand  `cmd:"" help:"Print what a shell needs to complete commands."`
	Complete    completeCommand    `cmd:"" hidden:"" help:"Answer a shell." passthrough:""`
}

// The exit codes.
const (
	exitDone  = 0
	exitNot   = 1
	exitUsage = 2
)

// exitCodes is what --help says about them.
const exitCodes = `Exit codes:
  0  done
  1  it did not work, or something is not as it must be
  2  wrong usage
`

// errNot means that the command was carried out, and that its output says what is
// not as it must be.
var errNot = errors.New("not as it must be")

// usageError is a mistake on the command line.
type usageError struct{ problem string }

func (e *usageError) Error() string { return e.problem }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// app is what commands work with.
type app struct {
	Surroundings

	self   string // how to call this program again
	parent int    // the go run that started it, if one did
	json   bool
	paint  term.Paint // for Stdout
	width  int        // of Stdout; see [term.Table]
	model  *kong.Application
}

// helpShown ends parsing after --help.
type helpShown struct{}

// Run does what args say and returns the exit code. The first of args is the name
// under which the program was called.
func Run(ctx context.Context, args []string, s Surroundings) (code int) {
	afterHelp := exitDone
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(helpShown); !ok {
				panic(p)
			}
			code = afterHelp
		}
	}()
	var g grammar
	parser, err := newParser(&g, s)
	if err != nil {
		fmt.Fprintln(s.Stderr, "vodctl:", err)
		return exitNot
	}
	ctx, stop := context.WithCancelCause(alicloud.With(ctx, alicloud.FromEnvironment(s.Getenv)))
	defer stop(nil)
	a := &app{
		Surroundings: s, self: self(args[0]), parent: parent(args[0]), model: parser.Model,
		paint: term.Wanted(s.Stdout, s.Getenv), width: term.Columns(s.Stdout, s.Getenv),
	}
	a.Stdout = &output{w: s.Stdout, broken: stop}
	if len(args) == 1 { // nothing was said
		parser.Stdout, afterHelp = s.Stderr, exitUsage
		args = append(args, "--help")
	}
	kctx, err := parser.Parse(args[1:])
	if err == nil {
		a.json = g.JSON
		kctx.BindTo(ctx, (*context.Context)(nil))
		err = kctx.Run(a)
	}
	return a.exit(ctx, kctx, err)
}

func newParser(g *grammar, s Surroundings) (*kong.Kong, error) {
	return kong.New(g,
		kong.Name("vodctl"),
		kong.Description("The receiver for ApsaraVideo VOD's events, on the command line."),
		kong.Vars{
			"store":   "The store. Default: VOD_STORE, else that of the vodctl dev that is running, or ran last.",
			"medium":  "always the same, " + defaultMedium() + " for videos",
			"version": version(),
		},
		sendingVars(),
		kong.Writers(s.Stdout, s.Stderr),
		kong.Exit(func(int) { panic(helpShown{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 100}),
		kong.Groups{"faults": "What goes wrong on purpose:"},
		kong.Help(printHelp),
		kong.NamedMapper("choice", kong.MapperFunc(decodeChoice)),
	)
}

// printHelp adds the exit codes to the help of the program, and what can be said about the
// command that may be left out to that of a group of commands.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if group := ctx.Selected(); group != nil && group.DefaultCmd != nil {
		group.Detail = group.DefaultCmd.Detail
		group.Positional = group.DefaultCmd.Positional
		group.Flags = append(group.Flags, group.DefaultCmd.Flags...)
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if ctx.Selected() != nil {
		return nil
	}
	_, err := fmt.Fprint(ctx.Stdout, "\n"+exitCodes)
	return err
}

// exit says what went wrong, if something did, and returns the exit code.
func (a *app) exit(ctx context.Context, kctx *kong.Context, err error) int {
	if broken, ok := errors.AsType[*outputError](context.Cause(ctx)); ok {
		if !broken.left() {
			fmt.Fprintln(a.Stderr, "vodctl:", broken)
		}
		return exitNot
	}
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errNot) {
		return exitNot
	}
	parse, isParse := errors.AsType[*kong.ParseError](err)
	_, isUsage := errors.AsType[*usageError](err)
	switch {
	case isParse, isUsage:
		fmt.Fprintln(a.Stderr, "vodctl:", err)
		fmt.Fprintf(a.Stderr, "Run %s --help for more.\n", a.commandPath(parse, kctx))
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		fmt.Fprintln(a.Stderr, "vodctl: stopped")
		return exitNot
	default:
		fmt.Fprintln(a.Stderr, "vodctl:", term.CleanLines(err.Error()))
		return exitNot
	}
}

// commandPath returns the words that select the command that was being parsed.
func (a *app) commandPath(parse *kong.ParseError, kctx *kong.Context) string {
	if parse != nil {
		kctx = parse.Context
	}
	path := a.self
	if kctx != nil && kctx.Selected() != nil {
		path += " " + kctx.Selected().Path()
	}
	return path
}
