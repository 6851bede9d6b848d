package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/doctor"
)

// remoteExamination is how long the MNS function may take: its checks take ten seconds at
// most, and its cold start some.
const remoteExamination = time.Minute

// What remote findings are about.
const (
	whereHTTP       = "HTTP function"
	whereMNS        = "MNS function"
	whereDeployment = "deployment"
)

// remote examines what is deployed: the MNS function by itself, the rest by what the APIs
// say about it.
func (d *examination) remote(ctx context.Context, flags remoteFlags) error {
	api, err := flags.open(d.app)
	switch {
	case err != nil:
		return err
	case api.AccountID == "" && api.FCEndpoint == "":
		return usagef("which account? set ALIBABA_CLOUD_ACCOUNT_ID, to its number")
	case api.Credentials.AccessKeyID == "":
		return usagef("%v", openapi.ErrNoCredentials)
	}
	now := look(ctx, api)
	if now.http.err == nil {
		report := doctor.Examine(ctx, doctor.Subject{Getenv: onPlatform(now.http.setting), Only: doctor.HTTP, Region: api.Region, Offline: true})
		d.settings = report.Settings // those of the other are among them
		for _, f := range report.Findings {
			if f.Verdict != doctor.Skipped { // what needs the network the other function examines
				d.add(whereHTTP, f)
			}
		}
	}
	d.ask(ctx, flags)
	d.add(whereDeployment, now.examine(d.expected("http", now.http), d.expected("mns", now.mns))...)
	return nil
}

// expected returns the settings that a function would have if it were deployed now: those of
// s.yaml, or, without it, those that are set here and there.
func (d *examination) expected(id string, f deployedFunction) map[string]string {
	if d.deployed != nil {
		if function, ok := d.deployed.Function(id); ok {
			return function.Settings
		}
	}
	settings := map[string]string{}
	for _, name := range config.Settings() {
		if here := d.getenv(name); strings.TrimSpace(here) != "" && f.setting(name) != "" {
			settings[name] = here
		}
	}
	return settings
}

// ask has the MNS function examine itself.
func (d *examination) ask(ctx context.Context, flags remoteFlags) {
	ctx, cancel := context.WithTimeoutCause(ctx, remoteExamination, errors.New("no answer within a minute"))
	defer cancel()
	var answer struct{ Report doctor.Report }
	if err := flags.invoke(ctx, d.app, "doctor", &answer); err != nil {
		d.add(whereMNS, doctor.Finding{Check: "function", Verdict: doctor.Fail, Detail: unprefixed(err)})
		return
	}
	if len(d.settings) == 0 {
		d.settings = answer.Report.Settings
	}
	d.add(whereMNS, answer.Report.Findings...)
}

// unprefixed is what an error of the APIs says.
func unprefixed(err error) string { return strings.TrimPrefix(err.Error(), "openapi: ") }
