package manifest

import (
	"fmt"
	"iter"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/mns"
)

// CheckAgreement compares s.yaml with template.yaml, both read for the same account,
// region and name, and returns where they are not about the same thing: queues, topics,
// roles and logs that one uses and the other does not make, rights that the settings need
// and the role does not have, and functions that differ, if both make them.
func CheckAgreement(s *Serverless, r *ROS) []Problem {
	a := &agreement{ros: r}
	for _, id := range []string{"http", "mns"} {
		f, ok := s.Function(id)
		if !ok {
			a.wrong("", "s.yaml has no function "+id)
			continue
		}
		a.function(f)
		for _, made := range r.Functions {
			if made.ID == id {
				a.same(f, made)
			}
		}
	}
	if n := len(r.Functions); n != 0 && n != len(s.Functions) {
		a.wrong("", fmt.Sprintf("makes %d functions, and s.yaml %d", n, len(s.Functions)))
	}
	return a.problems
}

// agreement collects where the two differ. Problems are said of template.yaml.
type agreement struct {
	ros      *ROS
	problems []Problem
}

func (a *agreement) wrong(where, what string) {
	a.problems = append(a.problems, Problem{File: a.ros.file, Where: where, What: what})
}

// function checks that what a function of s.yaml uses is made.
func (a *agreement) function(f Function) {
	r, who := a.ros, "the function "+f.ID
	if f.Role != r.Role {
		a.wrong("Resources.FunctionRole", who+" works as another role")
	}
	if f.Project != r.Project || f.Logstore != r.Logstore {
		a.wrong("Resources.Logstore", who+" writes its logs elsewhere, where no alarm looks")
	}
	for _, t := range f.Triggers {
		switch t.Type {
		case "mns_topic":
			if !slices.ContainsFunc(r.Topics, func(name string) bool { return strings.HasSuffix(t.Source, ":/topics/"+name) }) {
				a.wrong("Resources.Topic", "is not the topic of the trigger "+t.Name)
			}
		case "eventbridge":
			a.queue(t.Queue, "the trigger "+t.Name, f)
			a.queue(nameIn(t.DeadLetters), "the dead letters of the trigger "+t.Name, f)
		}
	}
	if f.OnFailure != "" {
		a.queue(nameIn(strings.TrimSuffix(f.OnFailure, "/messages")), "what "+who+" fails at", f)
		a.granted(who+" hands over what failed", Grant{"mns:SendMessage", f.OnFailure})
	}
	a.granted(who+" writes logs", Grant{"log:PostLogStoreLogs", "acs:log:" + f.Region + ":" + r.account + ":project/" + f.Project + "/logstore/" + f.Logstore})
	for _, setting := range slices.Sorted(maps.Keys(f.Settings)) {
		for raw := range strings.FieldsSeq(f.Settings[setting]) {
			if u, err := url.Parse(raw); err == nil { // what is wrong with it, the check of s.yaml says
				a.setting(setting, u, f)
			}
		}
	}
}

// queue checks that there is such a queue, and that it hides messages for long enough.
func (a *agreement) queue(name, what string, f Function) {
	for _, q := range a.ros.Queues {
		if q.Name != name {
			continue
		}
		if q.Visibility <= f.Timeout {
			a.wrong(a.ros.place("ALIYUN::MNS::Queue", "QueueName", name)+".Properties.VisibilityTimeout",
				fmt.Sprintf("must hide messages of %s for longer than the %v that the function %s may take", what, f.Timeout, f.ID))
		}
		return
	}
	a.wrong("Resources", "makes no queue for "+what)
}

// setting checks that what a URL in a setting names is there, if it would be made here,
// and may be used.
func (a *agreement) setting(setting string, u *url.URL, f Function) {
	if u.Scheme == "mns" {
		plain := *u
		plain.Fragment = "" // of a sink
		address, err := mns.ParseURL(&plain)
		if err != nil {
			return
		}
		if address.Channel == mns.ChannelQueue && setting != "VOD_SINKS" {
			a.queue(address.Name, setting, f)
		}
		if setting == "VOD_TOPIC" && !slices.Contains(a.ros.Topics, address.Name) {
			a.wrong("Resources.Topic", "is not the topic of VOD_TOPIC")
		}
	}
	if u.Scheme == "tablestore" && a.ros.Instance != "" && !strings.HasPrefix(u.Host, a.ros.Instance+".") {
		a.wrong("Resources.TablestoreStore", "is not the instance of VOD_STORE")
	}
	for _, need := range needs(setting, u, f.Region, a.ros.account) {
		a.granted(setting, need)
	}
}

