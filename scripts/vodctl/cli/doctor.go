package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/scripts/manifest"
	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/doctor"
)

type doctorCommand struct {
	Manifest string `placeholder:"FILE" help:"What Serverless Devs deploys. Default: s.yaml, if it is there and ALIBABA_CLOUD_ACCOUNT_ID is set."`
	Offline  bool   `help:"Leave out all that needs the network or a disk, as before a deployment."`
	Strict   bool   `help:"Take warnings for failures."`
	remoteFlags
}

// Help implements kong.HelpProvider.
func (doctorCommand) Help() string {
	return `Says what the settings are and where they come from, and whether they will do: that the store commits and how fast, ` +
		`that all else can be reached, that somebody does the timer's work, that queues and topics are where they can work together, ` +
		`that VOD takes the key and the address, and what a store that is away for 10 s would cost. It sends no event and changes nothing ` +
		`for good. Secrets are not shown.

    vodctl doctor
    vodctl doctor --offline --strict

With --remote the deployed MNS function examines itself, inside of its VPC, and it is asked what is deployed, and what VOD calls ` +
		`back. That needs the RAM actions fc:InvokeFunction, fc:GetFunction, fc:ListTriggers and vod:GetMessageCallback.

The exit code is 1 if something is not as it must be; warnings do not count without --strict. With --json it prints one object with ` +
		`settings, findings (where, check, verdict, detail, advice), ok, warnings, failures and skipped.`
}

// The names of files that are read if they are there.
const (
	envFileName  = ".env"
	manifestName = "s.yaml"
)

// Run examines and says what came out.
func (c *doctorCommand) Run(ctx context.Context, a *app) error {
	if c.Remote && c.Offline {
		return usagef("--remote or --offline, not both")
	}
	file, err := readEnvFile(cmp.Or(c.Env, envFileName), c.Env != "")
	if err != nil {
		return &usageError{err.Error()}
	}
	d := &examination{app: a, file: file, getenv: file.over(a.Getenv), settings: []config.Setting{}}
	ctx = alicloud.With(ctx, alicloud.FromEnvironment(d.getenv))
	file.emptied(a.Environ)
	d.add("", file.findings...)
	if err := d.readManifest(c.Manifest); err != nil {
		return err
	}
	if c.Remote {
		if err := d.remote(ctx, c.remoteFlags); err != nil {
			return err
		}
	} else {
		d.local(ctx, c.Offline)
	}
	return d.show(c.Strict)
}

// examination is a run of the doctor and what came out so far.
type examination struct {
	*app

	file     envFile
	getenv   func(string) string  // the environment, and the file
	manifest string               // name of what Serverless Devs deploys
	deployed *manifest.Serverless // what s.yaml makes of it; nil: it is not read

	settings []config.Setting
	findings []finding
}

// finding is a finding and what it is about: empty for this machine, or else function http,
// function mns or deployment.
type finding struct {
	Where string `json:"where,omitempty"`
	doctor.Finding
}

func (d *examination) add(where string, found ...doctor.Finding) {
	for _, f := range found {
		d.findings = append(d.findings, finding{where, f})
	}
}

// readManifest reads and checks what Serverless Devs deploys.
func (d *examination) readManifest(name string) error {
	if name == "" {
		if _, err := os.Stat(manifestName); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		name = manifestName
		if strings.TrimSpace(d.getenv("ALIBABA_CLOUD_ACCOUNT_ID")) == "" {
			d.add("", doctor.Finding{Check: name, Verdict: doctor.Skipped, Detail: "not examined: ALIBABA_CLOUD_ACCOUNT_ID is not set"})
			return nil
		}
	} else if _, err := os.Stat(name); err != nil {
		return usagef("--manifest: %v", err)
	}
	d.manifest = name
	if wrong := d.wrongVariables(); len(wrong) > 0 { // what s.yaml makes of them would only repeat it
		d.add("", wrong...)
		return nil
	}
	problems, err := manifest.CheckServerless(name, d.getenv)
	if err == nil {
		d.deployed, err = manifest.ReadServerless(name, d.getenv)
	}
	if err != nil {
		d.add("", doctor.Finding{Check: name, Verdict: doctor.Fail, Detail: err.Error()})
		return nil //nolint:nilerr // it is among the findings
	}
	for _, p := range problems {
		d.add("", doctor.Finding{Check: name, Verdict: doctor.Fail, Detail: strings.TrimPrefix(p.String(), p.File+": ")})
	}
	if len(problems) == 0 {
		d.add("", doctor.Finding{Check: name, Verdict: doctor.OK, Detail: "functions, triggers and settings fit together"})
	}
	d.add("", d.network()...)
	return nil
}

// setting returns a setting as the functions will have it: s.yaml has defaults of its own.
func (d *examination) setting(name string) string {
	if d.deployed != nil {
		for _, id := range []string{"http", "mns"} {
			if f, ok := d.deployed.Function(id); ok && strings.TrimSpace(f.Settings[name]) != "" {
				return f.Settings[name]
			}
		}
	}
	return d.getenv(name)
}

// local examines the settings from here.
func (d *examination) local(ctx context.Context, offline bool) {
	getenv := d.setting
	if d.deployed != nil {
		getenv = onPlatform(getenv)
	}
	report := doctor.Examine(ctx, doctor.Subject{
		Getenv: getenv, Environ: slices.Concat(d.Environ, d.file.environ()), Hint: nearest.Hint,
		Region: d.region(), Planned: d.deployed != nil, Offline: offline,
	})
	for _, s := range report.Settings {
		if s.Origin == config.OriginEnvironment {
			var ok bool
			if s.Origin, ok = d.file.origin(s.Name, d.Getenv); !ok {
				s.Origin = d.manifest
			}
		}
		d.settings = append(d.settings, s)
	}
	d.add("", report.Findings...)
}

// onPlatform makes settings those of a function that Function Compute runs, with which not
// all goes that does here.
func onPlatform(getenv func(string) string) func(string) string {
	return func(name string) string {
		if name == "FC_FUNC_CODE_PATH" {
			return "/code"
		}
		return getenv(name)
	}
}

// region is where the functions are; empty unless they are deployed.
func (d *examination) region() string {
	if d.deployed != nil {
		for _, f := range d.deployed.Functions {
			return f.Region
		}
	}
	return strings.TrimSpace(d.getenv("ALIBABA_CLOUD_REGION_ID"))
}
