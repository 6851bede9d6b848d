//go:build !nowebhook

package all

import _ "github.com/vodevents/vodevents/shared/sink/webhook"
