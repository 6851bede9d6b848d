package vodtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Faults are what goes wrong between VOD and a receiver, on purpose. The zero value
// is a way without faults. Shares are from 0 to 1; which events they hit follows from
// the Seed of the [Player], and not from the other faults.
//
// Whatever the faults, a receiver that keeps its promises ends in the same state.
type Faults struct {
	// Duplicate is the share of events that are sent twice, one copy right behind the
	// other, or beside it if the Player is Parallel.
	Duplicate float64
	// Reorder is the share of events that come late: after one to ten of those that
	// follow them.
	Reorder float64
	// Delay is the longest time for which an event is held back before it is sent;
	// each waits for a random part of it, in one of the Player's Parallel places.
	Delay time.Duration
	// DropReply is the share of attempts whose answer is lost: the receiver has
	// answered, but the connection is cut before that is read, so that VOD tries again.
	DropReply float64
	// Tamper is the share of events ahead of which somebody else sends the same body,
	// once, signed with a key that is not right; it must be refused. That a body was
	// changed below a right signature is nothing that a receiver can see: VOD does not
	// sign the body.
	Tamper float64
	// ClockSkew is how far the clock that is signed with is ahead; less than 0 is
	// behind.
	ClockSkew time.Duration
	// NextKey signs the second half of the events, as it does when the key is changed
	// in VOD; see [Player.Count].
	NextKey string
}

// Check says what cannot be.
func (f Faults) Check() error {
	for _, s := range []struct {
		name  string
		share float64
	}{
		{"Duplicate", f.Duplicate},
		{"Reorder", f.Reorder},
		{"DropReply", f.DropReply},
		{"Tamper", f.Tamper},
	} {
		if !(s.share >= 0 && s.share <= 1) { // nor is NaN
			return fmt.Errorf("vodtest: %s is %v: want a share from 0 to 1", s.name, s.share)
		}
	}
	if f.Delay < 0 {
		return errors.New("vodtest: Delay is less than 0")
	}
	return nil
}

// ofCallbacks reports whether there are faults that only an HTTP callback can have.
func (f Faults) ofCallbacks() bool {
	return f.DropReply > 0 || f.Tamper > 0 || f.ClockSkew != 0 || f.NextKey != ""
}

// farthest is how many events can overtake one that is reordered.
const farthest = 10

// chance is what one event meets.
type chance struct {
	duplicate, tamper bool
	behind            int // how many events overtake it
	delays            [copies]time.Duration
	drops             [copies]uint64 // seeds of the replies that are dropped
}

// copies are how often an event can be sent: by somebody else, by VOD, and again.
const copies = 3

// chance returns what event n meets. All dice are thrown for every event, in one
// order, so that one fault does not move another.
func (f Faults) chance(seed, n int) chance {
	dice := rand.New(rand.NewPCG(uint64(seed), uint64(n))) //nolint:gosec // to be repeated exactly, not to be secret
	c := chance{
		duplicate: dice.Float64() < f.Duplicate,
		tamper:    dice.Float64() < f.Tamper,
	}
	late, behind := dice.Float64() < f.Reorder, 1+int(dice.Float64()*farthest)
	if late {
		c.behind = behind
	}
	for i := range copies {
		c.delays[i] = time.Duration(dice.Float64() * float64(f.Delay))
		c.drops[i] = dice.Uint64()
	}
	return c
}

// dropper returns what decides for each attempt whether its reply is lost.
func (f Faults) dropper(seed uint64) func() bool {
	if f.DropReply == 0 {
		return nil
	}
	dice := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // to be repeated exactly, not to be secret
	return func() bool { return dice.Float64() < f.DropReply }
}
