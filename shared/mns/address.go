package mns

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// Address says where a queue or topic is, and with whose rights it is used if
// neither the invocation nor the environment says so. It prints without secrets.
type Address struct {
	Channel Channel
	Name    string
	Account string // id of the account, a decimal number
	Region  string // such as cn-shanghai

	base string // the service, as in https://1234.mns.cn-shanghai.aliyuncs.com
	own  alicloud.Credentials
}

// String returns what the address is of, such as "queue vod-events".
func (a Address) String() string { return string(a.Channel) + " " + a.Name }

// GoString is String: the fields hold a secret.
func (a Address) GoString() string { return a.String() }

var (
	// validHost is an endpoint of the service: public, of the internal network, or of
	// a VPC (Simple Message Queue, "Endpoints", read 2026-11-23).
	validHost = regexp.MustCompile(`^([0-9]{1,20})\.mns\.([a-z]+(?:-[a-z0-9]+)+)\.aliyuncs\.com$`)
	// validName is the name of a queue or topic ("CreateQueue", "CreateTopic", read 2026-11-23).
	validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,255}$`)
	// validParameter is what names of parameters look like, and few secrets do.
	validParameter = regexp.MustCompile(`^[a-z][a-z._+-]{0,20}$`)
)

// ParseURL reads the URL of a queue or topic:
//
//	mns://1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events
//	mns://1234.mns.cn-shanghai-internal.aliyuncs.com/topics/vod-events?http=true
//	mns://id:secret@1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events
//	mns://id:secret@127.0.0.1:8080/1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events?http=true
//
// 1234 stands for the id of the account; id and secret are an AccessKey pair, for
// where there are no other credentials, see [alicloud.From]. The last form is that
// of an emulator on this machine.
//
// Requests go by HTTPS. With http=true they go by plain HTTP, which is for this
// machine and for Alibaba Cloud's internal network only: their content and a
// security token can then be read on the way, the secret never. The service's own
// table of endpoints lists the internal ones with http:// alone.
//
// Errors never quote the URL.
func ParseURL(u *url.URL) (Address, error) {
	if u.Scheme != "mns" {
		return Address{}, errors.New("mns: URL: it must begin with mns://")
	}
	if u.Fragment != "" {
		return Address{}, errors.New("mns: URL: no fragment expected")
	}
	plain, err := parameters(u)
	if err != nil {
		return Address{}, err
	}
	a := Address{own: credentialsOf(u)}
	if u.User != nil && (a.own.AccessKeyID == "" || a.own.AccessKeySecret == "") {
		return Address{}, errors.New("mns: URL: an AccessKey pair is written id:secret@, with / in it as %2F")
	}
	host, path := u.Host, strings.TrimPrefix(u.Path, "/")
	local := isLoopback(u.Hostname())
	if local {
		host, path, _ = strings.Cut(path, "/")
	}
	endpoint := validHost.FindStringSubmatch(host)
	if endpoint == nil {
		return Address{}, errors.New("mns: URL: the host must be an endpoint of the service, " +
			"as in mns://1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events with the id of your account")
	}
	a.Account = endpoint[1]
	network := strings.TrimSuffix(endpoint[2], "-vpc")
	a.Region = strings.TrimSuffix(network, "-internal")
	if plain && !local && network == a.Region {
		return Address{}, errors.New("mns: URL: http=true is only for -internal endpoints and for this machine")
	}
	kind, name, _ := strings.Cut(path, "/")
	switch kind {
	case "queues":
		a.Channel = ChannelQueue
	case "topics":
		a.Channel = ChannelTopic
	default:
		return Address{}, errors.New("mns: URL: the path must be /queues/<name> or /topics/<name>")
	}
	if a.Name = name; !validName.MatchString(name) {
		return Address{}, errors.New("mns: URL: the name must be letters, digits and - _ only, 256 at most, and begin with a letter or digit")
	}
	a.base = "https://" + u.Host
	if plain {
		a.base = "http://" + u.Host
	}
	if local {
		a.base += "/" + host
	}
	return a, nil
}

// parameters reads the query and returns whether it asks for plain HTTP.
func parameters(u *url.URL) (plain bool, err error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return false, errors.New("mns: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if name != "http" {
			if !validParameter.MatchString(name) { // it may be a part of a secret
				return false, errors.New("mns: URL: unknown parameter: there is only http")
			}
			return false, fmt.Errorf("mns: URL: unknown parameter %q: there is only http", name)
		}
		if len(query[name]) > 1 {
			return false, errors.New("mns: URL: parameter http is there twice")
		}
		if value := query.Get(name); value != "true" && value != "false" {
			return false, errors.New("mns: URL: parameter http: want true or false")
		}
	}
	return query.Get("http") == "true", nil
}

func credentialsOf(u *url.URL) alicloud.Credentials {
	secret, _ := u.User.Password()
	return alicloud.Credentials{AccessKeyID: u.User.Username(), AccessKeySecret: secret}
}

// isLoopback says whether host is this machine.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
