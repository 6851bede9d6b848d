package redis_test

import (
	"fmt"

	"github.com/vodevents/vodevents/shared/sink"
	_ "github.com/vodevents/vodevents/shared/sink/redis" // makes the scheme known
)

// Opening only reads the URL: the first delivery connects.
func Example() {
	routes, err := sink.Open([]string{
		"redis://vodevents:p%40ss@r-bp1example.redis.rds.aliyuncs.com/0?prefix=vod:&maxlen=100000#name=cache&kind=video",
		"redis://r-bp1example.redis.rds.aliyuncs.com/0?timeout=5#name=other",
	}, sink.Options{})
	fmt.Println(len(routes), routes[0].Name)
	fmt.Println(err)
	defer routes[0].Sink.Close()
	// Output:
	// 1 cache
	// sink other: redis: URL: unknown parameter "timeout": there are prefix, maxlen, ca
}
