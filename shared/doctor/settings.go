package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/shared/config"
)

// settings says whether the settings can be read.
func (o *opened) settings(context.Context) []Finding {
	var all []Finding
	for _, wrong := range o.wrong {
		all = append(all, Finding{Verdict: Fail, Detail: wrong})
	}
	for _, name := range config.Unknown(o.Environ) {
		detail := name + " is no setting"
		if o.Hint != nil {
			detail += o.Hint(name, config.Settings())
		}
		all = append(all, Finding{Verdict: Warn, Detail: detail, Advice: "correct the name, or take the variable away"})
	}
	if len(o.wrong) == 0 {
		set := 0
		for _, s := range config.Describe(o.Getenv) {
			if s.Origin == config.OriginEnvironment {
				set++
			}
		}
		all = append([]Finding{{Verdict: OK, Detail: strconv.Itoa(set) + " are set, all of them can be read"}}, all...)
	}
	return all
}

// What VOD takes (ApsaraVideo VOD, SetMessageCallback, parameters AuthKey and CallbackURL,
// read 2026-11-23).
const (
	maxKey         = 32  // characters, with an upper-case and a lower-case letter and a digit
	MaxCallbackURL = 256 // bytes
)

// signature says whether what is needed to tell authentic callbacks is there, and whether
// VOD takes it.
func (o *opened) signature(context.Context) []Finding {
	if o.Only == MNS {
		return []Finding{{Verdict: Skipped, Detail: "only the HTTP function checks signatures"}}
	}
	var all []Finding
	verifier, err := o.config.Verifier()
	for _, wrong := range lines(err) {
		f := Finding{Verdict: Fail, Detail: wrong}
		if o.Planned && len(o.config.CallbackURLs) == 0 && strings.HasPrefix(wrong, "VOD_CALLBACK_URL") {
			f.Verdict, f.Advice = Warn, "before the first deployment nobody knows the address that the platform will give"
		}
		all = append(all, f)
	}
	for i, key := range o.config.AuthKeys {
		if problem := WrongKey(key); problem != "" {
			verdict := Fail
			if i > 0 { // VOD has taken it, before there was the rule, and it is on its way out
				verdict = Warn
			}
			all = append(all, Finding{
				Verdict: verdict, Detail: fmt.Sprintf("VOD_AUTH_KEY %d %s: VOD does not take it", i+1, problem),
				Advice: "use up to 32 letters and digits, with a capital and a small letter and a digit, such as those of openssl rand -hex 15 with an A in front",
			})
		}
	}
	for i, u := range o.config.CallbackURLs {
		if len(u) > MaxCallbackURL {
			all = append(all, Finding{
				Verdict: Fail, Detail: fmt.Sprintf("VOD_CALLBACK_URL %d has %d bytes: VOD takes %d", i+1, len(u), MaxCallbackURL),
				Advice: "make its path shorter",
			})
		}
	}
	for _, weak := range o.config.Weaknesses() {
		if !strings.HasPrefix(weak, "VOD_FALLBACK") { // which is said where the fallback is
			all = append(all, Finding{Verdict: Warn, Detail: weak})
		}
	}
	if err == nil && verifier != nil {
		all = append([]Finding{{Verdict: OK, Detail: fmt.Sprintf("checked with %d of VOD_AUTH_KEY and %d of VOD_CALLBACK_URL, %s either way",
			len(o.config.AuthKeys), len(o.config.CallbackURLs), o.config.AuthTolerance)}}, all...)
	}
	return all
}

// WrongKey says why VOD does not take a key for its signature, such as "has no digit",
// without repeating it; empty if it does.
func WrongKey(key string) string {
	switch {
	case len(key) > maxKey:
		return "has over 32 characters"
	case !strings.ContainsAny(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
		return "has no capital letter"
	case !strings.ContainsAny(key, "abcdefghijklmnopqrstuvwxyz"):
		return "has no small letter"
	case !strings.ContainsAny(key, "0123456789"):
		return "has no digit"
	default:
		return ""
	}
}

// places says whether queues, topics and functions are where they can work together.
func (o *opened) places(context.Context) []Finding {
	addresses := o.addresses()
	all := sameTwice(addresses)
	for _, a := range addresses {
		switch {
		case o.Region == "" || a.Region == o.Region:
		case a.name == "VOD_TOPIC":
			all = append(all, Finding{
				Verdict: Fail, Detail: fmt.Sprintf("VOD_TOPIC is in %s and the functions in %s: a topic invokes functions of its own region only", a.Region, o.Region),
				Advice: "make the topic in the region of the functions",
			})
		case a.internal && a.Region != o.Region:
			all = append(all, Finding{
				Verdict: Fail, Detail: fmt.Sprintf("%s has the internal endpoint of %s, which the functions in %s do not reach", a.name, a.Region, o.Region),
				Advice: "take a queue in their region, or the public endpoint",
			})
		default:
			all = append(all, Finding{
				Verdict: Warn, Detail: fmt.Sprintf("%s is in %s and the functions in %s: each message goes a long way", a.name, a.Region, o.Region),
				Advice: "take one in the region of the functions",
			})
		}
	}
	if mainland(o.Region) && o.Region != "cn-shanghai" {
		all = append(all, Finding{
			Verdict: Warn, Detail: "the functions are in " + o.Region + ": for media that are stored in mainland China VOD wants queues in cn-shanghai, and a queue invokes functions of its own region only",
			Advice: "deploy to cn-shanghai, unless VOD calls back by HTTP",
		})
	}
	switch {
	case len(all) > 0:
		return all
	case len(addresses) == 0:
		return []Finding{{Verdict: Skipped, Detail: "there are no queues and topics"}}
	case o.Region == "":
		return []Finding{{Verdict: Skipped, Detail: "the region of the functions is not known: ALIBABA_CLOUD_REGION_ID says it"}}
	default:
		return []Finding{{Verdict: OK, Detail: fmt.Sprintf("each queue and topic serves one purpose, and all %d are in %s", len(addresses), o.Region)}}
	}
}

// mainland reports whether a region is in mainland China. For what is stored there VOD
// advises queues in cn-shanghai; others get their messages late (ApsaraVideo VOD, FAQ about
// event notifications, read 2026-11-23).
func mainland(region string) bool {
	return strings.HasPrefix(region, "cn-") && region != "cn-hongkong"
}

// sameTwice finds queues and topics that serve two purposes.
func sameTwice(addresses []named) []Finding {
	var all []Finding
	seen := map[string]string{}
	for _, a := range addresses {
		where := strings.Join([]string{a.Account, a.Region, string(a.Channel), a.Name}, "/")
		if other, ok := seen[where]; ok {
			all = append(all, Finding{
				Verdict: Fail, Detail: fmt.Sprintf("%s and %s are the same %s: what one puts there the other takes for its own", other, a.name, a.Address),
				Advice: "give each its own",
			})
			continue
		}
		seen[where] = a.name
	}
	return all
}
