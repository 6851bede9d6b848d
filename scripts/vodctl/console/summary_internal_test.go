package console

// Internal: what a page says of an event stands in lists of several pages, and is
// tested here once, without them.

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func TestSummary(t *testing.T) {
	t.Parallel()
	said := map[vod.Type]bool{}
	for _, tc := range []struct {
		name string
		body []byte
		want string
	}{
		{"upload", bodyOf(vod.TypeFileUploadComplete), "468 MB"},
		{"image", bodyOf(vod.TypeImageUploadComplete), "116 kB"},
		{"attached medium", bodyOf(vod.TypeAttachedMediaUploadComplete), "24.0 kB"},
		{"pull", bodyOf(vod.TypeUploadByURLComplete), "from source.example.com · 468 MB"},
		{"pull of a rendition", bodyOf(vod.TypeUploadByURLComplete, vodtest.Variant("stream")), "a rendition · from source.example.com"},
		{"pull from no URL", bodyOf(vod.TypeUploadByURLComplete, vodtest.Set("SourceURL", "::")), "468 MB"},
		{"production", bodyOf(vod.TypeProduceMediaComplete, vodtest.Set("ProjectId", "p1")), "project p1"},
		{"recording", bodyOf(vod.TypeAddLiveRecordVideoComplete), "studio/camera-22 · 9 min 14 s"},
		{"composition", bodyOf(vod.TypeLiveRecordVideoComposeStart), "studio/camera-22"},
		{"analysis", bodyOf(vod.TypeVideoAnalysisComplete), "9:15 · 1920×1080 · 29.97 fps · 6.8 Mbit/s"},
		{"analysis of audio", bodyOf(vod.TypeVideoAnalysisComplete, vodtest.Variant("audio")), "9:15 · 6.8 Mbit/s"},
		{"analysis of nonsense", bodyOf(vod.TypeVideoAnalysisComplete, vodtest.Set("Fps", "many"), vodtest.Set("Bitrate", "-1"), vodtest.Set("Duration", "1e300")), "1920×1080"},
		{"rendition", bodyOf(vod.TypeStreamTranscodeComplete), "SD · mp4 · 848×480 · 9:15 · 60.3 MB"},
		{"rendition that is encrypted", bodyOf(vod.TypeStreamTranscodeComplete, vodtest.Variant("encrypted")), "OD · m3u8 · 1920×1080 · encrypted · 9:15 · 241 MB"},
		{"rendition of audio", bodyOf(vod.TypeStreamTranscodeComplete, vodtest.Variant("audio")), "SQ · mp3 · audio · 9:15 · 8.9 MB"},
		{"rendition that failed", bodyOf(vod.TypeStreamTranscodeComplete, vodtest.Fail()), "InvalidParameter.ResourceContentBad The input media cannot be decoded."},
		{"transcoding", bodyOf(vod.TypeTranscodeComplete, vodtest.Variant("ladder")), "5 renditions, 1 failed"},
		{"transcoding of one", bodyOf(vod.TypeTranscodeComplete, vodtest.Variant("preprocess")), "1 rendition · preprocessing"},
		{"transcoding that says nothing", bodyOf(vod.TypeTranscodeComplete, vodtest.Variant("no-streams")), ""},
		{"snapshots", bodyOf(vod.TypeSnapshotComplete, vodtest.Variant("sprite")), "cover ×8 · sprites ×2"},
		{"snapshots that failed", bodyOf(vod.TypeSnapshotComplete, vodtest.Set("SnapshotInfos.0.Status", "fail")), "cover failed"},
		{"snapshots of older events", bodyOf(vod.TypeSnapshotComplete, vodtest.Variant("legacy")), "3 pictures"},
		{"animated picture", bodyOf(vod.TypeDynamicImageComplete), "640×360 · 10 fps · 2.4 MB"},
		{"review", bodyOf(vod.TypeCreateAuditComplete, vodtest.Variant("blocked")), "Blocked · 版权不清 (rights unclear) · by auditor-2"},
		{"automated review", bodyOf(vod.TypeAIMediaAuditComplete, vodtest.Variant("review")), "review · porn · video"},
		{"tags", bodyOf(vod.TypeAIVideoTagComplete), "码头, bicycle, 韩梅梅, 杭州 +2"},
		{"comparison", bodyOf(vod.TypeAIMediaDNAComplete), "1 similar medium, 87 %"},
		{"storage class", bodyOf(vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("archive")), "Archive · all files · by a lifecycle rule"},
		{"storage class of the source", bodyOf(vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("source-file"), vodtest.Set("TriggerBy", "API")), "Archive · source file · by API"},
		{"restoration", bodyOf(vod.TypeRestoreMediaComplete, vodtest.Set("RestoreExpiration", "2026-02-11T01:20:05Z")), "readable until 2026-02-11 01:20 UTC"},
		{"deletion", bodyOf(vod.TypeDeleteMediaComplete), "everything"},
		{"deletion of the source", bodyOf(vod.TypeDeleteMediaComplete, vodtest.Variant("mezzanine")), "the source file"},
		{"deletion of renditions", bodyOf(vod.TypeDeleteMediaComplete, vodtest.Variant("stream")), "2 renditions"},
		{"deletion of all renditions", bodyOf(vod.TypeDeleteMediaComplete, vodtest.Variant("stream"), vodtest.Set("JobIds", "")), "all renditions"},
		{"creation", bodyOf(vod.TypeMediaBaseChangeComplete), "create · “Bread in four hours” · tags, category"},
		{"change", bodyOf(vod.TypeMediaBaseChangeComplete, vodtest.Variant("update")), "update · “Bread in four hours (final)” · description, category, cover"},
		{"end", bodyOf(vod.TypeMediaBaseChangeComplete, vodtest.Variant("delete")), "delete"},
		{"refresh", bodyOf(vod.TypeSubmitMediaRefreshComplete, vodtest.Variant("preload")), "preload · 2 URLs"},
		{"workflow", bodyOf(vod.TypeWorkflowTaskComplete), "VideoTranslation · 4 min 45 s"},
		{"new type", bodyOf("ChapterComplete"), ""},
		{"new type that failed", bodyOf("ChapterComplete", vodtest.Fail()), "InvalidParameter.ResourceContentBad The input media cannot be processed."},
		{"no event", []byte(`{`), ""},
		{"long text", bodyOf(vod.TypeCreateAuditComplete, vodtest.Set("Reason", strings.Repeat("很 ", 300)), vodtest.Set("Auditor", "")), "Normal · " + strings.TrimSpace(strings.Repeat("很 ", 80)) + "…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, summary(store.Event{Body: tc.body}))
		})
		if e, err := vod.Parse(tc.body); err == nil {
			said[e.Head().Type] = true
		}
	}
	for _, known := range vod.Types() {
		require.True(t, said[known], known)
	}
}

// bodyOf is [vodtest.NewEvent], which stands in each row.
func bodyOf(of vod.Type, opts ...vodtest.Option) []byte { return vodtest.NewEvent(of, opts...) }

func TestLasting(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		took time.Duration
		want string
	}{
		{0, "0 ms"},
		{120 * time.Millisecond, "120 ms"},
		{1500 * time.Millisecond, "1.5 s"},
		{time.Minute, "1 min"},
		{80 * time.Second, "1 min 20 s"},
		{time.Hour + 59*time.Second, "1 h"},
		{47*time.Hour + 5*time.Minute, "47 h 5 min"},
		{90 * 24 * time.Hour, "90 days"},
	} {
		require.Equal(t, tc.want, lasting(tc.took))
	}
}
