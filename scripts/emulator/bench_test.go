package emulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

func BenchmarkInvoke(b *testing.B) {
	for _, bc := range []struct {
		name string
		cold bool
	}{
		{name: "warm"},
		{name: "cold", cold: true},
	} {
		b.Run(bc.name, func(b *testing.B) {
			pool, err := emulator.Start(b.Context(), emulator.Function{Path: testFunction})
			require.NoError(b, err)
			for b.Loop() {
				result, err := pool.Invoke(b.Context(), []byte("do=ok"))
				require.NoError(b, err)
				require.NoError(b, result.Err())
				if bc.cold {
					pool.KillAll()
				}
			}
			require.NoError(b, pool.Shutdown(b.Context()))
		})
	}
}
