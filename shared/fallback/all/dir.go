//go:build !nodir

package all

import _ "github.com/vodevents/vodevents/shared/fallback/dir"
