package cli

import (
	"regexp"
	"strings"

	"github.com/vodevents/vodevents/shared/doctor"
)

// variable is what s.yaml asks the environment for besides the settings of the functions.
type variable struct {
	name string
	form *regexp.Regexp
	must string // be
	with string // another one that has to be set, too
}

// variables returns those of .env.example that begin with DEPLOY_ or ALIBABA_CLOUD_.
func variables() []variable {
	runtimes := regexp.MustCompile(`^(go1|custom\.debian12)$`)
	return []variable{
		{name: "ALIBABA_CLOUD_ACCOUNT_ID", form: regexp.MustCompile(`^[0-9]{5,20}$`), must: "the number of the account, such as 1234567890123456"},
		{name: "ALIBABA_CLOUD_REGION_ID", form: regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`), must: "a region, such as cn-shanghai"},
		{name: "DEPLOY_NAME", form: regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}[a-z0-9]$`), must: "3 to 32 small letters, digits and hyphens, such as vod-events"},
		{name: "DEPLOY_ROLE", form: regexp.MustCompile(`^acs:ram::[0-9]+:role/[a-z0-9.-]+$`), must: "the ARN of a role in small letters, such as acs:ram::1234567890123456:role/vod-events-function"},
		{name: "DEPLOY_HTTP_RUNTIME", form: runtimes, must: "go1 or custom.debian12"},
		{name: "DEPLOY_MNS_RUNTIME", form: runtimes, must: "go1 or custom.debian12"},
		{name: "DEPLOY_CONCURRENCY", form: regexp.MustCompile(`^([1-9][0-9]?|1[0-9]{2}|200)$`), must: "a number from 1 to 200"},
		{name: "DEPLOY_HTTP_INSTANCES", form: regexp.MustCompile(`^[0-9]{1,4}$`), must: "a number, such as 1"},
		{name: "DEPLOY_VPC_ID", form: regexp.MustCompile(`^vpc-[a-z0-9]+$`), must: "the id of a VPC, such as vpc-uf6example", with: "DEPLOY_VSWITCH_IDS"},
		{name: "DEPLOY_VSWITCH_IDS", form: regexp.MustCompile(`^\[\s*"vsw-[a-z0-9]+"(\s*,\s*"vsw-[a-z0-9]+")*\s*\]$`), must: `a list in JSON, such as '["vsw-example1", "vsw-example2"]'`, with: "DEPLOY_SECURITY_GROUP_ID"},
		{name: "DEPLOY_SECURITY_GROUP_ID", form: regexp.MustCompile(`^sg-[a-z0-9]+$`), must: "the id of a security group, such as sg-uf6example", with: "DEPLOY_VPC_ID"},
		{name: "DEPLOY_DOMAIN", form: regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`), must: "a host name, such as callbacks.example.com", with: "DEPLOY_CERT_ID"},
		{name: "DEPLOY_CERT_ID", form: regexp.MustCompile(`^[0-9]+$`), must: "the number of a certificate in the Certificate Management Service", with: "DEPLOY_DOMAIN"},
	}
}

// wrongVariables says which of them are wrong, by their own names and where they are set.
func (d *examination) wrongVariables() []doctor.Finding {
	var wrong []doctor.Finding
	for _, v := range variables() {
		value := strings.TrimSpace(d.getenv(v.name))
		if value == "" {
			continue
		}
		origin, _ := d.file.origin(v.name, d.Getenv)
		fail := func(detail string) {
			wrong = append(wrong, doctor.Finding{Check: "deployment", Verdict: doctor.Fail, Detail: v.name + " (" + origin + ") " + detail})
		}
		switch {
		case !v.form.MatchString(value):
			fail("must be " + v.must)
		case v.with != "" && strings.TrimSpace(d.getenv(v.with)) == "":
			fail("needs " + v.with + ", which is not set")
		}
	}
	return wrong
}

// inVPC are the hosts of Alibaba Cloud's databases, which are reached inside of a VPC only.
var inVPC = regexp.MustCompile(`\.(rds|kvstore)\.aliyuncs\.com\b`)

// network warns of a database that is in a VPC, when the functions are not.
func (d *examination) network() []doctor.Finding {
	if strings.TrimSpace(d.getenv("DEPLOY_VPC_ID")) != "" {
		return nil
	}
	var all []doctor.Finding
	for _, name := range []string{"VOD_STORE", "VOD_SINKS"} {
		if inVPC.MatchString(d.setting(name)) {
			all = append(all, doctor.Finding{
				Check: "deployment", Verdict: doctor.Warn, Detail: name + " names a database of Alibaba Cloud, and the functions are in no VPC",
				Advice: "set DEPLOY_VPC_ID, DEPLOY_VSWITCH_IDS and DEPLOY_SECURITY_GROUP_ID, unless it has a public address",
			})
		}
	}
	return all
}
