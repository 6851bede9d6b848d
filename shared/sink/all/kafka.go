//go:build !nokafka

package all

import _ "github.com/vodevents/vodevents/shared/sink/kafka"
