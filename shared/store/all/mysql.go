//go:build !nomysql

package all

import _ "github.com/vodevents/vodevents/shared/store/mysql"
