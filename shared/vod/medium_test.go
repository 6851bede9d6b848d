package vod_test

import (
	"testing"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestLive(t *testing.T) {
	t.Parallel()
	const added, started = vod.TypeAddLiveRecordVideoComplete, vod.TypeLiveRecordVideoComposeStart
	testSamples(t, map[string]vod.Event{
		"AddLiveRecordVideoComplete.success": &vod.AddLiveRecordVideoComplete{
			Header: head(added, video, "success"), VideoID: video,
			StreamName: "stage-7", DomainName: "push.example.com", AppName: "concert",
			RecordStartTime: at("08:00:01"), RecordEndTime: at("09:26:50"), UserID: "1029384756473829",
		},
		"AddLiveRecordVideoComplete.fail": &vod.AddLiveRecordVideoComplete{
			Header: head(added, video, "fail"), VideoID: video,
			StreamName: "stage-7", DomainName: "push.example.com", AppName: "concert",
			RecordStartTime: at("08:00:01"), UserID: "1029384756473829",
		},
		"LiveRecordVideoComposeStart.success": &vod.LiveRecordVideoComposeStart{
			Header: head(started, video, "success"), VideoID: video,
			StreamName: "stage-7", DomainName: "push.example.com", AppName: "concert",
		},
		"LiveRecordVideoComposeStart.bare": &vod.LiveRecordVideoComposeStart{
			Header: head(started, video, "fail"), VideoID: video,
		},
	})
}

func TestChangesOfMedia(t *testing.T) {
	t.Parallel()
	const (
		produce = vod.TypeProduceMediaComplete
		class   = vod.TypeUpdateMediaStorageClassComplete
		restore = vod.TypeRestoreMediaComplete
		remove  = vod.TypeDeleteMediaComplete
	)
	noFile := failure("NoSuchKey", "A file is missing.")
	testSamples(t, map[string]vod.Event{
		"ProduceMediaComplete.success": &vod.ProduceMediaComplete{
			Header: head(produce, video, "success"), MediaID: video, ProjectID: attached,
		},
		"ProduceMediaComplete.fail": &vod.ProduceMediaComplete{
			Header:  head(produce, video, "fail", failure("InvalidParameter.ResourceContentBad", "A clip cannot be decoded.")),
			MediaID: video, ProjectID: attached,
		},
		"UpdateMediaStorageClassComplete.success": &vod.UpdateMediaStorageClassComplete{
			Header: head(class, video, "Success"), MediaID: video,
			Scope: "SourceFile", StorageClass: "ColdArchive", TriggerBy: "LifeCycle",
		},
		"UpdateMediaStorageClassComplete.fail": &vod.UpdateMediaStorageClassComplete{
			Header: head(class, video, "Failed", noFile), MediaID: video, Scope: "All", StorageClass: "IA",
		},
		"RestoreMediaComplete.success": &vod.RestoreMediaComplete{
			Header: head(restore, video, "Success"), MediaID: video,
			RestoreExpiration: time.Date(2026, 3, 21, 9, 26, 53, 0, time.UTC),
		},
		"RestoreMediaComplete.fail": &vod.RestoreMediaComplete{
			Header: head(restore, video, "Failed", noFile), MediaID: video,
		},
		"DeleteMediaComplete.all": &vod.DeleteMediaComplete{
			Header: head(remove, video, "success"), MediaID: video, MediaType: "video", DeleteType: "all",
		},
		"DeleteMediaComplete.stream": &vod.DeleteMediaComplete{
			Header: head(remove, video, "success"), MediaID: video, MediaType: "video", DeleteType: "stream",
			JobIDs: []string{job, job2},
		},
		"DeleteMediaComplete.fail": &vod.DeleteMediaComplete{
			Header:  head(remove, image, "fail", failure("InvalidVideo.NotFound", "No such medium.")),
			MediaID: image, MediaType: "image", DeleteType: "all",
		},
	})
}

func TestMediaContent(t *testing.T) {
	t.Parallel()
	change := func(mode string, c vod.MediaContent) vod.Event {
		return &vod.MediaBaseChangeComplete{
			Header: head(vod.TypeMediaBaseChangeComplete, video, "success"), MediaID: video, MediaType: "video",
			OperateMode: mode, MediaContent: c,
		}
	}
	update := vod.MediaContent{
		Title:       &vod.Change{OldValue: new("Lesson"), NewValue: new(`第一课 "Ahoy"`)},
		Description: &vod.Change{OldValue: new(""), NewValue: new("draft")},
		CoverURL:    &vod.Change{OldValue: new("http://play.example.com/b.png"), NewValue: new("http://play.example.com/c.png")},
		CateID:      &vod.Change{OldValue: new("9007199254740993"), NewValue: new("12")},
		Tags:        &vod.Change{OldValue: new("a,b")},
	}
	testSamples(t, map[string]vod.Event{
		"MediaBaseChangeComplete.create": change("create", vod.MediaContent{
			Title:  &vod.Change{NewValue: new("Lesson")},
			CateID: &vod.Change{NewValue: new("9007199254740993")},
			Tags:   &vod.Change{NewValue: new("a,b")},
		}),
		"MediaBaseChangeComplete.update":  change("update", update),
		"MediaBaseChangeComplete.objects": change("update", update),
		"MediaBaseChangeComplete.string":  change("update", update),
		"MediaBaseChangeComplete.delete": change("delete", vod.MediaContent{
			Title:  &vod.Change{OldValue: new("Lesson")},
			CateID: &vod.Change{OldValue: new("12")},
		}),
		"MediaBaseChangeComplete.bare-values": change("update", vod.MediaContent{
			Title:    &vod.Change{NewValue: new("Lesson")},
			CateID:   &vod.Change{NewValue: new("12")},
			Tags:     &vod.Change{NewValue: new("[\n      \"a\",\n      \"b\"\n    ]")},
			CoverURL: &vod.Change{NewValue: new("http://play.example.com/c.png")},
		}),
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	refresh := func(h vod.Header, task string, urls, tasks []string, p vod.FilterPolicy) vod.Event {
		return &vod.SubmitMediaRefreshComplete{
			Header: h, MediaID: video, MediaRefreshJobID: "70f3c2aa5b1e4d98", TaskType: task,
			SuccessPlayURLs: urls, TaskIDs: tasks, FilterPolicy: p,
		}
	}
	const typ = vod.TypeSubmitMediaRefreshComplete
	testSamples(t, map[string]vod.Event{
		"SubmitMediaRefreshComplete.preload": refresh(head(typ, video, "success", extend("order A-17")), "Preload",
			[]string{play + "sd.mp4?t=1,2", "https://play.example.com/hd.m3u8"}, []string{"2719930150", "2719930151"},
			vod.FilterPolicy{
				Formats: []string{"mp4", "m3u8"}, Definitions: []string{"SD", "HD"},
				StreamType: "video", SliceFlag: true, SliceCount: 5, ResultType: "Multiple",
			}),
		"SubmitMediaRefreshComplete.refresh": refresh(head(typ, video, "success"), "refresh",
			[]string{play + "sd.mp4"}, []string{"2719930150"},
			vod.FilterPolicy{Formats: []string{"mp4"}, ResultType: "Single"}),
		"SubmitMediaRefreshComplete.fail": refresh(
			head(typ, video, "fail", failure("PreloadQueueFull", "Too many tasks.")), "preload",
			nil, nil, vod.FilterPolicy{}),
	})
}
