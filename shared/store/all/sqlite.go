//go:build !nosqlite

package all

import _ "github.com/vodevents/vodevents/shared/store/sqlite"
