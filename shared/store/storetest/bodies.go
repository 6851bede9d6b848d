package storetest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testBodies(t *testing.T, h Harness) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	bodies := []struct {
		name string
		body []byte
	}{
		{"empty", []byte{}},
		{"one NUL", []byte{0}},
		{"every byte", all},
		{"markup", []byte(`{"EventType":"X","Title":"<b>&amp;</b>"}`)},
		{"emoji", []byte(`{"Title":"🎬 préface 视频"}`)},
		{"escapes", []byte(`{"Title":"\u0000\ud83c\udfac\ud800 \u003c"}`)},
		{"invalid UTF-8", []byte("{\"Title\":\"\xff\xfe\xc3\"}")},
		{"byte order mark", []byte("\xef\xbb\xbf{}")},
		{"white space", []byte("\r\n {\t} \n")},
		{"quotes", []byte(`'); DROP TABLE vod_events; -- \'"`)},
		{"number beyond a float", []byte(`{"Size":9007199254740993,"Duration":0.1000,"E":1e400}`)},
		{"64 KiB", bytes.Repeat([]byte("0123456789abcde\n"), 4<<10)},
		{"1 MiB", bytes.Repeat(all, 4<<10)},
	}

	t.Run("byte for byte", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		for i, tc := range bodies {
			e, l := event(i), letter(i)
			e.Body, l.Body = tc.body, tc.body
			require.Equal(t, []store.State{store.New, store.New}, d.commit(t, e, l), tc.name)
			got := d.events(t, e.ID)[e.ID]
			require.True(t, bytes.Equal(tc.body, got.Body), tc.name)
			letters, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{IDs: []vod.ID{l.ID}})
			require.NoError(t, err)
			require.Len(t, letters, 1)
			require.True(t, bytes.Equal(tc.body, letters[0].Body), tc.name)
			require.True(t, letters[0].Whole(), tc.name)
		}
	})

	t.Run("text and numbers of a fact", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		title := `🎬 "quoted" <b>&amp;</b> it's` + "\n" + strings.Repeat("视", 1000)
		f := fact(vod.ID{}, "m", "base/Title", at(1))
		f.Value = title
		f.Data = json.RawMessage(`{"Size":9007199254740993,"Ratio":0.1000,"Title":"\u0000🎬\u003c","\u0000":1}`)
		r := says(1, f)
		r.BusinessKey, r.SourceID = title, title
		d.commit(t, r)

		require.Equal(t, stored(r), d.events(t, r.ID)[r.ID])
		facts, err := d.Facts(t.Context(), "m")
		require.NoError(t, err)
		require.Equal(t, r.Facts, facts)
		media, err := d.Media(t.Context(), store.MediaQuery{IDs: []string{"m"}})
		require.NoError(t, err)
		require.Len(t, media, 1)
		require.Equal(t, title, media[0].Title)
		require.JSONEq(t, string(f.Data), string(media[0].Facts["base/Title"]))
		require.Contains(t, string(media[0].Facts["base/Title"]), "9007199254740993")
	})
}
