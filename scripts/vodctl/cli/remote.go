package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
)

// remoteFlags have a command carried out by the deployed MNS function, and not here: a
// database may be reachable from inside its VPC only.
type remoteFlags struct {
	Remote   bool   `help:"Have the deployed MNS function do it, with its own settings."`
	Function string `placeholder:"NAME" help:"That function. Default: DEPLOY_NAME (else vod-events) and -mns."`
	cloudFlags
}

// remoteHelp is what the help of commands with --remote says about it.
const remoteHelp = ` With --remote the deployed MNS function does it, which reaches what only its VPC does; that needs the RAM action ` +
	`fc:InvokeFunction.`

// remoteTime is longer than any of our functions may run.
const remoteTime = 30 * time.Minute

// invoke has the function carry out an operation, and reads its answer into the value.
func (r remoteFlags) invoke(ctx context.Context, a *app, operation string, answer any) error {
	api, err := r.open(a)
	if err != nil {
		return err
	}
	name := cmp.Or(r.Function, api.function("-mns"))
	payload, err := json.Marshal(map[string]string{"operation": operation})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, remoteTime, fmt.Errorf("no answer within %v: the function may still be at it, see its log", remoteTime))
	defer cancel()
	out, err := api.Invoke(ctx, name, payload)
	if err != nil {
		return err
	}
	var done struct {
		Operation string `json:"operation"`
	}
	if json.Unmarshal(out, &done) != nil || done.Operation != operation || json.Unmarshal(out, answer) != nil {
		return errors.New("the function " + term.Clean(name) + " answered something else: is it the MNS function, and of this release?")
	}
	return nil
}

// wanted reports whether the function is to do it, or may be meant to.
func (r remoteFlags) wanted() bool { return r != remoteFlags{} }

// check says what is wrong about the flags; given are those that the function does not
// take.
func (r remoteFlags) check(given ...bool) error {
	switch {
	case !r.Remote:
		return usagef("--function, --region, --env and --endpoint say whom to ask with --remote: give that, too")
	case slices.Contains(given, true):
		return usagef("--remote has the function do it with its own settings: it takes no other flags than those that say which function")
	default:
		return nil
	}
}
