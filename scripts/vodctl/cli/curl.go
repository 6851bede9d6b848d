package cli

import (
	"net/http"
	"strings"

	"github.com/vodevents/vodevents/shared/vod"
)

// curl returns the shell command that posts body to a URL with the headers of req that
// a receiver looks at.
func curl(url string, req *http.Request, body []byte) string {
	var b strings.Builder
	b.WriteString("curl -i -X POST " + quote(url) + " \\\n")
	for _, name := range []string{"Content-Type", vod.HeaderTimestamp, vod.HeaderSignature} {
		if value := req.Header.Get(name); value != "" {
			b.WriteString("  -H " + quote(name+": "+value) + " \\\n")
		}
	}
	b.WriteString("  --data-binary " + quote(string(body)))
	return b.String()
}
