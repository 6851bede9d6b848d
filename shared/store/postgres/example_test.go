package postgres_test

import (
	"fmt"
	"net/url"

	"github.com/vodevents/vodevents/shared/store/postgres"
)

func ExampleOpen() {
	u, err := url.Parse("postgres://vod:p%40ss@db.example.com/vod?sslmode=verify-full&max_conns=4")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := postgres.Open(u) // does not dial
	fmt.Println(err)
	fmt.Println(s.Close())

	u.RawQuery = "sslmode=on"
	_, err = postgres.Open(u)
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// postgres: URL: parameter sslmode: want disable, allow, prefer, require, verify-ca or verify-full
}
