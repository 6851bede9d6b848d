package vod_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

// Bodies at the edge of what JSON allows are decoded in little time.
func TestExtremes(t *testing.T) {
	t.Parallel()
	const size = vod.MaxBody
	fill := func(item string) string { return strings.Repeat(item, size/len(item)) }
	for _, tc := range []struct {
		name    string
		typ     vod.Type
		members string
	}{
		{"list at the limit", "Other", `"New":` + zeros(vod.MaxValues-9)},
		{"text at the limit", "TranscodeComplete", `"StreamInfos":"` + zeros(vod.MaxValues-10) + `"`},
		{"long text", "FileUploadComplete", `"Extend":"` + fill("x") + `"`},
		{"escapes", "FileUploadComplete", `"Extend":"` + fill(`\u00e4`) + `"`},
		{"halves of pairs", "FileUploadComplete", `"Extend":"` + fill(`\ud83d`) + `"`},
		{"invalid UTF-8", "FileUploadComplete", `"Extend":"` + fill("\xff") + `"`},
		{"digits", "FileUploadComplete", `"Size":` + fill("9")},
		{"digits of a fraction", "VideoAnalysisComplete", `"Duration":0.` + fill("9")},
		{"digits of an exponent", "FileUploadComplete", `"Size":1e` + fill("9")},
		{"zeros of an exponent", "FileUploadComplete", `"Size":1e-` + fill("0") + `1`},
		{"commas", "SubmitMediaRefreshComplete", `"SuccessPlayUrls":"` + fill(",") + `"`},
		{"commas of a URL", "SubmitMediaRefreshComplete", `"SuccessPlayUrls":"http://x/` + fill(",a") + `"`},
		{"quotes", "WorkflowTaskComplete", `"TaskInput":"` + fill(`\"`) + `"`},
		{"brackets in text", "WorkflowTaskComplete", `"TaskInput":"` + fill("[") + `"`},
		{"depth", "Other", `"New":` + strings.Repeat("[", 9_998) + strings.Repeat("]", 9_998)},
		{"depth of objects", "AIVideoTagComplete", `"Data":` + strings.Repeat(`{"Data":`, 9_998) + `0` + strings.Repeat("}", 9_998)},
		{"depth in text", "WorkflowTaskComplete", `"TaskInput":"` + strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999) + `"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			body := fmt.Appendf(nil, `{"EventType":%q,"JobId":"j",%s,"EventTime":"2026-03-14T09:26:53Z"}`, tc.typ, tc.members)
			e, id, err := vod.Decode(body)
			require.NoError(t, err)
			require.Equal(t, at("09:26:53"), e.Head().Time)
			require.Equal(t, at("09:26:53"), id.Time())
		})
	}
}

// Bodies of more values than any event has are refused, whatever is in them.
func TestTooManyValues(t *testing.T) {
	t.Parallel()
	fill := func(item string) string { return strings.Repeat(item, vod.MaxBody/len(item)) }
	for _, tc := range []struct {
		name    string
		typ     vod.Type
		members string
	}{
		{"one more", "Other", `"New":` + zeros(vod.MaxValues-8)},
		{"one more in text", "TranscodeComplete", `"StreamInfos":"` + zeros(vod.MaxValues-9) + `"`},
		{"one more in text in text", "TranscodeComplete", `"StreamInfos":"\"` + zeros(vod.MaxValues-10) + `\""`},
		{"zeros", "TranscodeComplete", `"StreamInfos":[` + fill("0,") + `0]`},
		{"zeros in text", "TranscodeComplete", `"StreamInfos":"[` + fill("0,") + `0]"`},
		{"zeros in two texts", "SubmitMediaRefreshComplete", `"TaskIds":"` + zeros(60_000) + `","SuccessPlayUrls":"` + zeros(60_000) + `"`},
		{"empty objects", "TranscodeComplete", `"StreamInfos":[` + fill("{},") + `{}]`},
		{"objects in text", "AIMediaDNAComplete", `"Data":"{\"VideoDNA\":[` + fill("{},") + `{}]}"`},
		{"duplicates", "TranscodeComplete", fill(`"New":0,`) + `"Old":0`},
		{"names in any case", "TranscodeComplete", fill(`"videoid":0,`) + `"VIDEOID":0`},
		{"new names", "TranscodeComplete", newNames(vod.MaxBody)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			body := fmt.Appendf(nil, `{"EventType":%q,"JobId":"j",%s,"EventTime":"2026-03-14T09:26:53Z"}`, tc.typ, tc.members)
			e, id, err := vod.Decode(body)
			require.ErrorIs(t, err, vod.ErrMalformed)
			require.ErrorContains(t, err, "over 100,000 values")
			require.Nil(t, e)
			require.Equal(t, at("09:26:53"), id.Time())
			require.Equal(t, idOf(t, " "+strings.Replace(string(body), `"j"`, `"\u006a"`, 1)), id, "that of the content")
			_, again := vod.Parse(body)
			require.Equal(t, err, again)
		})
	}
}

// What Parse and IDOf promise about memory; not in parallel, so that nobody else
// allocates.
func TestMemory(t *testing.T) {
	const perByte, perValue, idPerByte = 20, 400, 40
	allocated := func(f func()) int {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return int(after.TotalAlloc - before.TotalAlloc)
	}
	fill := func(n int, item string) string { return strings.Repeat(item+",", n-1) + item }
	for _, tc := range []struct{ name, typ, members string }{
		{"zeros", "TranscodeComplete", `"StreamInfos":` + zeros(vod.MaxBody/2)},
		{"zeros at the limit", "TranscodeComplete", `"StreamInfos":` + zeros(vod.MaxValues-9)},
		{"zeros in text", "TranscodeComplete", `"StreamInfos":"` + zeros(vod.MaxValues-10) + `"`},
		{"empty objects", "TranscodeComplete", `"StreamInfos":[` + fill(99_000, `{}`) + `]`},
		{"small objects", "TranscodeComplete", `"StreamInfos":[` + fill(33_000, `{"":0}`) + `]`},
		{"results", "WorkflowTaskComplete", `"ActivityResults":{` + newNames(400_000) + `}`},
		{"new members", "FileUploadComplete", newNames(400_000)},
		{"new members in a list", "AIMediaAuditComplete", `"Data":{"VideoResult":{` + newNames(400_000) + `}}`},
		{"list in text", "SubmitMediaRefreshComplete", `"TaskIds":"` + fill(vod.MaxBody/2, "1") + `"`},
		{"URLs in text", "SubmitMediaRefreshComplete", `"SuccessPlayUrls":"` + fill(vod.MaxBody/5, "://1") + `"`},
		{"text in text", "WorkflowTaskComplete", `"TaskInput":"\"` + strings.Repeat("x", vod.MaxBody) + `\""`},
		{"escapes", "FileUploadComplete", `"Extend":"` + strings.Repeat(`\b`, vod.MaxBody/2) + `"`},
		{"members", "Other", newNames(vod.MaxBody)},
		{"duplicates", "Other", fill(vod.MaxBody/5, `"":0`)},
		{"digits", "FileUploadComplete", `"Size":` + strings.Repeat("9", vod.MaxBody)},
		{"digits in text", "FileUploadComplete", `"Size":"` + strings.Repeat("9", vod.MaxBody) + `"`},
		{"depth", "Other", `"New":` + strings.Repeat(`{"":`, 9_998) + `0` + strings.Repeat("}", 9_998)},
	} {
		body := fmt.Appendf(nil, `{"EventType":%q,%s}`, tc.typ, tc.members)
		require.True(t, json.Valid(body), tc.name)
		parse := allocated(func() { _, _ = vod.Parse(body) })
		id := allocated(func() { _, _ = vod.IDOf(body) })
		t.Logf("%-22s %7d bytes: Parse %2d MiB, %3d for each byte; IDOf %2d MiB, %2d for each byte",
			tc.name, len(body), parse>>20, parse/len(body), id>>20, id/len(body))
		require.LessOrEqual(t, parse, perByte*len(body)+perValue*vod.MaxValues, tc.name)
		require.LessOrEqual(t, id, idPerByte*len(body), tc.name)
	}
}

// zeros returns a list of n zeros.
func zeros(n int) string { return "[" + strings.Repeat("0,", n-1) + "0]" }

// newNames returns members of which no two have the same name, about size bytes.
func newNames(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `"N%d":0,`, i)
	}
	return b.String() + `"M":0`
}
