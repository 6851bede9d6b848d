//go:build !noredis

package all

import _ "github.com/vodevents/vodevents/shared/sink/redis"
