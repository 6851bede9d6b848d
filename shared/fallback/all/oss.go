//go:build !nooss

package all

import _ "github.com/vodevents/vodevents/shared/fallback/oss"
