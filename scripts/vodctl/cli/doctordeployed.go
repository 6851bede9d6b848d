package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/doctor"
)

// deployment is what the APIs say about what is deployed.
type deployment struct {
	http, mns deployedFunction
	callback  openapi.Callback
	noAnswer  error // why there is no callback
}

// deployedFunction is a function and its triggers, or why they cannot be seen.
type deployedFunction struct {
	openapi.Function

	triggers []openapi.Trigger
	name     string
	err      error
}

// look asks the APIs.
func look(ctx context.Context, api cloud) deployment {
	function := func(name string) deployedFunction {
		f := deployedFunction{name: name}
		if f.Function, f.err = api.Function(ctx, name); f.err == nil {
			f.triggers, f.err = api.Triggers(ctx, name)
		}
		return f
	}
	d := deployment{http: function(api.function("-http")), mns: function(api.function("-mns"))}
	d.callback, d.noAnswer = api.MessageCallback(ctx, "")
	return d
}

// trigger returns the first trigger of that type which fits.
func (f deployedFunction) trigger(kind string, fits func(openapi.Trigger) bool) (openapi.Trigger, bool) {
	i := slices.IndexFunc(f.triggers, func(t openapi.Trigger) bool { return t.Type == kind && fits(t) })
	if i < 0 {
		return openapi.Trigger{}, false
	}
	return f.triggers[i], true
}

// setting returns a setting of the function.
func (f deployedFunction) setting(name string) string { return strings.TrimSpace(f.Environment[name]) }

// examine returns what is to be said about it. The settings are those that the functions
// would have now, as far as they are known.
func (d deployment) examine(settingsHTTP, settingsMNS map[string]string) []doctor.Finding {
	all := []doctor.Finding{d.http.examine(settingsHTTP), d.mns.examine(settingsMNS)}
	if d.http.err == nil {
		all = append(all, d.http.httpTrigger(), d.http.deadline())
	}
	if d.mns.err == nil {
		all = append(all, d.mns.timer())
	}
	if d.http.err == nil && d.mns.err == nil {
		all = append(all, d.same()...)
		all = append(all, d.topic())
	}
	return append(all, d.calledBack())
}

func found(check string, v doctor.Verdict, advice, format string, args ...any) doctor.Finding {
	return doctor.Finding{Check: check, Verdict: v, Detail: fmt.Sprintf(format, args...), Advice: advice}
}

// examine says whether the function is there, and has the settings that it would have now.
func (f deployedFunction) examine(settings map[string]string) doctor.Finding {
	if f.err != nil {
		advice := ""
		if errors.Is(f.err, openapi.ErrNotFound) {
			advice = "deploy it, or set DEPLOY_NAME and ALIBABA_CLOUD_REGION_ID to what they were when it was"
		}
		return found(f.name, doctor.Fail, advice, "%s", unprefixed(f.err))
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if strings.TrimSpace(settings[name]) != f.setting(name) {
			changed = append(changed, name)
		}
	}
	if len(changed) > 0 {
		return found(f.name, doctor.Warn, "deploy it again, if it is to have them", "it has other settings than there are here: %s", strings.Join(changed, ", "))
	}
	return found(f.name, doctor.OK, "", "runs on %s, up to %s for a call", f.Runtime, f.Timeout)
}

// httpTrigger says whether VOD can post to the function.
func (f deployedFunction) httpTrigger() doctor.Finding {
	const check = "HTTP trigger"
	trigger, ok := f.trigger("http", func(openapi.Trigger) bool { return true })
	if !ok {
		return found(check, doctor.Fail, "deploy the function again", "%s has none: VOD cannot reach it", f.name)
	}
	var c struct {
		AuthType string   `json:"authType"`
		Methods  []string `json:"methods"`
	}
	_ = json.Unmarshal([]byte(trigger.Config), &c) // what it does not say is not as it must be
	switch {
	case !strings.EqualFold(c.AuthType, "anonymous"):
		return found(check, doctor.Fail, "set authType to anonymous: the signature says who may", "it asks callers to sign as no callback of VOD does")
	case !slices.Contains(c.Methods, "POST"):
		return found(check, doctor.Fail, "set methods to POST", "it takes no POST, which is what VOD sends")
	default:
		return found(check, doctor.OK, "", "anonymous, takes POST")
	}
}

// deadline says whether the function has the time that it takes.
func (f deployedFunction) deadline() doctor.Finding {
	c, _ := config.Load(f.setting) // what is wrong is said where the settings are
	if f.Timeout <= c.Budget {
		return found("timeout", doctor.Fail, "set it to 15 s", "%s is ended after %s, and takes up to %s (VOD_BUDGET): FC would answer in its place, with 200", f.name, f.Timeout, c.Budget)
	}
	return found("timeout", doctor.OK, "", "%s for the %s of VOD_BUDGET", f.Timeout, c.Budget)
}

