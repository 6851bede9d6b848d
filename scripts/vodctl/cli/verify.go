package cli

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/scripts/vodctl/verify"
)

type verifyCommand struct {
	URL       []string      `sep:"none" placeholder:"URL" help:"The callback URL as configured in VOD. Repeatable. Default: VOD_CALLBACK_URL, else that of the vodctl dev that is running."`
	Key       []string      `sep:"none" help:"A key that it may be signed with; several with blanks between them. Repeatable. Default: VOD_AUTH_KEY, else that of the vodctl dev that is running."`
	Timestamp string        `required:"" placeholder:"SECONDS" help:"The header X-VOD-TIMESTAMP: digits."`
	Signature string        `required:"" placeholder:"HEX" help:"The header X-VOD-SIGNATURE: 32 hexadecimal digits."`
	At        moment        `placeholder:"TIME" help:"When it was received, in UTC: 90m (ago) or 2026-11-23T08:00:00Z. Default: now."`
	Tolerance time.Duration `default:"5m" help:"How far the timestamp may be from then. Default: ${default}."`
}

// Help implements kong.HelpProvider.
func (verifyCommand) Help() string {
	return `Says whether a receiver with this URL and these keys takes a callback. If it does not, it looks for the small ` +
		`change with which it would: http or https, a slash at the end, a port, the query, the case of the host, a time in ` +
		`milliseconds; or says that only the clock is off. It never prints the right signature. The exit code is 1 if it is not right.

    vodctl verify --url https://hooks.example.com/vod --key "$VOD_AUTH_KEY" \
      --timestamp 1770091912 --signature 0123456789abcdef0123456789abcdef

With --json it prints one object with valid, reason, key, late_ns and variants.`
}

// Run gives the verdict.
func (c *verifyCommand) Run(a *app) error {
	now := time.Now()
	at, err := c.At.at(now)
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = now
	}
	if err := c.check(); err != nil {
		return err
	}
	urls, keys, err := c.settings(a)
	if err != nil {
		return err
	}
	verdict := verdictOf(urls, verify.Request{
		Keys: keys, Timestamp: c.Timestamp, Signature: c.Signature, At: at, Tolerance: c.Tolerance,
	})
	if a.json {
		err = a.printJSON(verdict)
	} else {
		c.explain(a, verdict, len(keys))
	}
	if err == nil && !verdict.Valid {
		err = errNot
	}
	return err
}

// signatureDigits is the length of a signature: MD5 in hexadecimal digits.
const signatureDigits = 32

// check says what is no header of VOD, and trims those that are.
func (c *verifyCommand) check() error {
	c.Timestamp, c.Signature = strings.TrimSpace(c.Timestamp), strings.TrimSpace(c.Signature)
	digits := func(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
	_, err := hex.DecodeString(c.Signature)
	signature := err == nil && len(c.Signature) == signatureDigits
	switch {
	case digits(c.Signature) && !digits(c.Timestamp):
		return usagef("--timestamp and --signature look as if they were exchanged: the timestamp has the digits only")
	case !digits(c.Timestamp):
		return usagef("--timestamp %q: want the header X-VOD-TIMESTAMP, seconds since 1970 such as 1770091912", c.Timestamp)
	case !signature:
		return usagef("--signature %q: want the header X-VOD-SIGNATURE, 32 hexadecimal digits", c.Signature)
	case c.Tolerance <= 0:
		return usagef("--tolerance must be positive")
	default:
		return nil
	}
}

// settings returns the URLs and keys of the receiver: those of the command line,
// split at white space as those of the environment are, else the environment's, else
// those of the vodctl dev that is running.
func (c *verifyCommand) settings(a *app) (urls, keys []string, err error) {
	urls, keys = strings.Fields(strings.Join(c.URL, " ")), strings.Fields(strings.Join(c.Key, " "))
	if len(urls) == 0 {
		urls = strings.Fields(a.Getenv("VOD_CALLBACK_URL"))
	}
	if len(keys) == 0 {
		keys = strings.Fields(a.Getenv("VOD_AUTH_KEY"))
	}
	running, err := dev.Running()
	if err == nil && len(urls) == 0 {
		urls = []string{running.CallbackURL}
	}
	if err == nil && len(keys) == 0 && slices.Contains(urls, running.CallbackURL) {
		keys = []string{running.AuthKey}
	}
	switch {
	case len(urls) == 0:
		return nil, nil, usagef("which URL? give --url, or set VOD_CALLBACK_URL, or start %s dev", a.self)
	case len(keys) == 0:
		return nil, nil, usagef("which key? give --key, or set VOD_AUTH_KEY")
	default:
		return urls, keys, nil
	}
}

// verdictOf tries the URLs in turn.
func verdictOf(urls []string, r verify.Request) verify.Verdict {
	var all verify.Verdict
	for _, r.URL = range urls {
		v := verify.Check(r)
		if v.Reason != "signature" {
			return v
		}
		v.Variants = slices.Concat(all.Variants, v.Variants)
		all = v
	}
	return all
}

// explain says what came out.
func (c *verifyCommand) explain(a *app, v verify.Verdict, keys int) {
	wrong := a.paint.Text(term.Red, "not right")
	switch {
	case v.Valid:
		a.say("%s: signed %s%s", a.paint.Text(term.Green, "right"), distance(v.Late), withKey(v.Key, keys))
	case v.Reason == "expired":
		a.say("%s, but only because of the time: signed %s%s, and the tolerance is %v", wrong, distance(v.Late), withKey(v.Key, keys), c.Tolerance)
		a.say("check the clocks of both sides, or give the time at which it was received with --at")
	case v.Reason == "milliseconds":
		a.say("%s: the timestamp is in milliseconds, and has to be in seconds%s", wrong, withKey(v.Key, keys))
	case len(v.Variants) == 0:
		a.say("%s, and with none of the usual changes of URL, key or timestamp either", wrong)
		a.say("compare the key, and the URL letter by letter with the one configured in VOD")
	default:
		a.say("%s, but it would be", wrong)
		for _, variant := range v.Variants {
			a.say("  %s%s: %s", strings.Join(variant.Changes, ", "), withKey(variant.Key, keys), term.Clean(variant.URL))
		}
	}
}

func withKey(n, of int) string {
	if of == 1 {
		return ""
	}
	return ", with key " + strconv.Itoa(n) + " of " + strconv.Itoa(of)
}

// distance says how long ago, or ahead, something was.
func distance(late time.Duration) string {
	if late < 0 {
		return (-late).String() + " ahead of the time it was received"
	}
	return late.String() + " before it was received"
}
