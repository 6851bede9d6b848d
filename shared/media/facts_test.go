package media_test

import (
	"cmp"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// said is what one event says about one facet.
type said struct {
	facet       string
	rank        int
	status      vod.Outcome
	value, data string
}

// decode reads an event, given as members of its JSON object, of a certain time.
func decode(t *testing.T, members string) (vod.Event, vod.ID) {
	t.Helper()
	event, id, err := vod.Decode([]byte(`{"EventTime":"2026-02-03T04:15:27:083Z",` + members + `}`))
	require.NoError(t, err)
	return event, id
}

// TestFacts has at least one row for each kind of event, and for each rule about
// what it says.
func TestFacts(t *testing.T) {
	t.Parallel()
	const ok, bad = vod.Succeeded, vod.Failed
	for _, tc := range []struct {
		name  string
		event string     // about m1
		kind  media.Kind // "" means Video
		want  []said
	}{
		{
			name:  "upload",
			event: `"EventType":"FileUploadComplete","VideoId":"m1","Status":"success","Size":7,"FileUrl":"http://x/a.mov"`,
			want:  []said{{"source", 2, ok, "http://x/a.mov", `{"FileUrl":"http://x/a.mov","Size":7}`}},
		},
		{
			name:  "image",
			event: `"EventType":"ImageUploadComplete","ImageId":"m1","Status":"success","Size":7,"FileURL":"https://x/a.png","AppId":"app-1"`,
			kind:  media.Image,
			want:  []said{{"source", 2, ok, "https://x/a.png", `{"AppId":"app-1","FileUrl":"https://x/a.png","Size":7}`}},
		},
		{
			name:  "attached medium",
			event: `"EventType":"AttachedMediaUploadComplete","AttachedMediaId":"m1","Status":"success","Size":7,"FileURL":"https://x/a.srt"`,
			kind:  media.Attached,
			want:  []said{{"source", 2, ok, "https://x/a.srt", `{"FileUrl":"https://x/a.srt","Size":7}`}},
		},
		{
			name:  "pull",
			event: `"EventType":"UploadByURLComplete","VideoId":"m1","Status":"success","JobId":"j","SourceURL":"http://y/a","Size":"7"`,
			want:  []said{{"pull", 2, ok, "j", `{"JobId":"j","Size":7,"SourceURL":"http://y/a","Status":"success"}`}},
		},
		{
			name:  "pull that failed",
			event: `"EventType":"UploadByURLComplete","VideoId":"m1","Status":"fail","JobId":"j","ErrorCode":"E","ErrorMessage":"why"`,
			want:  []said{{"pull", 0, bad, "j", `{"ErrorCode":"E","ErrorMessage":"why","JobId":"j","Status":"fail"}`}},
		},
		{
			name:  "production",
			event: `"EventType":"ProduceMediaComplete","MediaId":"m1","Status":"success","ProjectId":"p"`,
			want:  []said{{"produce", 2, ok, "p", `{"ProjectId":"p","Status":"success"}`}},
		},
		{
			name: "recording",
			event: `"EventType":"AddLiveRecordVideoComplete","VideoId":"m1","Status":"success","StreamName":"s","DomainName":"d","AppName":"a",
				"RecordStartTime":"2026-02-03T01:02:03Z","RecordEndTime":"2026-02-03T02:02:03Z"`,
			want: []said{{"live_record", 2, ok, "s", `{"AppName":"a","DomainName":"d","RecordEndTime":"2026-02-03T02:02:03Z",` +
				`"RecordStartTime":"2026-02-03T01:02:03Z","Status":"success","StreamName":"s"}`}},
		},
		{
			name:  "composition",
			event: `"EventType":"LiveRecordVideoComposeStart","VideoId":"m1","Status":"success","StreamName":"s","DomainName":"d","AppName":"a"`,
			want:  []said{{"live_compose", 2, ok, "s", `{"AppName":"a","DomainName":"d","Status":"success","StreamName":"s"}`}},
		},
		{
			name: "analysis",
			event: `"EventType":"VideoAnalysisComplete","VideoId":"m1","Status":"success","Width":"1920","Height":"1080","Duration":"61.48",
				"Bitrate":"5210.5","Fps":"29.97","Size":"7"`,
			want: []said{{"analysis", 2, ok, "", `{"Bitrate":"5210.5","Duration":61.48,"Fps":"29.97","Height":1080,"Size":7,"Status":"success","Width":1920}`}},
		},
		{
			name:  "analysis that failed",
			event: `"EventType":"VideoAnalysisComplete","VideoId":"m1","Status":"fail","ErrorCode":"E"`,
			want:  []said{{"analysis", 0, bad, "", `{"ErrorCode":"E","Status":"fail"}`}},
		},
		{
			name:  "no medium",
			event: `"EventType":"UploadByURLComplete","Status":"fail","JobId":"j"`,
		},
		{
			name:  "new type",
			event: `"EventType":"SomethingNewComplete","MediaId":"m1","Status":"success"`,
		},
		{
			name: "rendition",
			event: `"EventType":"StreamTranscodeComplete","VideoId":"m1","Status":"success","JobId":"j","Definition":"SD","Format":"mp4",
				"FileUrl":"http://x/s.mp4","Width":848,"Height":480,"Duration":61.5,"Size":7,"Bitrate":"900","Fps":"25","Codec":"h264",
				"Encrypt":true,"EncryptType":"k","IsAudio":true,"WatermarkId":"w1,w2","StartTime":"2026-02-03T04:00:00Z","FinishTime":"2026-02-03T04:15:27Z"`,
			want: []said{{"stream/j", 2, ok, "SD", `{"Bitrate":"900","Codec":"h264","Definition":"SD","Duration":61.5,"Encrypt":true,"EncryptType":"k",` +
				`"FileUrl":"http://x/s.mp4","FinishTime":"2026-02-03T04:15:27Z","Format":"mp4","Fps":"25","Height":480,"IsAudio":true,"JobId":"j",` +
				`"Size":7,"StartTime":"2026-02-03T04:00:00Z","Status":"success","WatermarkId":["w1","w2"],"Width":848}`}},
		},
		{
			name:  "rendition that failed",
			event: `"EventType":"StreamTranscodeComplete","VideoId":"m1","Status":"fail","JobId":"j","ErrorCode":"E","ErrorMessage":"why"`,
			want:  []said{{"stream/j", 0, bad, "", `{"ErrorCode":"E","ErrorMessage":"why","JobId":"j","Status":"fail"}`}},
		},
		{
			name:  "rendition without a job",
			event: `"EventType":"StreamTranscodeComplete","VideoId":"m1","Status":"success","Definition":"SD","Format":"mp4"`,
			want:  []said{{"stream/SD.mp4", 2, ok, "SD", `{"Definition":"SD","Format":"mp4","Status":"success"}`}},
		},
		{
			name:  "rendition without a job and a format",
			event: `"EventType":"StreamTranscodeComplete","VideoId":"m1","Status":"success","Definition":"SD"`,
			want:  []said{{"stream/SD", 2, ok, "SD", `{"Definition":"SD","Status":"success"}`}},
		},
		{
			name:  "rendition pulled",
			event: `"EventType":"UploadByURLComplete","FileType":"Stream","VideoId":"m1","Status":"success","JobId":"j","SourceURL":"http://y/s","StreamFileURL":"http://x/s"`,
			want:  []said{{"stream/j", 2, ok, "", `{"FileUrl":"http://x/s","JobId":"j","SourceURL":"http://y/s","Status":"success"}`}},
		},
		{
			name: "transcoding",
			event: `"EventType":"TranscodeComplete","VideoId":"m1","Status":"success","Preprocess":true,"StreamInfos":[
				{"Status":"success","JobId":"a","Definition":"SD"},{"Status":"fail","JobId":"b","ErrorCode":"E","ErrorMessage":"why"},{"JobId":"c"}]`,
			want: []said{
				{"transcode", 2, ok, "", `{"Failed":1,"Preprocess":true,"Status":"success","Streams":3}`},
				{"stream/a", 2, ok, "SD", `{"Definition":"SD","JobId":"a","Status":"success"}`},
				{"stream/b", 0, bad, "", `{"ErrorCode":"E","ErrorMessage":"why","JobId":"b","Status":"fail"}`},
				{"stream/c", 2, ok, "", `{"JobId":"c","Status":"success"}`},
			},
		},
		{
			name: "renditions of one job: success counts more, then the last",
			event: `"EventType":"TranscodeComplete","VideoId":"m1","Status":"success","StreamInfos":[
				{"JobId":"a","Status":"fail"},{"JobId":"a","Status":"success","Size":1},{"JobId":"a","Status":"success","Size":2},{"JobId":"a","Status":"fail"}]`,
			want: []said{
				{"transcode", 2, ok, "", `{"Failed":2,"Status":"success","Streams":4}`},
				{"stream/a", 2, ok, "", `{"JobId":"a","Size":2,"Status":"success"}`},
			},
		},
		{
			name:  "renditions that cannot be read",
			event: `"EventType":"TranscodeComplete","VideoId":"m1","Status":"fail","StreamInfos":[0,"x",null,{},{"JobId":"a"}]`,
			want: []said{
				{"transcode", 0, bad, "", `{"Failed":1,"Status":"fail","Streams":1}`},
				{"stream/a", 0, bad, "", `{"JobId":"a","Status":"fail"}`},
			},
		},
		{
			name: "snapshots",
			event: `"EventType":"SnapshotComplete","VideoId":"m1","Status":"success","SubType":"SpecifiedTime","CoverUrl":"http://x/c.jpg","SnapshotInfos":[
				{"Status":"success","JobId":"a","SnapshotType":"CoverSnapshot","SnapshotCount":3,"SnapshotFormat":"f","SnapshotRegular":"r"},
				{"Status":"fail","JobId":"b","SnapshotType":"SpriteSnapshot"},{"SnapshotType":"NormalSnapshot"}]`,
			want: []said{
				{"cover", 2, ok, "http://x/c.jpg", `{"CoverUrl":"http://x/c.jpg"}`},
				{"snapshot/a", 2, ok, "CoverSnapshot", `{"JobId":"a","SnapshotCount":3,"SnapshotFormat":"f","SnapshotRegular":"r",` +
					`"SnapshotType":"CoverSnapshot","Status":"success","SubType":"SpecifiedTime"}`},
				{"snapshot/b", 0, bad, "SpriteSnapshot", `{"JobId":"b","SnapshotType":"SpriteSnapshot","Status":"fail","SubType":"SpecifiedTime"}`},
				{"snapshot/NormalSnapshot", 2, ok, "NormalSnapshot", `{"SnapshotType":"NormalSnapshot","Status":"success","SubType":"SpecifiedTime"}`},
			},
		},
		{
			name:  "snapshots of older events, without a cover",
			event: `"EventType":"SnapshotComplete","VideoId":"m1","CoverUrl":"","Snapshots":["http://x/1?a&b",null,"http://x/2"]`,
			want:  []said{{"snapshot/Snapshots", 1, vod.None, "", `{"Snapshots":["http://x/1?a\u0026b","http://x/2"]}`}},
		},
		{
			name:  "snapshots that cannot be read",
			event: `"EventType":"SnapshotComplete","VideoId":"m1","Status":"success","SnapshotInfos":[0,"x",null,{}],"Snapshots":[null]`,
		},
		{
			name:  "snapshots that failed",
			event: `"EventType":"SnapshotComplete","VideoId":"m1","Status":"fail","CoverUrl":"http://x/c.jpg","ErrorCode":"E","ErrorMessage":"why"`,
			want:  []said{{"failure/SnapshotComplete", 0, bad, "E", `{"ErrorCode":"E","ErrorMessage":"why"}`}},
		},
		{
			name: "animated images, some that cannot be read",
			event: `"EventType":"DynamicImageComplete","VideoId":"m1","Status":"success","JobId":"j","DynamicImageJobInfo":[
				{"JobId":"a","Status":"fail"},{"FileURL":"http://x/b.gif","FileSize":"7","Fps":"12","Width":"320","Height":"180"},0,"x",null,{}]`,
			want: []said{
				{"dynamic_image/j", 2, ok, "http://x/b.gif", `{"FileSize":7,"FileUrl":"http://x/b.gif","Fps":"12","Height":180,"JobId":"j","Status":"success","Width":320}`},
				{"dynamic_image/a", 0, bad, "", `{"JobId":"a","Status":"fail"}`},
			},
		},
		{
			name:  "animated images that failed",
			event: `"EventType":"DynamicImageComplete","VideoId":"m1","Status":"fail","JobId":"j","ErrorCode":"E"`,
			want:  []said{{"dynamic_image/j", 0, bad, "", `{"ErrorCode":"E","JobId":"j","Status":"fail"}`}},
		},
		{
			name: "review",
			event: `"EventType":"CreateAuditComplete","MediaId":"m1","Status":"success","AuditStatus":" bLOCKED","CreationTime":"2026-02-03T04:15:00Z",
				"Auditor":"Ann","Reason":"r"`,
			want: []said{{"audit", 12, ok, "Blocked", `{"AuditStatus":" bLOCKED","Auditor":"Ann","CreationTime":"2026-02-03T04:15:00Z","Reason":"r"}`}},
		},
		{
			name:  "review that is fine",
			event: `"EventType":"CreateAuditComplete","MediaId":"m1","Status":"success","AuditStatus":"normal"`,
			want:  []said{{"audit", 12, ok, "Normal", `{"AuditStatus":"normal"}`}},
		},
		{
			name:  "review that failed",
			event: `"EventType":"CreateAuditComplete","MediaId":"m1","Status":"fail","AuditStatus":"Blocked"`,
			want:  []said{{"failure/CreateAuditComplete", 0, bad, "", `{}`}},
		},
		{
			name:  "automated review",
			event: `"EventType":"AIMediaAuditComplete","MediaId":"m1","Status":"success","JobId":"j","Code":"0","Data":{"Suggestion":"block","Label":"porn,ad","New":1}`,
			want:  []said{{"ai_audit", 12, ok, "block", `{"Data":{"Suggestion":"block","Label":["porn","ad"]},"JobId":"j"}`}},
		},
		{
			name:  "automated review that failed",
			event: `"EventType":"AIMediaAuditComplete","MediaId":"m1","Status":"fail","JobId":"j","Code":"E","Message":"why","Data":{"Suggestion":"block"}`,
			want:  []said{{"failure/AIMediaAuditComplete", 0, bad, "E", `{"ErrorCode":"E","ErrorMessage":"why"}`}},
		},
		{
			name: "tags, without what VOD does not document",
			event: `"EventType":"AIVideoTagComplete","MediaId":"m1","Status":"success","JobId":"j",
				"Data":"{\"Keyword\":[{\"Tag\":\"sea\",\"Times\":[\"40\"]}],\"OrigASRData\":[[{}]]}"`,
			want: []said{{"ai_tag", 12, ok, "", `{"Data":{"Keyword":[{"Tag":"sea","Times":[40]}]},"JobId":"j"}`}},
		},
		{
			name:  "tags that failed",
			event: `"EventType":"AIVideoTagComplete","MediaId":"m1","Status":"fail","JobId":"j"`,
			want:  []said{{"failure/AIVideoTagComplete", 0, bad, "", `{}`}},
		},
		{
			name:  "comparison",
			event: `"EventType":"AIMediaDNAComplete","MediaId":"m1","Status":"success","JobId":"j","Data":"{\"VideoDNA\":[{\"PrimaryKey\":\"m2\",\"Similarity\":\"0.5\"}]}"`,
			want:  []said{{"ai_dna", 12, ok, "", `{"Data":{"VideoDNA":[{"PrimaryKey":"m2","Similarity":0.5}]},"JobId":"j"}`}},
		},
		{
			name:  "comparison that failed",
			event: `"EventType":"AIMediaDNAComplete","MediaId":"m1","Status":"fail","JobId":"j"`,
			want:  []said{{"failure/AIMediaDNAComplete", 0, bad, "", `{}`}},
		},
		{
			name:  "storage class",
			event: `"EventType":"UpdateMediaStorageClassComplete","MediaId":"m1","Status":"Success","Scope":"SourceFile","StorageClass":"ia","TriggerBy":"API"`,
			want:  []said{{"storage/SourceFile", 12, ok, "IA", `{"Scope":"SourceFile","StorageClass":"ia","TriggerBy":"API"}`}},
		},
		{
			name:  "storage class without a scope",
			event: `"EventType":"UpdateMediaStorageClassComplete","MediaId":"m1","Status":"Success","StorageClass":"archive"`,
			want:  []said{{"storage/All", 12, ok, "Archive", `{"StorageClass":"archive"}`}},
		},
		{
			name:  "storage class in other letters",
			event: `"EventType":"UpdateMediaStorageClassComplete","MediaId":"m1","Status":"Success","Scope":"all","StorageClass":"coldarchive "`,
			want:  []said{{"storage/All", 12, ok, "ColdArchive", `{"Scope":"all","StorageClass":"coldarchive "}`}},
		},
		{
			name:  "storage class of the source in other letters",
			event: `"EventType":"UpdateMediaStorageClassComplete","MediaId":"m1","Status":"Success","Scope":"SOURCEFILE","StorageClass":"STANDARD"`,
			want:  []said{{"storage/SourceFile", 12, ok, "Standard", `{"Scope":"SOURCEFILE","StorageClass":"STANDARD"}`}},
		},
		{
			name:  "storage class that is new",
			event: `"EventType":"UpdateMediaStorageClassComplete","MediaId":"m1","Status":"Success","Scope":"streams","StorageClass":"deepArchive"`,
			want:  []said{{"storage/streams", 12, ok, "deepArchive", `{"Scope":"streams","StorageClass":"deepArchive"}`}},
		},
		{
			name:  "storage class that failed",
			event: `"EventType":"UpdateMediaStorageClassComplete","MediaId":"m1","Status":"Failed","Scope":"All","StorageClass":"Archive","ErrorCode":"E"`,
			want:  []said{{"failure/UpdateMediaStorageClassComplete", 0, bad, "E", `{"ErrorCode":"E"}`}},
		},
		{
			name:  "restoration",
			event: `"EventType":"RestoreMediaComplete","MediaId":"m1","Status":"Success","RestoreExpiration":"2026-02-11T01:20:05Z"`,
			want:  []said{{"restore", 12, ok, "", `{"RestoreExpiration":"2026-02-11T01:20:05Z"}`}},
		},
		{
			name:  "restoration that failed",
			event: `"EventType":"RestoreMediaComplete","MediaId":"m1","Status":"Failed","ErrorCode":"E"`,
			want:  []said{{"failure/RestoreMediaComplete", 0, bad, "E", `{"ErrorCode":"E"}`}},
		},
		{
			name: "refresh",
			event: `"EventType":"SubmitMediaRefreshComplete","MediaId":"m1","Status":"success","MediaRefreshJobId":"r","TaskType":"Preload",
				"SuccessPlayUrls":"http://x/1,http://x/2","TaskIds":"1,2"`,
			want: []said{{"refresh/r", 2, ok, "preload", `{"Status":"success","SuccessPlayUrls":["http://x/1","http://x/2"],"TaskIds":["1","2"],"TaskType":"Preload"}`}},
		},
		{
			name: "workflow",
			event: `"EventType":"WorkflowTaskComplete","Status":"Succeed","WorkflowId":"w","TaskId":"t","TaskInput":"{\"Media\":\"m1\"}",
				"ActivityResults":"{\"A\":{\"Status\":\"Succeed\"}}","CreateTime":"2026-02-03T04:00:00Z","FinishTime":"2026-02-03T04:15:27Z"`,
			want: []said{{"workflow/t", 2, ok, "w", `{"ActivityResults":{"A":{"Status":"Succeed"}},"CreateTime":"2026-02-03T04:00:00Z",` +
				`"FinishTime":"2026-02-03T04:15:27Z","Status":"Succeed","TaskId":"t","WorkflowId":"w"}`}},
		},
		{
			name:  "deletion",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","Status":"success","MediaType":"Image","DeleteType":"all"`,
			kind:  media.Image,
			want:  []said{{"life", 22, ok, "deleted", `{"DeleteType":"all"}`}},
		},
		{
			name:  "deletion without a status",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","MediaType":"attached","DeleteType":"All"`,
			kind:  media.Attached,
			want:  []said{{"life", 21, vod.None, "deleted", `{"DeleteType":"All"}`}},
		},
		{
			name:  "deletion of the source",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","Status":"success","DeleteType":"mezzanine"`,
			want:  []said{{"source", 22, ok, "deleted", `{"DeleteType":"mezzanine"}`}},
		},
		{
			name:  "deletion of renditions",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","Status":"success","DeleteType":"stream","JobIds":["a",null,"b"]`,
			want: []said{
				{"stream/a", 22, ok, "deleted", `{"DeleteType":"stream"}`},
				{"stream/b", 22, ok, "deleted", `{"DeleteType":"stream"}`},
			},
		},
		{
			name:  "deletion of all renditions",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","Status":"success","DeleteType":"stream","JobIds":""`,
			want:  []said{{"streams", 22, ok, "deleted", `{"DeleteType":"stream"}`}},
		},
		{
			name:  "deletion of renditions that cannot be read",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","Status":"success","DeleteType":"stream","JobIds":[null]`,
		},
		{
			name:  "deletion of something new",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","Status":"success","DeleteType":"subtitles"`,
		},
		{
			name:  "deletion that failed",
			event: `"EventType":"DeleteMediaComplete","MediaId":"m1","Status":"fail","MediaType":"image","DeleteType":"all","ErrorCode":"E"`,
			kind:  media.Image,
			want:  []said{{"failure/DeleteMediaComplete", 0, bad, "E", `{"ErrorCode":"E"}`}},
		},
		{
			name: "creation",
			event: `"EventType":"MediaBaseChangeComplete","MediaId":"m1","Status":"success","MediaType":"video","OperateMode":"Create",
				"MediaContent":{"Title":"{\"NewValue\":\"Harbor\"}","CateId":"{\"NewValue\":7}"}`,
			want: []said{
				{"life", 2, ok, "created", `{"OperateMode":"Create"}`},
				{"base/Title", 2, ok, "Harbor", `{"Title":"Harbor"}`},
				{"base/CateId", 2, ok, "7", `{"CateId":"7"}`},
			},
		},
		{
			name: "change",
			event: `"EventType":"MediaBaseChangeComplete","MediaId":"m1","Status":"success","MediaType":"image","OperateMode":"update",
				"MediaContent":{"Title":"{\"OldValue\":\"a\",\"NewValue\":\"b\"}","Description":"{\"OldValue\":\"c\"}","CoverURL":"{\"NewValue\":\"http://x/c\"}","Tags":"{\"NewValue\":\"t,u\"}"}`,
			kind: media.Image,
			want: []said{
				{"base/Title", 12, ok, "b", `{"Title":"b"}`},
				{"base/Description", 12, ok, "", `{}`},
				{"base/CoverURL", 12, ok, "http://x/c", `{"CoverURL":"http://x/c"}`},
				{"base/Tags", 12, ok, "t,u", `{"Tags":"t,u"}`},
			},
		},
		{
			name: "end",
			event: `"EventType":"MediaBaseChangeComplete","MediaId":"m1","Status":"success","MediaType":"video","OperateMode":"delete",
				"MediaContent":{"Title":"{\"OldValue\":\"a\"}","Tags":"{\"OldValue\":\"t\",\"NewValue\":\"\"}"}`,
			want: []said{
				{"life", 22, ok, "deleted", `{"OperateMode":"delete"}`},
				{"base/Title", 22, ok, "a", `{"Title":"a"}`},
				{"base/Tags", 22, ok, "", `{}`},
			},
		},
		{
			name:  "change that failed",
			event: `"EventType":"MediaBaseChangeComplete","MediaId":"m1","Status":"fail","MediaType":"video","OperateMode":"delete","MediaContent":{"Title":"{\"NewValue\":\"b\"}"}`,
			want:  []said{{"failure/MediaBaseChangeComplete", 0, bad, "", `{}`}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			event, id := decode(t, tc.event)
			var want []media.Fact
			for _, w := range tc.want {
				want = append(want, media.Fact{
					Medium: "m1", Kind: cmp.Or(tc.kind, media.Video), Facet: w.facet,
					Time: time.Date(2026, 2, 3, 4, 15, 27, 83e6, time.UTC), Rank: w.rank,
					Event: id, Status: w.status, Value: w.value, Data: json.RawMessage(w.data),
				})
			}
			require.Equal(t, want, media.Facts(event, id))
		})
	}
}
