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
)

// Address says where objects are, and with whose rights they are used if neither the
// invocation nor the environment says so. It prints without secrets.
type Address struct {
	Bucket string
	Prefix string // of the names of all objects; empty, or ends in /
	Region string // such as cn-shanghai

	endpoint  string // with its scheme; empty: the region's public one
	pathStyle bool   // the bucket is named in the path
	own       alicloud.Credentials
}

// String returns what the address is of, such as "bucket vod-events".
func (a Address) String() string { return "bucket " + a.Bucket }

// GoString is String: the fields hold a secret.
func (a Address) GoString() string { return a.String() }

var (
	validBucket = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	validRegion = regexp.MustCompile(`^[a-z0-9-]{2,32}$`)
	// validParameter is what names of parameters look like, and few secrets do.
	validParameter = regexp.MustCompile(`^[a-z][a-z._+-]{0,20}$`)
)

// maxPrefix leaves room for what users of the package name objects, in a key of 1,023
// bytes.
const maxPrefix = 900

// ParseURL reads the URL of a bucket, or of what is below a prefix in it:
//
//	oss://bucket/prefix?region=cn-shanghai
//	oss://bucket/prefix?region=cn-shanghai&endpoint=oss-cn-shanghai-internal.aliyuncs.com
//	oss://id:secret@bucket/prefix?region=cn-shanghai
//
// The region is that of the bucket; it is part of the signature. The endpoint is the
// region's public one if the URL names none. It is called by https; http:// is for
// loopback addresses alone. Id and secret are an AccessKey pair, for where there are no
// other credentials, see [alicloud.From].
//
// Its errors quote nothing of the URL but names of parameters.
func ParseURL(u *url.URL) (Address, error) {
	a := Address{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/")}
	if !validBucket.MatchString(a.Bucket) {
		return a, errors.New("oss: URL: it names no bucket: write oss://bucket/prefix?region=cn-shanghai; " +
			"a bucket's name has 3 to 63 lower-case letters, digits and hyphens")
	}
	if a.Prefix != "" {
		if err := checkPrefix(a.Prefix); err != nil {
			return a, err
		}
		a.Prefix += "/"
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

func (a *Address) takeParameters(rawQuery string) error {
	parameters, err := url.ParseQuery(rawQuery)
	if err != nil {
		return errors.New("oss: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name != "region" && name != "endpoint" {
			if !validParameter.MatchString(name) { // it may be a part of a secret
				return errors.New("oss: URL: unknown parameter: there are region and endpoint")
			}
			return fmt.Errorf("oss: URL: unknown parameter %q: there are region and endpoint", name)
		}
		if len(parameters[name]) > 1 {
			return fmt.Errorf("oss: URL: parameter %s is there twice", name)
		}
	}
	if a.Region = parameters.Get("region"); !validRegion.MatchString(a.Region) {
		return errors.New("oss: URL: parameter region: want the id of the bucket's region, such as cn-shanghai")
	}
	if parameters.Has("endpoint") {
		return a.takeEndpoint(parameters.Get("endpoint"))
	}
	return nil
}

func (a *Address) takeEndpoint(text string) error {
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
