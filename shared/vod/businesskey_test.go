package vod_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestBusinessKeys(t *testing.T) {
	t.Parallel()
	const now = "2026-03-14T09:26:53.000Z"
	for sample, want := range map[string]string{
		"FileUploadComplete":                      video + "|" + now + "|succeeded",
		"FileUploadComplete.no-status":            video + "|" + now + "|",
		"ImageUploadComplete":                     image + "|2026-03-14T09:26:53.589Z|succeeded",
		"AttachedMediaUploadComplete":             attached + "|" + now + "|succeeded",
		"UploadByURLComplete.fail":                job + "|failed",
		"UploadByURLComplete.stream-success":      job + "|succeeded",
		"StreamTranscodeComplete.success":         video + "|" + job2 + "|succeeded",
		"TranscodeComplete.partial":               video + "|" + job + "," + job2 + "|succeeded",
		"TranscodeComplete.fail-bare":             video + "|" + now + "|failed",
		"VideoAnalysisComplete.fail":              video + "|" + now + "|failed",
		"SnapshotComplete.success":                video + "|" + job + "," + job2 + "|succeeded",
		"SnapshotComplete.fail":                   video + "|" + now + "|SpecifiedTime|failed",
		"DynamicImageComplete.array":              job + "|succeeded",
		"AddLiveRecordVideoComplete.success":      video + "|succeeded",
		"LiveRecordVideoComposeStart.bare":        video + "|failed",
		"ProduceMediaComplete.success":            video + "|" + attached + "|succeeded",
		"UpdateMediaStorageClassComplete.success": video + "|SourceFile|ColdArchive|" + now + "|succeeded",
		"RestoreMediaComplete.fail":               video + "|" + now + "|failed",
		"DeleteMediaComplete.stream":              video + "|stream|" + job + "," + job2 + "|succeeded",
		"DeleteMediaComplete.all":                 video + "|all||succeeded",
		"SubmitMediaRefreshComplete.preload":      "70f3c2aa5b1e4d98|" + video + "|succeeded",
		"WorkflowTaskComplete.no-video":           "task-1|failed",
		"CreateAuditComplete.blocked":             video + "|2026-03-14T09:26:50.000Z|Blocked|succeeded",
		"AIMediaAuditComplete.fail":               job + "|failed",
		"AIVideoTagComplete.success":              job + "|succeeded",
		"AIMediaDNAComplete.success":              job + "|succeeded",
		"Unknown.image":                           image + "|" + now + "|failed",
	} {
		e, err := vod.Parse(readSample(t, sample))
		require.NoError(t, err)
		require.Equal(t, string(e.Head().Type)+"|"+want, vod.BusinessKey(e), sample)
	}
}

func TestBusinessKeyOfChanges(t *testing.T) {
	t.Parallel()
	key := func(c vod.MediaContent) string {
		return vod.BusinessKey(&vod.MediaBaseChangeComplete{
			Header:  vod.Header{Type: vod.TypeMediaBaseChangeComplete, Time: at("09:26:53"), Status: "success"},
			MediaID: "v1", OperateMode: "update", MediaContent: c,
		})
	}
	a := key(vod.MediaContent{Title: &vod.Change{NewValue: new("a")}})
	require.Regexp(t, `^MediaBaseChangeComplete\|v1\|update\|2026-03-14T09:26:53\.000Z\|[0-9a-f]{16}\|succeeded$`, a)
	require.Equal(t, a, key(vod.MediaContent{Title: &vod.Change{NewValue: new("a")}}))
	require.NotEqual(t, a, key(vod.MediaContent{Title: &vod.Change{NewValue: new("b")}}))
	require.NotEqual(t, a, key(vod.MediaContent{Title: &vod.Change{OldValue: new("a")}}))
	require.NotEqual(t, a, key(vod.MediaContent{Tags: &vod.Change{NewValue: new("a")}}))
}

// Databases index keys of some 2,700 bytes at most.
func TestBusinessKeyIsShort(t *testing.T) {
	t.Parallel()
	jobs := func(n int) (ids []string) {
		for i := range n {
			ids = append(ids, fmt.Sprintf("%032x", i))
		}
		return ids
	}
	key := func(ids []string) string {
		return vod.BusinessKey(&vod.DeleteMediaComplete{
			Header:  vod.Header{Type: vod.TypeDeleteMediaComplete, Status: "success"},
			MediaID: video, DeleteType: "stream", JobIDs: ids,
		})
	}
	few, many := jobs(13), jobs(100)
	require.Equal(t, "DeleteMediaComplete|"+video+"|stream|"+strings.Join(few, ",")+"|succeeded", key(few), "as it is")
	sum := sha256.Sum256([]byte(strings.Join(many, ",")))
	want := "DeleteMediaComplete|" + video + "|stream|sha256:" + hex.EncodeToString(sum[:]) + "|succeeded"
	require.Equal(t, want, key(many))
	slices.Reverse(many)
	require.Equal(t, want, key(many), "the order does not matter")
	require.NotEqual(t, want, key(many[1:]))

	long := strings.Repeat("x", 1000)
	for _, e := range []vod.Event{
		&vod.Unknown{Header: vod.Header{Type: vod.Type(long), Subject: long, Time: at("09:26:53")}},
		&vod.MediaBaseChangeComplete{Header: vod.Header{Type: vod.Type(long), Time: at("09:26:53")}, MediaID: long, OperateMode: long},
		&vod.UpdateMediaStorageClassComplete{
			Header: vod.Header{Type: vod.Type(long), Time: at("09:26:53"), Status: "Success"}, MediaID: long, Scope: long, StorageClass: long,
		},
	} {
		require.Less(t, len(vod.BusinessKey(e)), 512)
		require.Contains(t, vod.BusinessKey(e), "|2026-03-14T09:26:53.000Z|")
	}
	require.NotEqual(t, vod.BusinessKey(&vod.Unknown{Header: vod.Header{Subject: long}}),
		vod.BusinessKey(&vod.Unknown{Header: vod.Header{Subject: long + "x"}}))
}

// What users name themselves cannot make two keys the same.
func TestBusinessKeyEscapes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, tc := range []struct{ typ, subject string }{{"A", "B|C"}, {"A|B", "C"}, {"A", `B\|C`}, {`A\`, "B|C"}, {"A", "B,C"}, {"A", `B\,C`}} {
		key := vod.BusinessKey(&vod.Unknown{Header: vod.Header{Type: vod.Type(tc.typ), Subject: tc.subject}})
		require.False(t, seen[key], key)
		seen[key] = true
	}
	e := &vod.DeleteMediaComplete{JobIDs: []string{"b", "a,c", "", "a"}}
	require.Contains(t, vod.BusinessKey(e), `|a,a\,c,b|`)
	require.Equal(t, []string{"b", "a,c", "", "a"}, e.JobIDs, "the event is left alone")
	require.Equal(t, 3, strings.Count(vod.BusinessKey(&vod.Unknown{}), "|"))
}
