package tablestore

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// addressOf reads a URL.
func addressOf(u *url.URL) (address, error) {
	switch {
	case u.Opaque != "" || u.Hostname() == "":
		return address{}, errors.New("tablestore: URL: the host is missing: write tablestore://instance.region.ots.aliyuncs.com")
	case u.Fragment != "":
		return address{}, errors.New("tablestore: URL: no fragment expected")
	}
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return address{}, errors.New("tablestore: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		return address{}, fmt.Errorf("tablestore: URL: unknown parameter %q: there are none", name)
	}
	a := address{endpoint: "https://" + u.Host}
	if isLoopback(u.Hostname()) {
		a.endpoint = "http://" + u.Host
	}
	if a.instance, err = instanceOf(u); err != nil {
		return address{}, err
	}
	if u.User != nil {
		secret, _ := u.User.Password()
		a.own = alicloud.Credentials{AccessKeyID: u.User.Username(), AccessKeySecret: secret}
		if a.own.AccessKeyID == "" || secret == "" {
			return address{}, errors.New("tablestore: URL: user and password are an AccessKey id and its secret: want both or neither")
		}
	}
	return a, nil
}

// instanceOf returns the name of the instance, by the path or by the first part of a
// host of Alibaba Cloud's.
func instanceOf(u *url.URL) (string, error) {
	path := strings.Trim(u.Path, "/")
	first, domain, _ := strings.Cut(u.Hostname(), ".")
	ofAlibaba := strings.HasSuffix(domain, ".ots.aliyuncs.com") || strings.HasSuffix(domain, ".tablestore.aliyuncs.com")
	switch {
	case ofAlibaba && path != "" && path != first:
		return "", errors.New("tablestore: URL: the host names another instance than the path, which may be left out")
	case ofAlibaba:
		path = first
	case path == "":
		return "", errors.New("tablestore: URL: the instance is missing: write it as the first part of the host, " +
			"or as the path, as in tablestore://127.0.0.1:8087/instance")
	}
	if !instanceName().MatchString(path) {
		return "", errors.New("tablestore: URL: an instance is named by letters, digits and hyphens")
	}
	return path, nil
}

func instanceName() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{1,62}$`) }

// isLoopback reports whether a host is this machine, where an emulator speaks HTTP.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
