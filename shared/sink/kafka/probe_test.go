package kafka_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	c := start(t)
	require.NoError(t, c.CreateTopic("there", 1, nil))
	s := open(t, c.url("there", ""))
	require.NoError(t, s.Probe(t.Context()))
	require.NoError(t, s.Probe(t.Context()), "with the connections of before")
	require.ErrorContains(t, open(t, c.url("not-there", "")).Probe(t.Context()), `there is no topic "not-there"`)
	require.ErrorContains(t, open(t, c.url("not-there", "")).Probe(t.Context()), `there is no topic "not-there"`, "trying has not made it")
}
