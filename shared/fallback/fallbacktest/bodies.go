package fallbacktest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
)

// everyByte is a body of each byte once.
func everyByte() string {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return string(all)
}

// text returns n bytes of text that nobody takes for anything else, such as Base64.
func text(n int) string {
	return strings.Repeat("a text, ", n/8+1)[:n]
}

func testBodies(t *testing.T, h Harness) {
	event := `{"EventType":"FileUploadComplete","VideoId":"v1"}`
	bodies := []string{
		event,
		" " + event,
		event + "\n",
		`{"Title":"<b>&amp;</b> ]]> <!-- "}`,
		`{"Title":"🎬 préface 视频"}`,
		`{"Title":"\u0000\ud83c\udfac \u003c"}`,
		"{\r\n\t\"Title\": \"x\"\r\n}\r",
		"{\"Title\":\"\x00\x01\x1f\x7f\"}",
		"{\"Title\":\"\xff\xfe\xc3\"}",
		"{\"Title\":\"\ufffe\uffff\"}",
		"\xef\xbb\xbf{}",
		"\x00", " ", "\n", "=", "AA==", "abcd", "[]", "null",
		everyByte(),
		base64.StdEncoding.EncodeToString([]byte(event)),
		base64.RawURLEncoding.EncodeToString([]byte(event)),
		base64.StdEncoding.EncodeToString([]byte("{\r\n}")),
		base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte("\x00")))),
		strings.Repeat("0123456789abcde\n", 2<<10),
		strings.Repeat(everyByte(), 128), // 32 KiB
	}

	t.Run("byte for byte", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.put(t, bodies...)
		n, err := p.Waiting(h.context(t))
		require.NoError(t, err)
		require.Equal(t, len(bodies), n)
		require.ElementsMatch(t, bodies, bodiesOf(p.drain(t)))
		p.requireEmpty(t)
	})

	t.Run("by another instance", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.put(t, bodies...)
		require.ElementsMatch(t, bodies, bodiesOf(h.open(t, p.url).drain(t)))
		p.requireEmpty(t)
	})

	t.Run("nothing at all", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.requireEmpty(t)
		if err := p.Put(h.context(t), nil); err != nil {
			require.ErrorIs(t, err, fallback.ErrRefused)
			p.requireEmpty(t)
			return
		}
		require.Equal(t, []string{""}, bodiesOf(p.drain(t)))
	})

	t.Run("as large as can be", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.put(t, text(h.maxBody()))
		require.Equal(t, []string{text(h.maxBody())}, bodiesOf(p.drain(t)))
	})

	t.Run("larger", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		for _, size := range []int{h.maxBody() + 1, fallback.MaxBody + 1, 8 << 20} {
			require.ErrorIs(t, p.Put(h.context(t), []byte(text(size))), fallback.ErrRefused)
		}
		p.requireEmpty(t)
	})

	t.Run("many large ones", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		all := 2*fallback.MaxBatchBytes/h.maxBody() + 1
		var bodies []string
		for i := range all {
			bodies = append(bodies, fmt.Sprintf("%04d", i)+text(h.maxBody()-4))
		}
		p.put(t, bodies...)
		var c collector
		n, err := p.Drain(h.context(t), c.take)
		require.NoError(t, err)
		require.Equal(t, all, n)
		require.ElementsMatch(t, bodies, c.bodies())
		for _, size := range c.batches {
			require.LessOrEqual(t, size*h.maxBody(), fallback.MaxBatchBytes)
		}
	})

	t.Run("changed by the caller afterwards", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		body := []byte(event)
		require.NoError(t, p.Put(h.context(t), body))
		clear(body)
		require.Equal(t, []string{event}, bodiesOf(p.drain(t)))
	})

	t.Run("what else is known of them", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.put(t, "a", "b")
		items := p.drain(t)
		require.Len(t, items, 2)
		for _, item := range items {
			require.NotEmpty(t, item.ID)
			require.Equal(t, time.UTC, item.Landed.Location())
			require.WithinDuration(t, time.Now(), item.Landed, 10*time.Minute)
		}
		require.NotEqual(t, items[0].ID, items[1].ID)
	})
}
