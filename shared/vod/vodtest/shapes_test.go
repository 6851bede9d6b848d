package vodtest_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// A spec lists the members that an object may have, each with its kind. What
// follows the name says when it is there: ! always, + exactly on success,
// - exactly on failure, ? maybe, 0 never. Later entries win.
//
// The specs are the field tables of VOD's pages, with the kinds of its samples
// and of captured payloads (ApsaraVideo VOD, event notifications, read 2026-11-23).
func spec(t vod.Type, variant string) string {
	common := "EventType! string, EventTime! time, Status! string, ErrorCode- string, ErrorMessage- string, "
	ai := "EventType! string, EventTime! time, Status! string, JobId! id, MediaId! id, Code! string, Message! string, "
	s := map[vod.Type]string{
		vod.TypeFileUploadComplete:              common + "VideoId! id, Size+ number, FileUrl+ http",
		vod.TypeImageUploadComplete:             common + "EventTime! colontime, ImageId! id, Size+ number, FileURL+ https, AppId! string",
		vod.TypeStreamTranscodeComplete:         common + "VideoId! id, " + streamSpec(variant),
		vod.TypeTranscodeComplete:               "EventType! string, EventTime! time, Status! string, VideoId! id, StreamInfos! array",
		vod.TypeSnapshotComplete:                common + "VideoId! id, CoverUrl+ http, SnapshotInfos+ array",
		vod.TypeDynamicImageComplete:            common + "VideoId! id, JobId! id, DynamicImageJobInfo+ object",
		vod.TypeAddLiveRecordVideoComplete:      live + "RecordStartTime! time, RecordEndTime+ time",
		vod.TypeLiveRecordVideoComposeStart:     live,
		vod.TypeUploadByURLComplete:             common + "VideoId+ id, JobId! id, SourceURL! http, Size+ digits",
		vod.TypeCreateAuditComplete:             "EventType! string, EventTime! time, Status! string, MediaId! id, SubType! string, AuditStatus! string, CreationTime! time, Auditor! string, Reason? string",
		vod.TypeVideoAnalysisComplete:           common + "VideoId! id, Width+ digits, Height+ digits, Duration+ decimal, Bitrate+ digits, Fps+ decimal, Size+ digits",
		vod.TypeUpdateMediaStorageClassComplete: common + "MediaId! id, Scope! string, StorageClass! string, TriggerBy! string",
		vod.TypeRestoreMediaComplete:            common + "MediaId! id, RestoreExpiration+ time",
		vod.TypeAttachedMediaUploadComplete:     common + "AttachedMediaId! id, Size+ number, FileURL+ https",
		vod.TypeProduceMediaComplete:            common + "MediaId! id, ProjectId! id",
		vod.TypeDeleteMediaComplete:             common + "MediaId! id, MediaType! string, DeleteType! string",
		vod.TypeMediaBaseChangeComplete:         "EventType! string, EventTime! time, Status! string, MediaId! id, MediaType! string, OperateMode! string, MediaContent! object",
		vod.TypeSubmitMediaRefreshComplete:      common + "MediaId! id, MediaRefreshJobId! string, TaskType! string, SuccessPlayUrls! string, TaskIds! string, FilterPolicy! json",
		vod.TypeWorkflowTaskComplete:            "EventType! string, EventTime! time, Status! string, VideoId! id, WorkflowId! id, TaskId! id, ActivityResults! json, TaskInput! json, CreateTime! time, ModifiedTime! time, FinishTime! time, UserId! digits",
		vod.TypeAIMediaAuditComplete:            ai + "EventTime! colontime, Data! object",
		vod.TypeAIVideoTagComplete:              ai + "Data! jsonOrEmpty",
		vod.TypeAIMediaDNAComplete:              ai + "EventTime! colontime, CompleteTime+ time, Data! jsonOrEmpty",
	}[t]
	return s + ", " + map[string]string{
		"FileUploadComplete/no-status":        "Status- string",
		"ImageUploadComplete/plain-time":      "EventTime! time",
		"TranscodeComplete/no-streams":        "StreamInfos0 array",
		"TranscodeComplete/preprocess":        "Preprocess! bool",
		"SnapshotComplete/specified-time":     "SubType! string",
		"SnapshotComplete/sparse":             "VideoId0 id, Status- string",
		"SnapshotComplete/legacy":             "SnapshotInfos0 array, Snapshots+ array",
		"DynamicImageComplete/string":         "DynamicImageJobInfo+ json",
		"DynamicImageComplete/array":          "DynamicImageJobInfo+ array",
		"AddLiveRecordVideoComplete/user-id":  "UserId! digits",
		"LiveRecordVideoComposeStart/minimal": "StreamName0 string, DomainName0 string, AppName0 string",
		"UploadByURLComplete/stream":          "VideoId! id, SourceURL! https, FileType! string, StreamFileURL+ http, Size0 digits",
		"CreateAuditComplete/blocked":         "Reason! string",
		"VideoAnalysisComplete/audio":         "Width0 digits, Height0 digits, Fps0 decimal",
		"VideoAnalysisComplete/numbers":       "Width+ number, Height+ number, Duration+ number, Size+ number",
		"DeleteMediaComplete/stream":          "JobIds! string",
		"WorkflowTaskComplete/no-video":       "VideoId0 id",
		"AIMediaAuditComplete/string":         "Data! jsonOrEmpty",
		"AIMediaDNAComplete/plain-time":       "EventTime! time, CompleteTime0 time",
	}[string(t)+"/"+variant]
}