// timer says whether somebody calls the function every minute, if anything needs it.
func (f deployedFunction) timer() doctor.Finding {
	const check = "timer trigger"
	var needs []string
	for _, name := range []string{"VOD_SINKS", "VOD_FALLBACK", "VOD_DEAD_LETTER_QUEUE"} {
		if f.setting(name) != "" {
			needs = append(needs, name)
		}
	}
	enabled := func(t openapi.Trigger) bool {
		var c struct {
			Enable *bool `json:"enable"`
		}
		return json.Unmarshal([]byte(t.Config), &c) == nil && (c.Enable == nil || *c.Enable)
	}
	_, ok := f.trigger("timer", enabled)
	_, off := f.trigger("timer", func(openapi.Trigger) bool { return true })
	switch {
	case ok:
		return found(check, doctor.OK, "", "it is there, and enabled")
	case len(needs) == 0:
		return found(check, doctor.Skipped, "", "there is none, and nothing needs it")
	case off:
		return found(check, doctor.Fail, "enable it", "it is disabled, and %s needs it", strings.Join(needs, ", "))
	default:
		return found(check, doctor.Fail, "give the MNS function a timer trigger, @every 1m", "%s has none, and %s needs it", f.name, strings.Join(needs, ", "))
	}
}

// same says whether both functions have the settings in common that they share.
func (d deployment) same() []doctor.Finding {
	var all []doctor.Finding
	for _, name := range []string{"VOD_STORE", "VOD_SINKS", "VOD_WEBHOOK_SECRET", "VOD_FALLBACK", "VOD_HTTPS_DOMAINS"} {
		if d.http.setting(name) != d.mns.setting(name) {
			all = append(all, found("same settings", doctor.Fail, "deploy both again, with the same settings", "the functions have different values of %s", name))
		}
	}
	if all == nil {
		all = append(all, found("same settings", doctor.OK, "", "both functions have the same store, sinks and fallback"))
	}
	return all
}

// topic says whether what the HTTP function publishes gets to the MNS function.
func (d deployment) topic() doctor.Finding {
	const check = "topic trigger"
	c, _ := config.Load(d.http.setting)
	if c.Topic.URL == nil {
		return found(check, doctor.Skipped, "", "VOD_TOPIC is not set: nothing is published")
	}
	path := c.Topic.Path[strings.LastIndex(c.Topic.Path, "/topics/")+1:]
	if _, ok := d.mns.trigger("mns_topic", func(t openapi.Trigger) bool { return strings.HasSuffix(t.SourceARN, ":/"+path) }); !ok {
		return found(check, doctor.Fail, "give the MNS function an mns_topic trigger on it, or unset VOD_TOPIC",
			"nobody is subscribed to VOD_TOPIC: what is published is delivered by the timer only")
	}
	return found(check, doctor.OK, "", "the MNS function is subscribed to VOD_TOPIC")
}

// calledBack says whether VOD reports events to what is deployed. Its key is compared, and
// not shown.
func (d deployment) calledBack() doctor.Finding {
	const check, set = "callback of VOD", "vodctl callback set"
	switch cb := d.callback; {
	case errors.Is(d.noAnswer, openapi.ErrNoCallback):
		return found(check, doctor.Warn, set, "none is set%s: VOD reports no events", answered(d.noAnswer))
	case d.noAnswer != nil:
		return found(check, doctor.Warn, "", "it cannot be read: %s", unprefixed(d.noAnswer))
	case len(cb.EventTypes) == 0:
		return found(check, doctor.Fail, set, "no type of event is chosen: VOD reports none")
	case cb.Type == openapi.MNS:
		return d.queued(check)
	case d.http.err != nil:
		return found(check, doctor.Skipped, "", "VOD posts to a URL, and there is no function to compare it with")
	case !slices.Contains(strings.Fields(d.http.setting("VOD_CALLBACK_URL")), cb.URL):
		return found(check, doctor.Warn, set, "VOD posts to another address than VOD_CALLBACK_URL: no event comes here, or every signature is wrong")
	case strings.EqualFold(d.http.setting("VOD_AUTH"), "off"):
		return found(check, doctor.OK, "", "VOD posts to VOD_CALLBACK_URL, and signatures are not checked")
	case cb.AuthKey == "":
		return found(check, doctor.Fail, set, "VOD does not sign: every callback is refused")
	case !slices.Contains(strings.Fields(d.http.setting("VOD_AUTH_KEY")), cb.AuthKey):
		return found(check, doctor.Fail, "add VOD's key to VOD_AUTH_KEY and deploy, or "+set, "VOD signs with a key that is not in VOD_AUTH_KEY: every callback is refused")
	default:
		return found(check, doctor.OK, "", "VOD posts to VOD_CALLBACK_URL and signs with a key of VOD_AUTH_KEY")
	}
}

// queued says whether somebody reads the queue that VOD writes to.
func (d deployment) queued(check string) doctor.Finding {
	reads := func(t openapi.Trigger) bool {
		var c struct {
			TriggerEnable     *bool `json:"triggerEnable"`
			EventSourceConfig struct {
				EventSourceParameters struct {
					SourceMNSParameters struct {
						QueueName string `json:"QueueName"`
					} `json:"sourceMNSParameters"`
				} `json:"eventSourceParameters"`
			} `json:"eventSourceConfig"`
		}
		return json.Unmarshal([]byte(t.Config), &c) == nil && (c.TriggerEnable == nil || *c.TriggerEnable) &&
			c.EventSourceConfig.EventSourceParameters.SourceMNSParameters.QueueName == d.callback.Queue
	}
	if d.mns.err != nil {
		return found(check, doctor.Skipped, "", "VOD writes to a queue, and there is no function that could read it")
	}
	if _, ok := d.mns.trigger("eventbridge", reads); !ok {
		return found(check, doctor.Warn, "vodctl callback set", "VOD writes to the queue %s, which no trigger of the MNS function reads", d.callback.Queue)
	}
	return found(check, doctor.OK, "", "VOD writes to the queue %s, and the MNS function reads it", d.callback.Queue)
}
