package config

import (
	"net/url"
	"slices"
	"strings"
)

// checkPlatform returns what the settings ask for that does not exist where the function
// runs: a disk that stays, or credentials of Alibaba Cloud. A fallback of that kind is
// taken out, or it would be trusted.
func (c *Config) checkPlatform(getenv func(string) string) []error {
	var wrong []error
	if serverless(getenv) && scheme(c.Store) == "sqlite" && !local(c.Store) {
		wrong = append(wrong, setting("VOD_STORE", "is SQLite, which is gone with the function's instance: use a database server"))
	}
	if serverless(getenv) && scheme(c.Fallback) == "dir" && !local(c.Fallback) {
		wrong = append(wrong, setting("VOD_FALLBACK", "is a directory, which is gone with the function's instance: use mns:// or oss://"))
		c.Fallback = ""
	}
	if onLambda(getenv) && !alibabaCloud(getenv) {
		wrong = append(wrong, c.checkCredentials()...)
	}
	return wrong
}

// checkCredentials returns the settings that name services of Alibaba Cloud without the
// credentials for them. Functions that run in Alibaba Cloud have a role instead.
func (c *Config) checkCredentials() []error {
	topic := ""
	if c.Topic.URL != nil {
		topic = c.Topic.String()
	}
	var wrong []error
	for _, s := range []struct {
		name string
		urls []string
	}{
		{"VOD_STORE", []string{c.Store}},
		{"VOD_SINKS", c.Sinks},
		{"VOD_FALLBACK", []string{c.Fallback}},
		{"VOD_DEAD_LETTER_QUEUE", c.DeadLetterQueues},
		{"VOD_TOPIC", []string{topic}},
	} {
		if slices.ContainsFunc(s.urls, unsigned) {
			wrong = append(wrong, setting(s.name, "is a service of Alibaba Cloud, whose credentials Lambda does not have: set "+
				"ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to those of a RAM user"))
		}
	}
	if unsigned(c.Fallback) {
		c.Fallback = ""
	}
	return wrong
}

// unsigned reports whether the URL is that of a service of Alibaba Cloud and has no
// credentials of its own.
func unsigned(rawURL string) bool {
	switch scheme(rawURL) {
	case "tablestore", "mns", "oss":
	default:
		return false
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return false // whoever opens it says so
	}
	secret, _ := u.User.Password()
	return u.User.Username() == "" || secret == ""
}

// alibabaCloud reports whether the environment has credentials of Alibaba Cloud.
func alibabaCloud(getenv func(string) string) bool {
	return getenv("ALIBABA_CLOUD_ACCESS_KEY_ID") != "" && getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET") != ""
}

func onLambda(getenv func(string) string) bool { return getenv("AWS_LAMBDA_RUNTIME_API") != "" }

// serverless reports whether a platform runs the function that drops its disk. A custom
// runtime of Function Compute has no runtime API; either of two variables tells it.
func serverless(getenv func(string) string) bool {
	return getenv("FC_RUNTIME_API") != "" || getenv("FC_FUNCTION_NAME") != "" || getenv("FC_FUNC_CODE_PATH") != "" || onLambda(getenv)
}

func scheme(rawURL string) string {
	s, _, _ := strings.Cut(rawURL, ":")
	return strings.ToLower(s)
}

// local reports whether the URL says that the disk outlives the instance, as
// that of a local emulator does.
func local(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && u.Query().Get("local") == "true"
}
