package redis_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	do(t, c, "ACL SETUSER vodevents on >password ~vod:* +eval +evalsha +exists +set +hget +hset +xadd +select")
	require.NoError(t, open(t, "redis://vodevents:password@"+server.addr+"/2").Probe(t.Context()))
	require.ErrorContains(t, open(t, "redis://vodevents:password@"+server.addr+"?prefix=other:").Probe(t.Context()), "NOPERM")
	err := open(t, "redis://vodevents:wr0ng@"+server.addr).Probe(t.Context())
	require.ErrorContains(t, err, "WRONGPASS")
	require.NotContains(t, err.Error(), "wr0ng")
}
