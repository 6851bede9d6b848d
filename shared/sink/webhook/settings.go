package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/vodevents/vodevents/shared/sink"
)

// allowed reads a setting whose only value is allow.
func allowed(spec sink.Spec, name string) (bool, error) {
	value, ok := spec.Settings[name]
	if ok && value != "allow" {
		return false, fmt.Errorf("webhook: setting %s: write %s=allow or leave it out", name, name)
	}
	return ok, nil
}

// checkURL refuses what can be seen to be wrong before anything is dialled.
func checkURL(u *url.URL, g guard) error {
	if u.Hostname() == "" {
		return errors.New("webhook: URL: the host is missing: write it like https://hooks.example.com/vod")
	}
	if g.plain && !g.private {
		return errors.New("webhook: URL: plain http shows events to everybody on the way: write https, " +
			"or add #private=allow if the receiver is in a private network or on this machine")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := g.check(a); err != nil {
			return fmt.Errorf("webhook: URL: %w", err)
		}
	}
	return nil
}