// needs are the rights that the functions need for a URL, as the packages behind its
// scheme name them. A deployment whose settings have none of these needs none.
func needs(setting string, u *url.URL, region, account string) []Grant {
	bucket := "acs:oss:*:" + account + ":" + u.Host
	queue := "acs:mns:" + region + ":" + account + ":" + u.Path
	switch setting + " " + u.Scheme {
	case "VOD_STORE tablestore":
		instance, _, _ := strings.Cut(u.Host, ".")
		on := "acs:ots:" + region + ":" + account + ":instance/" + instance
		actions := []string{"ots:BatchWriteRow", "ots:BatchGetRow", "ots:GetRange", "ots:CreateTable"}
		return append(all(actions, on), all(actions, on+"/table/vod_*")...)
	case "VOD_FALLBACK mns", "VOD_DEAD_LETTER_QUEUE mns":
		actions := []string{"mns:ReceiveMessage", "mns:BatchReceiveMessage", "mns:DeleteMessage", "mns:BatchDeleteMessage"}
		if setting == "VOD_FALLBACK" {
			actions = append(actions, "mns:SendMessage")
		}
		return append(all(actions, queue+"/messages"), Grant{"mns:GetQueueAttributes", queue})
	case "VOD_FALLBACK oss":
		return append(all([]string{"oss:PutObject", "oss:GetObject", "oss:DeleteObject"}, bucket+u.Path+"/*"), Grant{"oss:ListObjects", bucket})
	case "VOD_SINKS oss":
		return []Grant{{"oss:PutObject", bucket + u.Path + "/*"}, {"oss:GetBucketVersioning", bucket}}
	case "VOD_SINKS mns":
		if strings.HasPrefix(u.Path, "/topics/") {
			return []Grant{{"mns:PublishMessage", queue + "/messages"}, {"mns:GetTopicAttributes", queue}}
		}
		return append(all([]string{"mns:SendMessage", "mns:BatchSendMessage"}, queue+"/messages"), Grant{"mns:GetQueueAttributes", queue})
	case "VOD_TOPIC mns":
		return []Grant{{"mns:PublishMessage", queue + "/messages"}, {"mns:GetTopicAttributes", queue}}
	default:
		return nil
	}
}

func all(actions []string, on string) []Grant {
	var grants []Grant
	for _, action := range actions {
		grants = append(grants, Grant{action, on})
	}
	return grants
}

func (a *agreement) granted(what string, need Grant) {
	if !slices.Contains(a.ros.Grants, need) {
		a.wrong("Resources.FunctionRole", what+" needs "+need.Action+" on "+need.Resource)
	}
}

// nameIn is the name at the end of an ARN.
func nameIn(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// same compares a function that both make. The zip is elsewhere for each; and a domain,
// and instances that are kept warm, are options of s.yaml alone.
func (a *agreement) same(want, got Function) {
	where := a.ros.place("ALIYUN::FC3::Function", "FunctionName", got.Name)
	theirs, ours := mapOf(filled(want.props)), mapOf(filled(got.props))
	if path.Base(want.Code) != path.Base(got.Code) {
		a.wrong(where+".Properties.Code", "must be "+path.Base(want.Code)+" by default, as s.yaml deploys it")
	}
	for name, inner := range paired(theirs, ours) {
		at := where + ".Properties"
		switch name {
		case "code", "customDomain", "region", "scalingConfig":
		case "triggers":
			for trigger, each := range paired(mapOf(inner.want), mapOf(inner.got)) {
				switch {
				case each.got == nil:
					a.wrong(where, "has no trigger "+trigger+", which is in s.yaml")
				case each.want == nil:
					a.wrong(a.ros.place("ALIYUN::FC3::Trigger", "TriggerName", trigger), "is not in s.yaml")
				default:
					a.differences(a.ros.place("ALIYUN::FC3::Trigger", "TriggerName", trigger)+".Properties", each.want, each.got)
				}
			}
		case "asyncInvokeConfig":
			if inner.got != nil {
				at = a.ros.place("ALIYUN::FC3::AsyncInvokeConfig", "FunctionName", got.Name) + ".Properties"
			}
			a.differences(at, inner.want, inner.got)
		default:
			a.differences(below(at, raised(name)), inner.want, inner.got)
		}
	}
}

// differences reports where two values differ, down to the smallest parts.
func (a *agreement) differences(where string, want, got any) {
	wants, isMap := want.(map[string]any)
	gots, alsoMap := got.(map[string]any)
	if !isMap || !alsoMap {
		if fmt.Sprint(want) != fmt.Sprint(got) {
			a.wrong(where, "is not as in s.yaml")
		}
		return
	}
	for name, inner := range paired(wants, gots) {
		if !strings.Contains(where, ".TriggerConfig") && !strings.HasSuffix(where, ".EnvironmentVariables") {
			name = raised(name)
		}
		a.differences(below(where, name), inner.want, inner.got)
	}
}

// raised is the name that template.yaml has for a property of s.yaml: see lowered.
func raised(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// both is what s.yaml and template.yaml have under one name.
type both struct{ want, got any }

// paired are the names in either map, sorted, with what each has.
func paired(wants, gots map[string]any) iter.Seq2[string, both] {
	return func(yield func(string, both) bool) {
		names := slices.AppendSeq(slices.Collect(maps.Keys(wants)), maps.Keys(gots))
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			if !yield(name, both{wants[name], gots[name]}) {
				return
			}
		}
	}
}

// filled returns a value without what is empty, and with triggers by their names.
func filled(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := map[string]any{}
		for name, inner := range v {
			if name == "triggers" {
				inner = byName(listOf(inner))
			}
			if inner = filled(inner); inner != nil {
				all[name] = inner
			}
		}
		if len(all) == 0 {
			return nil
		}
		return all
	case []any:
		if len(v) == 0 {
			return nil
		}
		return v
	case string:
		if v == "" {
			return nil
		}
		return v
	default:
		return v
	}
}

func byName(triggers []any) any {
	all := map[string]any{}
	for _, t := range triggers {
		all[asText(dig(t, "triggerName"))] = t
	}
	return all
}
