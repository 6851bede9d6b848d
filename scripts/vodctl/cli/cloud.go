package cli

import (
	"cmp"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/alicloud"
)

// cloudFlags say whom in Alibaba Cloud to ask, and as whom.
type cloudFlags struct {
	Region   string `placeholder:"REGION" help:"The region. Default: ALIBABA_CLOUD_REGION_ID, else cn-shanghai."`
	Env      string `placeholder:"FILE" help:"A file of settings, NAME=value on each line; the environment goes before. Default: .env, if it is there."`
	Endpoint string `placeholder:"URL" help:"The address of the API. Default: the public one of the region."`
}

// defaultRegion is the region of s.yaml.
const defaultRegion = "cn-shanghai"

// cloud is whom in Alibaba Cloud to ask, and the settings of the deployment.
type cloud struct {
	*openapi.Client

	getenv func(string) string
	origin func(string) string // where a setting comes from; empty if it is not set
}

// open finds out region, account and credentials. It does not dial.
func (f cloudFlags) open(a *app) (cloud, error) {
	file, err := readEnvFile(cmp.Or(f.Env, envFileName), f.Env != "")
	if err != nil {
		return cloud{}, &usageError{err.Error()}
	}
	origin := func(name string) string {
		from, _ := file.origin(name, a.Getenv)
		return from
	}
	if err := checkAccessKey(origin); err != nil {
		return cloud{}, err
	}
	environment := file.over(a.Getenv)
	getenv := func(name string) string { return strings.TrimSpace(environment(name)) }
	return cloud{getenv: getenv, origin: origin, Client: &openapi.Client{
		Region:      cmp.Or(f.Region, getenv("ALIBABA_CLOUD_REGION_ID"), defaultRegion),
		AccountID:   getenv(accountID),
		Credentials: alicloud.FromEnvironment(getenv),
		VODEndpoint: cmp.Or(f.Endpoint, getenv("ALIBABA_CLOUD_VOD_ENDPOINT")),
		FCEndpoint:  cmp.Or(f.Endpoint, getenv("ALIBABA_CLOUD_FC_ENDPOINT")),
	}}, nil
}

// The variables that a request is signed with, and that say whose functions are meant.
const (
	accessKeyID     = "ALIBABA_CLOUD_ACCESS_KEY_ID"
	accessKeySecret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	securityToken   = "ALIBABA_CLOUD_SECURITY_TOKEN"
	accountID       = "ALIBABA_CLOUD_ACCOUNT_ID"
)

// checkAccessKey says that a part of the credentials is of the environment and another of
// the file: they could be those of two users, and nobody would see whose are tried.
func checkAccessKey(origin func(string) string) error {
	first := ""
	for _, name := range []string{accessKeyID, accessKeySecret, securityToken} {
		switch {
		case origin(name) == "":
		case first == "":
			first = name
		case (origin(name) == originEnvironment) != (origin(first) == originEnvironment):
			return usagef("%s comes from %s and %s from %s: they belong together, so set them in one place, and unset them in the other", first, origin(first), name, origin(name))
		}
	}
	return nil
}

// sayWho says with whose AccessKey something is to be changed, and in which account that
// is meant to be: VOD goes by the AccessKey alone.
func (c cloud) sayWho(a *app) {
	meant := "of whatever account: " + accountID + " is not set"
	if c.AccountID != "" {
		meant = "meant for account " + term.Clean(c.AccountID) + " (" + c.origin(accountID) + ")"
	}
	a.note("with AccessKey %s (%s), %s", term.Clean(c.Credentials.AccessKeyID), c.origin(accessKeyID), meant)
}

// defaultDeployment is what the names of s.yaml begin with.
const defaultDeployment = "vod-events"

// function returns the name of one of the two functions, which ends like this.
func (c cloud) function(suffix string) string {
	return cmp.Or(c.getenv("DEPLOY_NAME"), defaultDeployment) + suffix
}
