package vod_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestMux(t *testing.T) {
	t.Parallel()
	errHandler, errDefault := errors.New("from the handler"), errors.New("from the default")
	file, unknown := &vod.FileUploadComplete{VideoID: "v1"}, &vod.Unknown{}

	var m vod.Mux
	require.NoError(t, m.Dispatch(t.Context(), file), "nobody asked")

	var got *vod.FileUploadComplete
	vod.Handle(&m, func(_ context.Context, e *vod.FileUploadComplete) error {
		got = e
		return errHandler
	})
	require.ErrorIs(t, m.Dispatch(t.Context(), file), errHandler)
	require.Same(t, file, got)
	require.NoError(t, m.Dispatch(t.Context(), unknown))

	var rest vod.Event
	m.Default = func(_ context.Context, e vod.Event) error {
		rest = e
		return errDefault
	}
	require.ErrorIs(t, m.Dispatch(t.Context(), file), errHandler)
	require.ErrorIs(t, m.Dispatch(t.Context(), unknown), errDefault)
	require.Same(t, unknown, rest)

	vod.Handle(&m, func(context.Context, *vod.Unknown) error { return nil })
	require.NoError(t, m.Dispatch(t.Context(), unknown))
}

func TestMuxRefusesMistakes(t *testing.T) {
	t.Parallel()
	var m vod.Mux
	vod.Handle(&m, func(context.Context, *vod.FileUploadComplete) error { return nil })
	require.PanicsWithValue(t, "vod: two handlers for *vod.FileUploadComplete", func() {
		vod.Handle(&m, func(context.Context, *vod.FileUploadComplete) error { return nil })
	})
	require.PanicsWithValue(t, "vod: nil handler for *vod.Unknown", func() {
		vod.Handle[*vod.Unknown](&m, nil)
	})
	require.PanicsWithValue(t, "vod: handler for the interface vod.Event: use Mux.Default", func() {
		vod.Handle(&m, func(context.Context, vod.Event) error { return nil })
	})
}