const live = "EventType! string, EventTime! time, Status! string, VideoId! id, StreamName! string, DomainName! string, AppName! string, "

func streamSpec(variant string) string {
	return "Status! string, IsAudio! bool, Size+ number, Definition! string, Fps+ decimal, StartTime! time, Duration+ number, " +
		"Bitrate+ digits, Encrypt! bool, FileUrl+ http, Format! string, FinishTime! time, Height+ number, Width+ number, " +
		"JobId! id, ErrorCode- string, ErrorMessage- string, " + map[string]string{
		"hd":           "WatermarkId+ string",
		"audio":        "Fps0 decimal, Height0 number, Width0 number",
		"auto":         "Size0 number",
		"encrypt-type": "EncryptType+ string, Codec+ string",
		"legacy":       "IsAudio0 bool, StartTime0 time, FinishTime0 time",
	}[variant]
}

func kinds() map[string]*regexp.Regexp {
	const stamp = `"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`
	return map[string]*regexp.Regexp{
		"string":    regexp.MustCompile(`^".*"$`),
		"id":        regexp.MustCompile(`^"[0-9a-f]{32}"$`),
		"digits":    regexp.MustCompile(`^"[0-9]+"$`),
		"decimal":   regexp.MustCompile(`^"[0-9]+(\.[0-9]+)?"$`),
		"number":    regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`),
		"bool":      regexp.MustCompile(`^(true|false)$`),
		"object":    regexp.MustCompile(`^\{.*\}$`),
		"array":     regexp.MustCompile(`^\[\S.*\]$`),
		"time":      regexp.MustCompile(`^` + stamp + `Z"$`),
		"colontime": regexp.MustCompile(`^` + stamp + `:\d{3}Z"$`),
		"http":      regexp.MustCompile(`^"http://[^/]+/[^ ]+"$`),
		"https":     regexp.MustCompile(`^"https://[^/]+/[^ ]+"$`),
	}
}

// requireSpec requires that the members of raw are those of the spec.
func requireSpec(t *testing.T, spec string, raw json.RawMessage, failed bool) {
	t.Helper()
	members := decode[map[string]json.RawMessage](t, raw)
	want := map[string]string{}
	for entry := range strings.SplitSeq(spec, ",") {
		if name, kind, ok := strings.Cut(strings.TrimSpace(entry), " "); ok {
			want[name[:len(name)-1]] = name[len(name)-1:] + kind
		}
	}
	for name, w := range want {
		there := w[0] == '!' || w[0] == '+' && !failed || w[0] == '-' && failed
		value, ok := members[name]
		if w[0] != '?' {
			require.Equal(t, there, ok, "%s in %s", name, raw)
		}
		if ok {
			requireKind(t, name, w[1:], value)
		}
	}
	for name := range members {
		require.Contains(t, want, name)
	}
}

