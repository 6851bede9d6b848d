package console

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/scripts/vodctl/verify"
)

// explained is the verdict on a signature, for people.
type explained struct {
	Word, Tone string
	// Says is one sentence, or two; Advice what to do if it is not right.
	Says, Advice string
	Variants     []variant
}

// variant is what a signature is right for, although that is not what was expected.
type variant struct{ URL, Changes, Key string }

// explain explains the verdict on a request.
func explain(a intake.Arrival) explained {
	v := a.Signature
	key := "key " + strconv.Itoa(v.Key)
	switch {
	case v.Valid:
		return explained{Word: "valid", Tone: "good", Says: "Signed with " + key + ", " + distance(v.Late) + "."}
	case v.Reason == "unsigned" && a.Method != http.MethodPost:
		return explained{Word: "unsigned", Tone: "plain", Says: "There is no signature: VOD signs what it sends, and sends with POST only."}
	case v.Reason == "unsigned":
		return explained{
			Word: "unsigned", Tone: "bad", Says: "There is no signature: X-VOD-TIMESTAMP and X-VOD-SIGNATURE are not both there.",
			Advice: "In VOD, is authentication switched on for the callback, with a key?",
		}
	case v.Reason == "expired":
		return explained{
			Word: "expired", Tone: "bad", Says: "The signature is right, with " + key + ", but not the time: signed " + distance(v.Late) + ".",
			Advice: "Compare the clocks of both sides. An old request that somebody sends again looks like that, too.",
		}
	case v.Reason == "milliseconds":
		return explained{
			Word: "milliseconds", Tone: "bad", Says: "The signature is right, with " + key + ", but X-VOD-TIMESTAMP is in milliseconds.",
			Advice: "It has to be in seconds since 1970.",
		}
	case len(v.Variants) == 0:
		return explained{
			Word: "wrong", Tone: "bad", Says: "The signature is wrong, and with none of the usual changes of URL, key or timestamp it would be right.",
			Advice: "Compare the key with the one in VOD, and the callback URL letter by letter.",
		}
	default:
		return explained{
			Word: "wrong", Tone: "bad", Says: "The signature is wrong here. It is right for:", Variants: variantsOf(v.Variants),
			Advice: "Configure the same callback URL here and in VOD.",
		}
	}
}

func variantsOf(all []verify.Variant) []variant {
	found := make([]variant, len(all))
	for i, v := range all {
		found[i] = variant{
			URL: cmp.Or(printable(v.URL), "an empty URL"), Changes: strings.Join(v.Changes, ", "), Key: "key " + strconv.Itoa(v.Key),
		}
	}
	return found
}

// distance says how long before, or after, it came in something was.
func distance(late time.Duration) string {
	switch {
	case late == 0:
		return "in the second in which it came in"
	case late < 0:
		return (-late).String() + " after it came in, by our clock"
	default:
		return late.String() + " before it came in"
	}
}
