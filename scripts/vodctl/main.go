// Command vodctl starts the receiver on this machine, plays events to it, sends
// events as ApsaraVideo VOD does, and looks after a store: what came in, what is
// known about media, what could not be read.
//
//	vodctl demo          play the lives of some media and check the outcome
//	vodctl dev           start both functions here
//	vodctl send TYPE     send an event
//
// vodctl --help lists all commands, vodctl COMMAND --help explains one.
//
// Every command but completion takes --json, which prints one JSON object, or one on
// each line.
// The exit code is 0 if it was done, 1 if it did not work or if something is not
// as it must be, and 2 if it was used wrongly.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/vodevents/vodevents/scripts/vodctl/cli"
	_ "github.com/vodevents/vodevents/shared/fallback/all"
	_ "github.com/vodevents/vodevents/shared/sink/all"
	_ "github.com/vodevents/vodevents/shared/store/all"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// That a pipe is closed, as head does, is an error when writing to it, and not the
	// end at once, which would leave behind what is temporary.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	code := cli.Run(ctx, os.Args, cli.Surroundings{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ(),
	})
	stop()
	os.Exit(code)
}
