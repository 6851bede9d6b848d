package cli

import (
	"cmp"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
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
}

// open finds out region, account and credentials. It does not dial.
func (f cloudFlags) open(a *app) (cloud, error) {
	file, err := readEnvFile(cmp.Or(f.Env, envFileName), f.Env != "")
	if err != nil {
		return cloud{}, &usageError{err.Error()}
	}
	environment := file.over(a.Getenv)
	getenv := func(name string) string { return strings.TrimSpace(environment(name)) }
	return cloud{getenv: getenv, Client: &openapi.Client{
		Region:      cmp.Or(f.Region, getenv("ALIBABA_CLOUD_REGION_ID"), defaultRegion),
		AccountID:   getenv("ALIBABA_CLOUD_ACCOUNT_ID"),
		Credentials: alicloud.FromEnvironment(getenv),
		VODEndpoint: cmp.Or(f.Endpoint, getenv("ALIBABA_CLOUD_VOD_ENDPOINT")),
		FCEndpoint:  cmp.Or(f.Endpoint, getenv("ALIBABA_CLOUD_FC_ENDPOINT")),
	}}, nil
}

// defaultDeployment is what the names of s.yaml begin with.
const defaultDeployment = "vod-events"

// function returns the name of one of the two functions, which ends like this.
func (c cloud) function(suffix string) string {
	return cmp.Or(c.getenv("DEPLOY_NAME"), defaultDeployment) + suffix
}
