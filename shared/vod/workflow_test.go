package vod_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestWorkflows(t *testing.T) {
	t.Parallel()
	workflow := func(videoID string, s, jobStatus vod.Status) vod.Event {
		return &vod.WorkflowTaskComplete{
			Header: head(vod.TypeWorkflowTaskComplete, video, s), VideoID: videoID,
			WorkflowID: "wf-1", TaskID: "task-1", UserID: "1029384756473829",
			CreateTime: at("09:00:00"), ModifiedTime: at("09:26:52"), FinishTime: at("09:26:53"),
			TaskInput: vod.TaskInput{
				Type: "Media", Media: video, Title: "Lesson",
				StorageLocation: "outin-bucket.oss-cn-shanghai.example.com",
			},
			ActivityResults: map[string]vod.ActivityResult{
				"Snapshot": {Status: "Succeed", ActivityID: "Snapshot"},
				"VideoTranslation": {
					Status: s, StartTime: at("09:00:00"), EndTime: at("09:26:50"),
					ActivityID: "VideoTranslation", ActivityInstanceID: attached,
					Result: vod.ActivityJob{
						Status: jobStatus, JobType: "VideoTranslation", MediaID: video, JobID: job,
						CreateTime: at("09:00:01"), ModifiedTime: at("09:26:49"), UserData: `{"from":"workflow"}`,
					},
				},
			},
		}
	}
	testSamples(t, map[string]vod.Event{
		"WorkflowTaskComplete.succeed":  workflow(video, "Succeed", "Finished"),
		"WorkflowTaskComplete.objects":  workflow(video, "Succeed", "Finished"),
		"WorkflowTaskComplete.no-video": workflow("", "Failed", "Failed"),
	})
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	testSamples(t, map[string]vod.Event{
		"Unknown.video": &vod.Unknown{
			Header: head("SubtitleBurnComplete", video, "success",
				extra("Language", `"en"`), extra("Lines", `[1,"2",null]`)),
			VideoID: video,
		},
		"Unknown.medium": &vod.Unknown{Header: head("MediaCheckComplete", video, "success"), MediaID: video},
		"Unknown.image": &vod.Unknown{
			Header: head("ImageLabelComplete", image, "fail", failure("Busy", "Later.")), ImageID: image,
		},
		"Unknown.attached": &vod.Unknown{
			Header: head("AttachedMediaCheckComplete", attached, "success"), AttachedMediaID: attached,
		},
	})
}

// VOD does not document all of TaskInput: the rest is kept as it came.
func TestTaskInputExtra(t *testing.T) {
	t.Parallel()
	e := parseSample[*vod.WorkflowTaskComplete](t, "WorkflowTaskComplete.new-kinds")
	require.JSONEq(t, `"cn-shanghai"`, string(e.TaskInput.Extra["Region"]))
}
