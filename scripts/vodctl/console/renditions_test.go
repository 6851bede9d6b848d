package console_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestRenditions has what the table says, row by row, as text.
func TestRenditions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at := func(minutes int, of vod.Type, opts ...vodtest.Option) []byte {
		return vodtest.NewEvent(of, append(opts, vodtest.Medium("m"), vodtest.At(now.Add(time.Duration(minutes-60)*time.Minute)))...)
	}
	stream := func(minutes int, job string, opts ...vodtest.Option) []byte {
		return at(minutes, vod.TypeStreamTranscodeComplete, append(opts, vodtest.Set("JobId", job), vodtest.Set("FileUrl", nil))...)
	}
	hd, audio, encrypted := vodtest.Variant("hd"), vodtest.Variant("audio"), vodtest.Variant("encrypted")
	for _, tc := range []struct {
		name string
		told [][]byte
		want []string
	}{
		{"the largest first", [][]byte{stream(1, "a", audio), stream(2, "b"), stream(3, "c", hd)}, []string{
			"HD mp4 succeeded 1280×720 1.8 Mbit/s 25 fps 5:00 67.1 MB 57 s c Copy",
			"SD mp4 succeeded 848×480 870 kbit/s 25 fps 5:00 32.6 MB 32 s b Copy",
			"SQ mp3 succeeded 128 kbit/s 5:00 4.8 MB 19 s a Copy",
		}},
		{"encrypted, with its file", [][]byte{at(1, vod.TypeStreamTranscodeComplete, encrypted, vodtest.Set("JobId", "j"), vodtest.Set("FileUrl", "http://x/a&b"))}, []string{
			"OD m3u8 encrypted succeeded 1920×1080 3.5 Mbit/s 25 fps 5:00 131 MB 1 min 24 s j Copy http://x/a&b Copy",
		}},
		{"failed, and says what it was to be", [][]byte{stream(1, "a", vodtest.Fail(), vodtest.Set("ErrorCode", "E"), vodtest.Set("ErrorMessage", "<why>\u202e"))}, []string{
			`SD mp4 failed 32 s a Copy E <why>\u202e`,
		}},
		{"failed with a source that was replaced", [][]byte{stream(1, "a", vodtest.Fail(), vodtest.Set("ErrorCode", "E"), vodtest.Set("ErrorMessage", nil)), at(2, vod.TypeFileUploadComplete), stream(3, "b", hd)}, []string{
			"HD mp4 succeeded 1280×720 1.8 Mbit/s 25 fps 5:00 67.1 MB 57 s b Copy",
			"SD mp4 outdated 32 s a Copy E It failed with an earlier source file.",
		}},
		{"one deleted, which its events still name", [][]byte{stream(1, "a"), at(2, vod.TypeDeleteMediaComplete, vodtest.Variant("stream"), vodtest.Set("JobIds", "a"))}, []string{
			"SD mp4 deleted a Copy",
		}},
		{"all deleted, and one made since", [][]byte{stream(1, "a"), at(2, vod.TypeDeleteMediaComplete, vodtest.Variant("stream"), vodtest.Set("JobIds", "")), stream(3, "b", hd)}, []string{
			"HD mp4 succeeded 1280×720 1.8 Mbit/s 25 fps 5:00 67.1 MB 57 s b Copy",
			"SD mp4 deleted 848×480 870 kbit/s 25 fps 5:00 32.6 MB 32 s a Copy",
		}},
		{"none", [][]byte{at(2, vod.TypeFileUploadComplete)}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for i, row := range strings.Split(renditionsOf(d.getAbout(tc.name, tc.told...).Text), "<tbody ") {
				if i > 0 {
					got = append(got, textOf("<tbody "+row))
				}
			}
			require.Equal(t, tc.want, got)
		})
	}
}

// textOf returns what a reader sees of a piece of a page.
func textOf(page string) string {
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

// TestMediumGroups has what is said of a medium besides its renditions.
func TestMediumGroups(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	m := func(of vod.Type, opts ...vodtest.Option) []byte {
		return vodtest.NewEvent(of, append(opts, vodtest.Medium("m"), vodtest.At(now.Add(-time.Hour)))...)
	}
	for _, tc := range []struct {
		name string
		told []byte
		want string
	}{
		{"change", m(vod.TypeMediaBaseChangeComplete, vodtest.Variant("update"), vodtest.Set("MediaContent", map[string]any{"CateId": map[string]any{"NewValue": 7}})), "Description Category 7"},
		{"image", m(vod.TypeImageUploadComplete, vodtest.Set("FileURL", "https://x/a.png"), vodtest.Set("AppId", "app-1")), "Source file File https://x/a.png Copy 08:30:00 Size 891 kB Application app-1"},
		{"analysis that failed", m(vod.TypeVideoAnalysisComplete, vodtest.Fail(), vodtest.Set("ErrorCode", "E"), vodtest.Set("ErrorMessage", "why")), "Source file Analysis E why"},
		{"pull", m(vod.TypeUploadByURLComplete, vodtest.Set("SourceURL", "http://y/a"), vodtest.Set("Size", "1000")), "Where it comes from Pull from a URL http://y/a Copy 08:30:00 Size 1.0 kB"},
		{"composition", m(vod.TypeLiveRecordVideoComposeStart, vodtest.Set("DomainName", "d"), vodtest.Set("AppName", "a"), vodtest.Set("StreamName", "s")), "Where it comes from Composed of recordings of d/a/s"},
		{"review", m(vod.TypeCreateAuditComplete, vodtest.Set("Auditor", "Ann"), vodtest.Set("Reason", "fine")), "Review Reviewer Normal · by Ann 08:30:00 Reason fine"},
		{"automated review", m(vod.TypeAIMediaAuditComplete, vodtest.Variant("block")), "Review Automated review block 08:30:00 Labels porn Not fine video"},
		{"comparison", m(vod.TypeAIMediaDNAComplete, vodtest.Set("Data.VideoDNA.0.PrimaryKey", "m2")), "Found by a machine Similar to m2 87 %"},
		{"tags", m(vod.TypeAIVideoTagComplete), "Found by a machine Keywords"},
		{"storage", m(vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("source-file")), "Storage Source file Archive · by a lifecycle rule"},
		{"restored", m(vod.TypeRestoreMediaComplete, vodtest.Set("RestoreExpiration", "2026-12-01T00:00:00Z")), "Storage Restored readable until 2026-12-01 00:00 UTC"},
		{"restored once", m(vod.TypeRestoreMediaComplete, vodtest.Set("RestoreExpiration", "2026-11-01T00:00:00Z")), "Storage Restored was readable until 2026-11-01 00:00 UTC"},
		{"refresh", m(vod.TypeSubmitMediaRefreshComplete, vodtest.Variant("preload")), "Processing CDN preload 2 URLs"},
		{"failure", m(vod.TypeRestoreMediaComplete, vodtest.Fail(), vodtest.Set("ErrorCode", "E"), vodtest.Set("ErrorMessage", "")), "Attempts that failed RestoreMediaComplete E"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, groups, _ := strings.Cut(d.getAbout(tc.name, tc.told).Text, `<div id="groups"`)
			groups, _, _ = strings.Cut(groups, `<section aria-labelledby="events"`)
			require.Contains(t, textOf("<div "+groups), tc.want)
		})
	}
}
