package manifest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// checkRules holds the deployment to what its values have to be with regard to each other,
// to the platform's limits and to the functions' code.
func (d *deployment) checkRules() {
	s := d.serverless()
	for _, f := range s.Functions {
		where := "resources." + f.ID + ".props"
		props := dig(d.root, "resources", f.ID, "props")
		d.checkBuild(f)
		d.checkSize(props, where)
		d.checkRuntime(f, props, where)
		d.checkNetwork(f, props, where)
		d.checkSettings(f, where)
		d.checkTriggers(f, where)
		d.checkQueues(f, where)
	}
	web, webOK := s.Function("http")
	queue, queueOK := s.Function("mns")
	if webOK && queueOK {
		d.checkBoth(web, queue)
		d.checkTopic(web, queue)
	}
	d.checkWeb(web)
	d.checkAsync(queue)
	for _, name := range sortedKeys(mapOf(d.root["vars"])) {
		if strings.Count(d.source, "vars."+name) == 0 {
			d.wrong("vars."+name, "is used by nothing")
		}
	}
}

// checkBuild sees that what is deployed is built first.
func (d *deployment) checkBuild(f Function) {
	runs := listOf(dig(d.root, "resources", f.ID, "actions", "pre-deploy"))
	want := "scripts/build.sh " + f.ID
	if !slices.ContainsFunc(runs, func(run any) bool { return asText(dig(run, "run")) == want }) {
		d.wrong("resources."+f.ID+".actions.pre-deploy", "must run "+want)
	}
}

// checkSize compares processor and memory: 1 to 4 GB for each vCPU.
func (d *deployment) checkSize(props any, where string) {
	cpu, _ := number(dig(props, "cpu"))
	memory, _ := number(dig(props, "memorySize"))
	if ratio := memory / 1024 / cpu; ratio < 1 || ratio > 4 {
		d.wrong(where+".cpu", "must be such that memorySize is 1 to 4 GB for each vCPU")
	}
}

// checkRuntime holds a function to what its runtime needs and knows.
func (d *deployment) checkRuntime(f Function, props any, where string) {
	concurrency, ok := number(dig(props, "instanceConcurrency"))
	custom := dig(props, "customRuntimeConfig")
	switch {
	case f.Runtime == "go1" && ok && concurrency != 1:
		d.wrong(where+".instanceConcurrency", "must be left out: an instance of go1 takes one request at a time")
	case f.Runtime == "go1" && custom != nil:
		d.wrong(where+".customRuntimeConfig", "must be left out: go1 starts the handler")
	case f.Runtime == "custom.debian12" && custom == nil:
		d.wrong(where+".customRuntimeConfig", "is missing: the runtime has to be told the command and its port")
	}
	if dig(props, "provisionConfig") != nil && dig(props, "scalingConfig") != nil {
		d.wrong(where+".provisionConfig", "must not be there beside scalingConfig, even if that is empty")
	}
}

// checkNetwork holds a function to a way to its database and to receivers.
func (d *deployment) checkNetwork(f Function, props any, where string) {
	id, group := asText(dig(props, "vpcConfig", "vpcId")), asText(dig(props, "vpcConfig", "securityGroupId"))
	switches := listOf(dig(props, "vpcConfig", "vSwitchIds"))
	none := id == "" && group == "" && len(switches) == 0
	if !none && (id == "" || group == "" || len(switches) == 0) {
		d.wrong(where+".vpcConfig", "must have all of vpcId, vSwitchIds and securityGroupId, or none")
	}
	if none && dig(props, "internetAccess") == false {
		d.wrong(where+".internetAccess", "must be true outside of a VPC: nothing can be reached else")
	}
	for i, t := range f.Triggers {
		at := where + ".triggers" + position(i)
		if t.Type == "mns_topic" && !strings.HasPrefix(t.Source, "acs:mns:"+f.Region+":") {
			d.wrong(at+".sourceArn", "must be in the region of the function")
		}
		source := dig(listOf(dig(props, "triggers"))[i], "triggerConfig", "eventSourceConfig", "eventSourceParameters", "sourceMNSParameters")
		if t.Type == "eventbridge" && asText(dig(source, "RegionId")) != f.Region {
			d.wrong(at+".triggerConfig.eventSourceConfig.eventSourceParameters.sourceMNSParameters.RegionId", "must be the region of the function")
		}
	}
}

// checkBoth compares the two functions.
func (d *deployment) checkBoth(web, queue Function) {
	const where = "resources.http.props"
	if web.Region != queue.Region {
		d.wrong(where+".region", "must be that of the function mns")
	}
	if web.Name == queue.Name {
		d.wrong(where+".functionName", "must not be that of the function mns")
	}
	if web.Role != queue.Role {
		d.wrong(where+".role", "must be that of the function mns")
	}
	if web.Project != queue.Project || web.Logstore != queue.Logstore {
		d.wrong(where+".logConfig", "must be that of the function mns: alarms look at one logstore")
	}
	if !equalAt(d.root, "vpcConfig") {
		d.wrong(where+".vpcConfig", "must be that of the function mns: both use the same database")
	}
	for _, name := range settingsOf("mns") {
		if web.Settings[name] != queue.Settings[name] {
			d.wrong(where+".environmentVariables."+name, "must be that of the function mns")
		}
	}
}

// equalAt reports whether both functions have the same at a path of their props.
func equalAt(root any, path string) bool {
	return fmt.Sprint(dig(root, "resources", "http", "props", path)) == fmt.Sprint(dig(root, "resources", "mns", "props", path))
}

// coldStart is what a cold start may take, generously.
const coldStart = 5 * time.Second

// checkWeb holds the HTTP function to what VOD's rule of five seconds and three attempts asks for.
func (d *deployment) checkWeb(f Function) {
	const where = "resources.http.props"
	if budget, err := time.ParseDuration(f.Settings["VOD_BUDGET"]); err == nil && f.Timeout < budget+coldStart {
		d.wrong(where+".timeout", fmt.Sprintf("must be at least VOD_BUDGET and %v for a cold start: the platform answers 200 for a function that it ends", coldStart))
	}
	if dig(d.root, "resources", "http", "props", "concurrencyConfig") != nil {
		d.wrong(where+".concurrencyConfig", "must be left out: a callback that is refused is a lost attempt")
	}
}

// minTimeout is what a batch, and a tick with much to redrive, need at least.
const minTimeout = 60 * time.Second

// checkAsync holds the MNS function to time enough, and to a place for what failed for good.
func (d *deployment) checkAsync(f Function) {
	const where = "resources.mns.props"
	if f.Timeout < minTimeout {
		d.wrong(where+".timeout", fmt.Sprintf("must be at least %v seconds: a batch and a tick take their time", minTimeout.Seconds()))
	}
	if f.OnFailure == "" {
		d.wrong(where+".asyncInvokeConfig", "must name a queue of dead letters: what a topic hands over is lost else after its last attempt")
	}
}
