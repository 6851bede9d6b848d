//go:build !nomns

package all

import _ "github.com/vodevents/vodevents/shared/fallback/mns"
