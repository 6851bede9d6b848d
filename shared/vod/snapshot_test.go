package vod_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestSnapshots(t *testing.T) {
	t.Parallel()
	const snapshot, dynamic = vod.TypeSnapshotComplete, vod.TypeDynamicImageComplete
	info := func(kind, job string, count int64, path string) vod.SnapshotInfo {
		return vod.SnapshotInfo{
			JobID: job, Status: "success", SnapshotType: kind, SnapshotCount: count,
			SnapshotFormat: video + "/" + path, SnapshotRegular: play + path,
		}
	}
	normal := []vod.SnapshotInfo{info("NormalSnapshot", job, 3, "normal/c-{SnapshotCount}.jpg")}
	gif := vod.DynamicImageInfo{
		JobID: job, Status: "success", FileURL: play + "dynamic/1.gif",
		FileSize: 2240911, Fps: "12", Width: 480, Height: 270,
	}
	webp := gif
	webp.FileURL = play + "dynamic/2.webp"
	animated := func(infos ...vod.DynamicImageInfo) vod.Event {
		return &vod.DynamicImageComplete{
			Header: head(dynamic, video, "success"), VideoID: video, JobID: job, DynamicImageJobInfos: infos,
		}
	}
	testSamples(t, map[string]vod.Event{
		"SnapshotComplete.success": &vod.SnapshotComplete{
			Header: head(snapshot, video, "success", extend("order A-17")), VideoID: video,
			CoverURL: play + "covers/a-00004.jpg",
			SnapshotInfos: []vod.SnapshotInfo{
				info("CoverSnapshot", job, 8, "covers/a-{SnapshotCount}.jpg"),
				info("SpriteSnapshot", job2, 1, "sprite/b-{SnapshotCount}.jpg"),
			},
		},
		"SnapshotComplete.specified-time": &vod.SnapshotComplete{
			Header: head(snapshot, video, "success"), VideoID: video, SubType: "SpecifiedTime",
			CoverURL: play + "covers/c-00001.jpg", SnapshotInfos: normal,
		},
		"SnapshotComplete.bare": &vod.SnapshotComplete{Header: head(snapshot, "", ""), SnapshotInfos: normal},
		"SnapshotComplete.fail": &vod.SnapshotComplete{
			Header: head(snapshot, video, "fail",
				failure("InvalidParameter.ResourceContentBad", "The source cannot be decoded.")),
			VideoID: video, SubType: "SpecifiedTime",
		},
		"SnapshotComplete.legacy": &vod.SnapshotComplete{
			Header:  head(snapshot, video, "success", when(time.Date(2019, 8, 1, 10, 0, 0, 0, time.UTC))),
			VideoID: video, CoverURL: play + "s/1.jpg?Expires=1564653600&Signature=x",
			Snapshots: []string{
				play + "s/1.jpg?Expires=1564653600&Signature=x",
				play + "s/2.jpg?Expires=1564653600&Signature=y",
			},
		},
		"DynamicImageComplete.string":        animated(gif),
		"DynamicImageComplete.object":        animated(gif),
		"DynamicImageComplete.string-string": animated(gif),
		"DynamicImageComplete.array":         animated(gif, webp),
		"DynamicImageComplete.array-string":  animated(gif, webp),
		"DynamicImageComplete.fail": &vod.DynamicImageComplete{
			Header:  head(dynamic, video, "fail", failure("InvalidParameter", "No picture was made.")),
			VideoID: video, JobID: job,
		},
	})
}

func ExampleSnapshotInfo_URL() {
	info := vod.SnapshotInfo{
		SnapshotCount:   12,
		SnapshotRegular: "http://play.example.com/v/covers/a-{SnapshotCount}.jpg",
	}
	fmt.Println(info.URL(12))
	// Output: http://play.example.com/v/covers/a-00012.jpg
}
