//go:build !notablestore

package all

import _ "github.com/vodevents/vodevents/shared/store/tablestore"
