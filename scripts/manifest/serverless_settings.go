package manifest

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/mns"
)

// maxEnvironment is what names and values of a function's variables may have together, in
// bytes (Function Compute 3.0, "Limits", February 2026).
const maxEnvironment = 4096

// settingsOf are the settings that a function reads. Those of callbacks are for the HTTP
// function alone; a platform that runs the functions serves for them.
func settingsOf(id string) []string {
	return slices.DeleteFunc(config.Settings(), func(name string) bool {
		switch name {
		case "VOD_LISTEN":
			return true
		case "VOD_TOPIC", "VOD_CALLBACK_URL", "VOD_AUTH_KEY", "VOD_AUTH", "VOD_AUTH_TOLERANCE", "VOD_BUDGET":
			return id != "http"
		default:
			return false
		}
	})
}

// checkSettings holds the environment of a function to the settings that it reads, and to
// what they may be.
func (d *deployment) checkSettings(f Function, where string) {
	where += ".environmentVariables"
	size := 0
	known := settingsOf(f.ID)
	for _, name := range sortedKeys(f.Settings) {
		size += len(name) + len(f.Settings[name])
		switch {
		case strings.HasPrefix(name, "FC_"):
			d.wrong(below(where, name), "is a name that the platform keeps for itself")
		case !slices.Contains(known, name):
			d.wrong(below(where, name), "is no setting of this function: there are "+strings.Join(known, ", "))
		}
	}
	if size > maxEnvironment {
		d.wrong(where, "must be 4 KB at most, names and values together")
	}
	for _, name := range known {
		if _, ok := f.Settings[name]; !ok {
			d.wrong(below(where, name), "is missing: the function reads it")
		}
	}
	// As on the platform, where files are gone with the instance.
	_, err := config.Load(func(name string) string {
		if name == "FC_FUNC_CODE_PATH" {
			return "/code"
		}
		return f.Settings[name]
	})
	for _, err := range each(err) {
		if wrong, ok := errors.AsType[*config.Error](err); ok {
			d.wrong(below(where, wrong.Setting), wrong.Problem)
		}
	}
}

// each returns the errors that were joined.
func each(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// checkQueues compares the queues and the topic that settings name with those of the triggers.
func (d *deployment) checkQueues(f Function, where string) {
	settings := where + ".environmentVariables"
	inlets, ok := d.addresses(f, settings, "VOD_DEAD_LETTER_QUEUE")
	var queue string
	for i, t := range f.Triggers {
		if t.Type != "eventbridge" {
			continue
		}
		queue = t.Queue
		if ok && !slices.Contains(inlets, t.DeadLetters) {
			d.wrong(where+".triggers"+position(i)+".triggerConfig.runOptions.deadLetterQueue.Arn", "must be a queue of VOD_DEAD_LETTER_QUEUE, or nobody reads it back")
		}
	}
	if destination := strings.TrimSuffix(f.OnFailure, "/messages"); ok && destination != "" && !slices.Contains(inlets, destination) {
		d.wrong(where+".asyncInvokeConfig.destinationConfig.onFailure.destination", "must be a queue of VOD_DEAD_LETTER_QUEUE, or nobody reads it back")
	}
	own := func(arn string) bool { return queue != "" && strings.HasSuffix(arn, ":/queues/"+queue) }
	if slices.ContainsFunc(inlets, own) {
		d.wrong(below(settings, "VOD_DEAD_LETTER_QUEUE"), "must not be the queue that VOD writes to")
	}
	if !strings.HasPrefix(f.Settings["VOD_FALLBACK"], "mns:") {
		return
	}
	fallback, _ := d.addresses(f, settings, "VOD_FALLBACK")
	if slices.ContainsFunc(fallback, own) {
		d.wrong(below(settings, "VOD_FALLBACK"), "must not be the queue that VOD writes to")
	}
	if slices.ContainsFunc(fallback, func(arn string) bool { return slices.Contains(inlets, arn) }) {
		d.wrong(below(settings, "VOD_FALLBACK"), "must not be the queue of VOD_DEAD_LETTER_QUEUE")
	}
}

// checkTopic holds the topic that the HTTP function publishes to to a trigger that
// listens.
func (d *deployment) checkTopic(web, queue Function) {
	const settings = "resources.http.props.environmentVariables"
	topics, _ := d.addresses(web, settings, "VOD_TOPIC")
	for _, topic := range topics {
		if !slices.ContainsFunc(queue.Triggers, func(t Trigger) bool { return t.Type == "mns_topic" && t.Source == topic }) {
			d.wrong(below(settings, "VOD_TOPIC"), "must be the topic of a trigger of the function mns, or nobody delivers what is published")
		}
	}
}

// addresses returns the ARNs of the queues and topics that a setting names, and whether
// all could be read.
func (d *deployment) addresses(f Function, where, setting string) (arns []string, ok bool) {
	ok = true
	for raw := range strings.FieldsSeq(f.Settings[setting]) {
		u, err := url.Parse(raw)
		if err == nil && u.Scheme != "mns" {
			continue // vodctl doctor says what is wrong with it
		}
		var a mns.Address
		if err == nil {
			a, err = mns.ParseURL(u)
		}
		if err != nil {
			ok = false
			d.wrong(below(where, setting), "is not the URL of a queue or topic that it should be")
			continue
		}
		arns = append(arns, "acs:mns:"+a.Region+":"+a.Account+":/"+string(a.Channel)+"s/"+a.Name)
	}
	return arns, ok
}
