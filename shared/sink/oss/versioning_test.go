package oss_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/sink"
)

func TestVersionedBucketIsRefused(t *testing.T) {
	t.Parallel()
	for _, state := range []emulator.Versioning{emulator.Enabled, emulator.Suspended} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.SetVersioning(bucket, state)
			s := p.open(t)
			for range 2 {
				errs := s.Deliver(with(t.Context(), role), events(3))
				require.Len(t, errs, 3)
				for _, err := range errs {
					require.ErrorContains(t, err, `vod-events has versioning, "`+string(state)+`"`)
					require.NotErrorIs(t, err, sink.ErrRejected, "they wait for another bucket")
				}
			}
			require.Zero(t, p.operations("PutObject"))
		})
	}
}

// TestVersioningIsAskedForSeldom: before the first put, and then once an hour.
func TestVersioningIsAskedForSeldom(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	now := time.Now()
	s.Now = func() time.Time { return now }
	for range 5 {
		require.NoError(t, deliver(t, s))
	}
	require.Equal(t, "GetBucketVersioning", p.Calls()[0].Operation)
	require.Equal(t, 1, p.operations("GetBucketVersioning"))

	p.SetVersioning(bucket, emulator.Suspended)
	now = now.Add(time.Hour)
	require.ErrorContains(t, deliver(t, s), "Suspended")
	require.Equal(t, 5, p.operations("PutObject"))
}

// TestVersioningSwitchedOn: the first put that makes a version is the last one.
func TestVersioningSwitchedOn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	require.NoError(t, deliver(t, s))
	p.SetVersioning(bucket, emulator.Enabled)
	require.NoError(t, deliver(t, s), "it is there, if twice")
	require.ErrorContains(t, deliver(t, s), "Enabled")
	require.Len(t, p.Objects(bucket), 2)
}

// TestVersioningNotKnown: without an answer nothing is put.
func TestVersioningNotKnown(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	p.SetFault(func(c emulator.Call) emulator.Fault {
		if c.Operation == "GetBucketVersioning" {
			return emulator.Fault{Status: 400, Code: "Strange"}
		}
		return emulator.Fault{}
	})
	require.ErrorContains(t, deliver(t, s), "get versioning of the bucket: answered 400 Strange")
	require.Zero(t, p.operations("PutObject"))
	p.SetFault(nil)
	require.NoError(t, deliver(t, s))
}
