package policy_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

// TestStores holds the README's table under "## Stores" against the stores there are.
func TestStores(t *testing.T) {
	t.Parallel()
	requireSchemes(t, "Stores", "store", store.Schemes(), func(url string) (any, error) {
		s, err := store.Open(url)
		if err != nil {
			return nil, err
		}
		return s, s.Close()
	})
}

// TestSinks holds the README's table under "## Sinks" against the sinks there are.
func TestSinks(t *testing.T) {
	t.Parallel()
	requireSchemes(t, "Sinks", "sink", sink.Schemes(), func(url string) (any, error) {
		routes, err := sink.Open([]string{url}, sink.Options{WebhookSecrets: []string{webhookSecret}})
		if err != nil {
			return nil, err
		}
		return routes[0].Sink, routes[0].Sink.Close()
	})
}

// TestFallbacks holds the README's table under "## Fallback" against the fallbacks there
// are.
func TestFallbacks(t *testing.T) {
	t.Parallel()
	requireSchemes(t, "Fallback", "fallback", fallback.Schemes(), func(url string) (any, error) {
		f, err := fallback.Open(url)
		if err != nil {
			return nil, err
		}
		return f, f.Close()
	})
}

var code = regexp.MustCompile("`([^`]+)`")

// requireSchemes requires that the rows of the README's table under the heading have
// each scheme once, in the first cell, and in the others examples of URLs that open
// what that row is about.
func requireSchemes(t *testing.T, heading, seam string, want []string, open func(url string) (any, error)) {
	t.Helper()
	var documented, packages []string
	for _, row := range readmeTable(t, heading) {
		var schemes []string
		for _, m := range code.FindAllStringSubmatch(row[0], -1) {
			schemes = append(schemes, m[1])
		}
		documented = append(documented, schemes...)

		examples := map[string]bool{} // packages that the URLs of this row open
		for _, m := range code.FindAllStringSubmatch(strings.Join(row[1:], " "), -1) {
			for _, scheme := range schemes {
				if strings.HasPrefix(m[1], scheme+":") {
					opened, err := open(m[1])
					require.NoError(t, err, "the example %s", m[1])
					examples[packageOf(opened)] = true
					packages = append(packages, packageOf(opened))
				}
			}
		}
		require.Len(t, examples, 1, "a row has an example of a URL, and all of a row are of one package: %v", row)
	}
	require.ElementsMatch(t, want, documented, "A: shared/%s, B: README.md, under %s", seam, heading)
	for _, short := range implementations(t) {
		if strings.HasPrefix(short, "shared/"+seam+"/") {
			require.Contains(t, packages, short, "README.md, under %s", heading)
		}
	}
}
