package oss

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/sink"
)

// address is what a URL says.
type address struct {
	bucket, prefix string // the prefix is empty, or ends in /
	region         string
	endpoint       string // with its scheme; empty: the region's public one
	pathStyle      bool   // the bucket is named in the path
	own            alicloud.Credentials
}

var (
	validBucket = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	validRegion = regexp.MustCompile(`^[a-z0-9-]{2,32}$`)
)

// maxPrefix leaves room for the day and the id in a key of 1,023 bytes.
const maxPrefix = 900

// parse reads a URL. Its errors quote nothing of it but names of parameters.
func parse(u *url.URL) (address, error) {
	a := address{bucket: u.Host, prefix: strings.Trim(u.Path, "/")}
	if !validBucket.MatchString(a.bucket) {
		return a, errors.New("oss: URL: it names no bucket: write oss://bucket/prefix?region=cn-shanghai; " +
			"a bucket's name has 3 to 63 lower-case letters, digits and hyphens")
	}
	if a.prefix != "" {
		if err := checkPrefix(a.prefix); err != nil {
			return a, err
		}
		a.prefix += "/"
	}
	if u.User != nil {
		password, _ := u.User.Password()
		a.own = alicloud.Credentials{AccessKeyID: u.User.Username(), AccessKeySecret: password}
		if a.own.AccessKeyID == "" || a.own.AccessKeySecret == "" {
			return a, errors.New("oss: URL: an AccessKey pair is an id and a secret: write oss://id:secret@bucket/prefix, or neither")
		}
	}
	return a, a.takeParameters(u.RawQuery)
}

func checkPrefix(prefix string) error {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	switch {
	case len(prefix) > maxPrefix:
		return fmt.Errorf("oss: URL: the prefix is longer than %d bytes", maxPrefix)
	case !utf8.ValidString(prefix) || strings.ContainsFunc(prefix, control):
		return errors.New("oss: URL: the prefix holds a control character, or is no UTF-8")
	case strings.HasPrefix(prefix, `\`):
		return errors.New(`oss: URL: the prefix begins with \, which no object may`)
	}
	for part := range strings.SplitSeq(prefix, "/") {
		if part == "" || part == "." || part == ".." {
			return errors.New("oss: URL: the prefix has a part that is empty, . or .., which is no name")
		}
	}
	return nil
}

func (a *address) takeParameters(rawQuery string) error {
	parameters, err := url.ParseQuery(rawQuery)
	if err != nil {
		return errors.New("oss: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name != "region" && name != "endpoint" {
			return fmt.Errorf("oss: URL: unknown %s: there are region and endpoint", sink.Called("parameter", name, 0))
		}
		if len(parameters[name]) > 1 {
			return fmt.Errorf("oss: URL: parameter %s is there twice", name)
		}
	}
	if a.region = parameters.Get("region"); !validRegion.MatchString(a.region) {
		return errors.New("oss: URL: parameter region: want the id of the bucket's region, such as cn-shanghai")
	}
	if parameters.Has("endpoint") {
		return a.takeEndpoint(parameters.Get("endpoint"))
	}
	return nil
}

func (a *address) takeEndpoint(text string) error {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		(u.Scheme != "https" && u.Scheme != "http") {
		return errors.New("oss: URL: parameter endpoint: want a host such as oss-cn-shanghai-internal.aliyuncs.com")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if u.Scheme == "http" && !loopback {
		return errors.New("oss: URL: parameter endpoint: plain http is for loopback addresses alone")
	}
	a.endpoint, a.pathStyle = u.Scheme+"://"+u.Host, loopback
	return nil
}
