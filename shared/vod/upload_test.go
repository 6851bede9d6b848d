package vod_test

import (
	"testing"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestUploads(t *testing.T) {
	t.Parallel()
	const (
		file   = vod.TypeFileUploadComplete
		img    = vod.TypeImageUploadComplete
		byURL  = vod.TypeUploadByURLComplete
		missed = "http://origin.example.com/gone.mp4"
	)
	testSamples(t, map[string]vod.Event{
		"FileUploadComplete": &vod.FileUploadComplete{
			Header: head(file, video, "success", extend(`{"order":"A-17"}`)), VideoID: video,
			Size: 48103377, FileURL: origin + "sv/4410/lesson-1.mov",
		},
		"FileUploadComplete.no-status": &vod.FileUploadComplete{
			Header: head(file, video, "", extend("order A-17")), VideoID: video,
			Size: 6442450944, FileURL: origin + "sv/4410/long, and wide.mov",
		},
		"FileUploadComplete.extend-object": &vod.FileUploadComplete{
			Header:  head(file, video, "success", extend("{\n    \"order\": \"A-17\",\n    \"parts\": [\n      1,\n      2\n    ]\n  }")),
			VideoID: video,
		},
		"ImageUploadComplete": &vod.ImageUploadComplete{
			Header: head(img, image, "success", when(at("09:26:53.589"))), ImageID: image, Size: 90211,
			FileURL: "https://source.oss-cn-shanghai.example.com/image/cover-1.png", AppID: "app-1000000",
		},
		"ImageUploadComplete.plain-time": &vod.ImageUploadComplete{
			Header:  head(img, image, "success", when(time.Date(2021, 6, 1, 0, 0, 7, 0, time.UTC))),
			ImageID: image, Size: 90211, FileURL: origin + "image/cover-1.png",
		},
		"AttachedMediaUploadComplete": &vod.AttachedMediaUploadComplete{
			Header:          head(vod.TypeAttachedMediaUploadComplete, attached, "success"),
			AttachedMediaID: attached, Size: 20480, FileURL: "https://play.example.com/attached/logo.png",
		},
		"UploadByURLComplete.success": &vod.UploadByURLComplete{
			Header: head(byURL, video, "success"), VideoID: video, JobID: job,
			SourceURL: "http://origin.example.com/a.mp4?x=1,2", Size: 31457281,
		},
		"UploadByURLComplete.fail": &vod.UploadByURLComplete{
			Header: head(byURL, "", "fail", failure("URLInvalidError", "The source answered 404.")),
			JobID:  job, SourceURL: missed,
		},
		"UploadByURLComplete.blank-names": &vod.UploadByURLComplete{
			Header: head(byURL, "", "fail", failure("URLInvalidError", "The source answered 404.")),
			JobID:  job, SourceURL: missed,
		},
		"UploadByURLComplete.stream-success": &vod.UploadStreamByURLComplete{
			Header: head(byURL, video, "success", extend("part 2")), VideoID: video, JobID: job, FileType: "Stream",
			SourceURL: "https://origin.example.com/part-2.flv", StreamFileURL: origin + video + "/part-2.flv",
		},
		"UploadByURLComplete.stream-fail": &vod.UploadStreamByURLComplete{
			Header:  head(byURL, video, "fail", failure("URLInvalidError", "The source answered 403.")),
			VideoID: video, JobID: job, FileType: "stream", SourceURL: "https://origin.example.com/part-3.flv",
		},
	})
}
