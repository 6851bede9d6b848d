package vod_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestReviewByPeople(t *testing.T) {
	t.Parallel()
	const audit = vod.TypeCreateAuditComplete
	testSamples(t, map[string]vod.Event{
		"CreateAuditComplete.normal": &vod.CreateAuditComplete{
			Header: head(audit, video, "success"), MediaID: video,
			SubType: "video", AuditStatus: "Normal", CreationTime: at("09:26:50"),
		},
		"CreateAuditComplete.blocked": &vod.CreateAuditComplete{
			Header: head(audit, video, "success"), MediaID: video,
			SubType: "video", AuditStatus: "Blocked", CreationTime: at("09:26:50"),
			Auditor: "王芳", Reason: "contains | a logo",
		},
	})
}

func TestReviewByMachines(t *testing.T) {
	t.Parallel()
	scene := func(suggestion, label string, counters ...vod.AuditCounter) *vod.SceneAuditResult {
		return &vod.SceneAuditResult{
			Suggestion: suggestion, Label: label, MaxScore: 88.12, AverageScore: 79.5533333333,
			CounterList: counters,
			TopList: []vod.AuditFrame{
				{Label: label, Score: 88.12, Timestamp: 4005, URL: play + "audit/1.jpg"},
				{Label: label, Score: 85.4, Timestamp: 12005, URL: play + "audit/2.jpg"},
			},
		}
	}
	review := func(d vod.AuditResult) vod.Event {
		return &vod.AIMediaAuditComplete{
			Header:  head(vod.TypeAIMediaAuditComplete, video, "success", when(at("09:26:53.512"))),
			MediaID: video, JobID: job, Code: "0", Message: "OK", Data: d,
		}
	}
	full := vod.AuditResult{
		Suggestion: "review", Label: []string{"porn", "terrorism"}, AbnormalModules: []string{"video", "image-cover"},
		VideoResult: &vod.VideoAuditResult{
			Suggestion: "review", Label: "porn",
			TerrorismResult: scene("pass", "normal", vod.AuditCounter{Label: "outfit"}, vod.AuditCounter{Label: "normal", Count: 8}),
			PornResult:      scene("review", "sexy", vod.AuditCounter{Label: "porn"}, vod.AuditCounter{Label: "sexy", Count: 8}),
		},
		ImageResult: []vod.ImageAuditResult{{
			Suggestion: "pass", Label: "normal", Type: "cover", URL: play + "c.png",
			Result: []vod.SceneScore{{Suggestion: "pass", Label: "normal", Score: 100, Scene: "porn"}},
		}},
		TextResult: []vod.TextAuditResult{{
			Suggestion: "block", Label: "ad", Score: 99.8, Scene: "antispam", Type: "title", Content: "Buy now",
		}},
	}
	failed := head(vod.TypeAIMediaAuditComplete, video, "fail", failure("InvalidVideo.NotFound", "No such video."))
	testSamples(t, map[string]vod.Event{
		"AIMediaAuditComplete.review": review(full),
		"AIMediaAuditComplete.string": review(full),
		"AIMediaAuditComplete.pass": &vod.AIMediaAuditComplete{
			Header: head(vod.TypeAIMediaAuditComplete, video, "success"), MediaID: video, JobID: job,
			Code: "0", Message: "OK", Data: vod.AuditResult{Suggestion: "pass", Label: []string{"normal"}},
		},
		"AIMediaAuditComplete.fail": &vod.AIMediaAuditComplete{
			Header: failed, MediaID: video, JobID: job, Code: "InvalidVideo.NotFound", Message: "No such video.",
		},
	})
}

// Results of kinds that VOD does not document are kept as they came.
func TestReviewOfNewKinds(t *testing.T) {
	t.Parallel()
	data := parseSample[*vod.AIMediaAuditComplete](t, "AIMediaAuditComplete.new-kinds").Data
	require.Equal(t, []string{"ad"}, data.Label)
	require.JSONEq(t, `{"Label":"live"}`, string(data.Extra["LiveResult"]))
	require.JSONEq(t, `{"MaxScore":"91.0"}`, string(data.VideoResult.Extra["AdResult"]))
}

func TestTagsAndDNA(t *testing.T) {
	t.Parallel()
	const typ = vod.TypeAIVideoTagComplete
	tags := vod.VideoTags{
		Keyword:     []vod.VideoTag{{Tag: "港口", Times: []int64{1200, 8400}}, {Tag: "ferry", Times: []int64{15000}}},
		Person:      []vod.VideoTag{{Tag: "李雷", Times: []int64{9030}, FaceURL: play + "face.jpg"}},
		Location:    []vod.VideoTag{{Tag: "上海", Times: []int64{30000}}},
		Time:        []vod.VideoTag{{Tag: "夜晚", Times: []int64{45000, 46000}}},
		Category:    []vod.VideoTag{{Tag: "旅游", Times: []int64{600}}},
		OrigASRData: json.RawMessage(`{"sentences":[{"text":"ahoy","begin":120}]}`),
	}
	notFound := failure("InvalidVideo.NotFound", "No such video.")
	testSamples(t, map[string]vod.Event{
		"AIVideoTagComplete.success": &vod.AIVideoTagComplete{
			Header: head(typ, video, "success"), MediaID: video, JobID: job, Code: "0", Message: "OK", Data: tags,
		},
		"AIVideoTagComplete.fail": &vod.AIVideoTagComplete{
			Header: head(typ, video, "fail", notFound), MediaID: video, JobID: job,
			Code: "InvalidVideo.NotFound", Message: "No such video.",
		},
		"AIMediaDNAComplete.success": &vod.AIMediaDNAComplete{
			Header:  head(vod.TypeAIMediaDNAComplete, video, "success", when(at("09:26:53.009"))),
			MediaID: video, JobID: job, Code: "0", Message: "OK", CompleteTime: at("09:26:52"),
			Data: vod.MediaDNA{VideoDNA: []vod.DNAMatch{{
				PrimaryKey: image, Similarity: 0.93,
				Detail: []vod.DNADetail{{
					Input:       vod.DNASpan{Start: 2, Duration: 31.5},
					Duplication: vod.DNASpan{Start: 7.5, Duration: 31.5},
				}},
			}}},
		},
		"AIMediaDNAComplete.fail": &vod.AIMediaDNAComplete{
			Header:  head(vod.TypeAIMediaDNAComplete, video, "fail", notFound),
			MediaID: video, JobID: job, Code: "InvalidVideo.NotFound", Message: "No such video.",
		},
	})
	got := parseSample[*vod.AIVideoTagComplete](t, "AIVideoTagComplete.object").Data
	got.OrigASRData = compact(t, got.OrigASRData)
	tags.OrigASRData = compact(t, tags.OrigASRData)
	require.Equal(t, tags, got)
}
