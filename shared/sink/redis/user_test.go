package redis_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The rights that the package comment lists are enough.
func TestUser(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("redis.go")
	require.NoError(t, err)
	command := regexp.MustCompile(`(?m)^//\t(ACL SETUSER .*)$`).FindSubmatch(text)
	require.NotNil(t, command, "the package comment says what a user needs")

	server := start(t)
	c := server.client(t)
	do(t, c, string(command[1]))
	deliver(t, open(t, "redis://vodevents:password@"+server.addr+"/2?maxlen=100"), event(1), event(2))

	err = refused(t.Context(), t, open(t, "redis://vodevents:password@"+server.addr+"?prefix=other:"))
	require.ErrorContains(t, err, "NOPERM")
	err = refused(t.Context(), t, open(t, "redis://vodevents:wr0ng@"+server.addr))
	require.ErrorContains(t, err, "WRONGPASS")
	require.NotContains(t, err.Error(), "wr0ng")
}
