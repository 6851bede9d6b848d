package cli

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// wait waits for a reason to stop: the end of ctx, or of the go run that started this
// program, or that the functions or the console have failed. A nil channel stands for
// what is not there.
func wait(ctx context.Context, a *app, functions, console <-chan error) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-functions:
			return err
		case err := <-console:
			return cmp.Or(err, errors.New("the console has ended"))
		case <-tick.C:
			if a.orphaned() {
				return nil
			}
		}
	}
}
