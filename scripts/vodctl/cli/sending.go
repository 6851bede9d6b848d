package cli

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// sending says where events go, how many and how fast, and what goes wrong on the
// way.
type sending struct {
	destination

	Count    limit   `default:"1" placeholder:"N" help:"So many media, or events. Default: ${default}."`
	Rate     float64 `placeholder:"N" help:"At most so many events a second, copies included. Default: as fast as it goes."`
	Parallel limit   `placeholder:"N" help:"So many events may be under way at once. Default: ${parallel}."`
	Seed     *int    `placeholder:"N" help:"Another number makes other media, and other events meet the faults. Default: ${seed}."`

	Duplicate share         `group:"faults" placeholder:"SHARE" help:"So many of the events, such as 5%, are sent twice."`
	Reorder   share         `group:"faults" placeholder:"SHARE" help:"So many come late: after one to ten of those that follow."`
	Delay     time.Duration `group:"faults" placeholder:"TIME" help:"Each event is held back for up to this time."`
	DropReply share         `group:"faults" placeholder:"SHARE" help:"So many answers are lost on the way, so that VOD tries again."`
	Tamper    share         `group:"faults" placeholder:"SHARE" help:"Ahead of so many events somebody else sends the same with a wrong signature, which must be refused. The body is not signed by VOD: one that was changed is not noticed."`
	ClockSkew skew          `group:"faults" placeholder:"TIME" help:"The clock that is signed with is ahead by so much, or behind: -10m."`
	NextKey   string        `group:"faults" placeholder:"KEY" help:"The key is changed: this one signs the second half of the events, of which there must be two at least."`
}

// usualParallel is how many events are under way at once, of many. It is less than
// the instances that vodctl dev starts of a function.
const usualParallel = 8

// sendingVars are what the help says about the flags.
func sendingVars() kong.Vars {
	return kong.Vars{
		"parallel": strconv.Itoa(usualParallel) + "; of one event or medium 1, unless there is a --speed",
		"seed":     "another one each time, which is printed; of send 0",
	}
}

// share is a share of events on the command line: 5% or 0.05.
type share float64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	n, err := strconv.ParseFloat(number, 64)
	if percent {
		n /= 100
	}
	if err != nil || !(n >= 0 && n <= 1) { // nor is NaN
		return usagef("%q is no share: want one such as 5%% or 0.05", text)
	}
	*s = share(n)
	return nil
}

// skew is how far a clock is off. It takes -10m for what it is, not for a flag.
type skew time.Duration

// Decode implements kong.MapperValue.
func (s *skew) Decode(ctx *kong.DecodeContext) error {
	text, _ := ctx.Scan.Pop().Value.(string)
	d, err := time.ParseDuration(text)
	if err != nil {
		return usagef("%q is no time: want one such as 10m or -10m", text)
	}
	*s = skew(d)
	return nil
}

// faults are those of the flags.
func (c *sending) faults() vodtest.Faults {
	return vodtest.Faults{
		Duplicate: float64(c.Duplicate), Reorder: float64(c.Reorder), Delay: c.Delay, DropReply: float64(c.DropReply),
		Tamper: float64(c.Tamper), ClockSkew: time.Duration(c.ClockSkew), NextKey: c.NextKey,
	}
}

// plain reports whether there is one event and nothing goes wrong on purpose.
func (c *sending) plain() bool { return c.Count == 1 && c.faults() == (vodtest.Faults{}) }

// seed returns that of the flags, or 0.
func (c *sending) seed() int {
	if c.Seed == nil {
		return 0
	}
	return *c.Seed
}

// chooseSeed chooses one if the flags do not.
func (c *sending) chooseSeed() {
	if c.Seed == nil {
		c.Seed = new(rand.IntN(1_000_000_000)) //nolint:gosec // to be repeated, not to be secret
	}
}

// player is a vodtest.Player for the command line.
type player struct {
	vodtest.Player

	done func()
}

// atLeastZero reports whether a number is: NaN is not, nor do we take infinity.
func atLeastZero(n float64) bool { return n >= 0 && !math.IsInf(n, 0) }

// errDryFaults says why what is only printed meets no faults.
var errDryFaults = &usageError{"--dry-run sends nothing that something could go wrong with: leave out the faults"}

// player returns what sends so many events to the target; done has to be called after
// it.
func (c *sending) player(to target, events int) (*player, error) {
	p := &player{Player: vodtest.Player{
		Sender: vodtest.Sender{URL: to.url, SignedURL: to.signedURL, Key: to.key},
		Faults: c.faults(), Rate: c.Rate, Parallel: int(c.Parallel), Seed: c.seed(), Count: events,
	}, done: func() {}}
	if p.Parallel == 0 && c.Count > 1 {
		p.Parallel = usualParallel
	}
	switch {
	case !atLeastZero(c.Rate) || c.Delay < 0:
		return nil, usagef("--rate and --delay: want at least 0, and a number")
	case c.NextKey != "" && events < 2:
		return nil, usagef("--next-key signs the second half of the events, and there is only one: give --count")
	case to.mns() && (c.DropReply > 0 || c.Tamper > 0 || c.ClockSkew != 0 || c.NextKey != ""):
		return nil, usagef("--drop-reply, --tamper, --clock-skew and --next-key are for callbacks, not for MNS")
	case to.key == "" && (c.Tamper > 0 || c.NextKey != ""):
		return nil, usagef("--tamper and --next-key are for callbacks that are signed: give --key, or set VOD_AUTH_KEY")
	case !to.mns():
		return p, nil
	}
	queue, err := openChannel(to.url)
	if err != nil {
		return nil, err
	}
	p.Publish, p.done = queue.Send, func() { _ = queue.Close() }
	return p, nil
}

// introduce says where events go, and what else is to be known before they do.
func (a *app) introduce(to target, more string) {
	a.note("to %s%s", to, more)
	if !to.mns() && to.key == "" && !a.json {
		a.note("not signed: there is no --key")
	}
}
