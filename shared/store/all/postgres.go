//go:build !nopostgres

package all

import _ "github.com/vodevents/vodevents/shared/store/postgres"
