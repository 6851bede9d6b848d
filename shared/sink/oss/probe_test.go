package oss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	require.NoError(t, s.Probe(with(t.Context(), role)))
	p.SetVersioning(bucket, emulator.Suspended)
	require.ErrorContains(t, s.Probe(with(t.Context(), role)), "Suspended", "it asks each time")
	require.Zero(t, p.operations("PutObject"))
}