func requireKind(t *testing.T, name, kind string, value json.RawMessage) {
	t.Helper()
	switch kind {
	case "jsonOrEmpty":
		if string(value) == `""` {
			return
		}
		fallthrough
	case "json":
		inner := decode[string](t, value)
		require.Regexp(t, kinds()["object"], inner, name)
		requireCompact(t, []byte(inner))
	default:
		require.Regexp(t, kinds()[kind], string(value), name)
	}
}

func requireCompact(t *testing.T, body []byte) {
	t.Helper()
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, body))
	require.Equal(t, compact.String(), string(body))
}

func decode[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal(raw, &v), "%s", raw)
	return v
}

// eachShape calls f for every type, variant and ending.
func eachShape(t *testing.T, f func(t *testing.T, typ vod.Type, variant string, failed bool, opts []vodtest.Option)) {
	t.Helper()
	for _, typ := range vod.Types() {
		for _, variant := range vodtest.Variants(typ) {
			for _, failed := range []bool{false, true} {
				opts := []vodtest.Option{vodtest.Variant(variant)}
				name := string(typ) + "/" + variant
				if failed {
					opts, name = append(opts, vodtest.Fail()), name+"/fail"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					f(t, typ, variant, failed, opts)
				})
			}
		}
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	eachShape(t, func(t *testing.T, typ vod.Type, variant string, failed bool, opts []vodtest.Option) {
		t.Helper()
		for seed := range 3 {
			body := vodtest.NewEvent(typ, append(opts, vodtest.Seed(seed))...)
			requireCompact(t, body)
			require.NotContains(t, string(body), `\u0026`)
			require.Equal(t, string(body), string(vodtest.NewEvent(typ, append(opts, vodtest.Seed(seed))...)))
			requireSpec(t, spec(typ, variant), body, failed)
			head := decode[struct{ EventType, Status string }](t, body)
			require.Equal(t, string(typ), head.EventType)
			require.Contains(t, words(typ, variant, failed), head.Status)
		}
	})
}

// words returns the words that Status may have.
func words(typ vod.Type, variant string, failed bool) []string {
	switch {
	case typ == vod.TypeUpdateMediaStorageClassComplete, typ == vod.TypeRestoreMediaComplete:
		return map[bool][]string{false: {"Success"}, true: {"Failed"}}[failed]
	case typ == vod.TypeWorkflowTaskComplete:
		return map[bool][]string{false: {"Succeed"}, true: {"Failed"}}[failed]
	case failed:
		return []string{"fail"}
	case variant == "no-status", variant == "sparse":
		return []string{""}
	default:
		return []string{"success"}
	}
}

// TestParse holds the package to what package vod understands, and the other
// way round.
func TestParse(t *testing.T) {
	t.Parallel()
	eachShape(t, func(t *testing.T, typ vod.Type, variant string, failed bool, opts []vodtest.Option) {
		t.Helper()
		event, err := vod.Parse(vodtest.NewEvent(typ, append(opts, vodtest.Extend("order 7"))...))
		require.NoError(t, err)
		_, unknown := event.(*vod.Unknown)
		require.False(t, unknown)
		h := event.Head()
		require.Equal(t, typ, h.Type)
		require.False(t, h.Time.IsZero())
		require.Equal(t, "order 7", h.Extend)
		require.Empty(t, h.Extra)
		want := vod.Succeeded
		switch {
		case failed:
			want = vod.Failed
		case words(typ, variant, failed)[0] == "":
			want = vod.None
		}
		require.Equal(t, want, h.Status.Outcome())
		noSubject := variant == "sparse" || typ == vod.TypeUploadByURLComplete && variant == "" && failed
		require.Equal(t, noSubject, h.Subject == "")
	})
}
