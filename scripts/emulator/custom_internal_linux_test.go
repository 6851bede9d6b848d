package emulator

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Internal, since from outside one would wait for askLimit: a function that listens on
// 127.0.0.1 alone is not reached by Function Compute either.
func TestCustomRuntimeMustListenOnAllAddresses(t *testing.T) {
	t.Parallel()
	for host, reached := range map[string]bool{"127.0.0.1": false, "0.0.0.0": true} {
		i := &instance{pool: &Pool{}}
		token, address, err := i.choosePort()
		require.NoError(t, err)
		defer token.Close()
		_, port, _ := strings.Cut(address, ":")
		var lc net.ListenConfig
		l, err := lc.Listen(t.Context(), "tcp", net.JoinHostPort(host, port))
		require.NoError(t, err)
		defer l.Close()
		var d net.Dialer
		conn, err := d.DialContext(t.Context(), "tcp", i.server.address)
		if reached {
			require.NoError(t, err, host)
			require.NoError(t, conn.Close())
		} else {
			require.Error(t, err, host)
		}
	}
}
