package mysql_test

import (
	"fmt"
	"net/url"

	"github.com/vodevents/vodevents/shared/store/mysql"
)

// Open only reads the URL: the first commit, or Migrate, connects.
func ExampleOpen() {
	for _, rawURL := range []string{
		"mysql://vod:p%40ssword@rm-example.mysql.rds.aliyuncs.com/events?tls=true&max_conns=1",
		"mysql://vod:p%40ssword@rm-example.mysql.rds.aliyuncs.com/events?sslmode=require",
	} {
		u, err := url.Parse(rawURL)
		if err != nil {
			fmt.Println(err)
			return
		}
		s, err := mysql.Open(u)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("open")
		defer s.Close()
	}
	// Output:
	// open
	// mysql: URL: unknown parameter "sslmode": there are max_conns, tls and tls_ca
}
