package vod

import (
	"encoding/json"
	"time"
)

type FileUploadComplete struct {
	Header
	VideoID string `json:"VideoId"`
	Size    int64  `json:"Size"`
	FileURL string `json:"FileUrl"`
}

type ImageUploadComplete struct {
	Header
	ImageID string `json:"ImageId"`
	Size    int64  `json:"Size"`
	FileURL string `json:"FileURL"`
	AppID   string `json:"AppId"`
}

type Stream struct {
	JobID       string    `json:"JobId"`
	Definition  string    `json:"Definition"`
	Format      string    `json:"Format"`
	FileURL     string    `json:"FileUrl"`
	Width       int64     `json:"Width"`
	Height      int64     `json:"Height"`
	Duration    float64   `json:"Duration"`
	Size        int64     `json:"Size"`
	Bitrate     string    `json:"Bitrate"`
	Fps         string    `json:"Fps"`
	Codec       string    `json:"Codec"`
	Encrypt     bool      `json:"Encrypt"`
	EncryptType string    `json:"EncryptType"`
	IsAudio     bool      `json:"IsAudio"`
	WatermarkID []string  `json:"WatermarkId"`
	StartTime   time.Time `json:"StartTime"`
	FinishTime  time.Time `json:"FinishTime"`
}

type StreamTranscodeComplete struct {
	Header
	VideoID string `json:"VideoId"`
	Stream
}

type StreamInfo struct {
	Stream
	Status       Status `json:"Status"`
	ErrorCode    string `json:"ErrorCode"`
	ErrorMessage string `json:"ErrorMessage"`
}

type TranscodeComplete struct {
	Header
	VideoID     string       `json:"VideoId"`
	StreamInfos []StreamInfo `json:"StreamInfos"`
	Preprocess  bool         `json:"Preprocess"`
}

type SnapshotComplete struct {
	Header
	VideoID       string         `json:"VideoId"`
	SubType       string         `json:"SubType"`
	CoverURL      string         `json:"CoverUrl"`
	SnapshotInfos []SnapshotInfo `json:"SnapshotInfos"`
	Snapshots     []string       `json:"Snapshots"` // undocumented
}

type SnapshotInfo struct {
	JobID           string `json:"JobId"`
	Status          Status `json:"Status"`
	SnapshotType    string `json:"SnapshotType"`
	SnapshotCount   int64  `json:"SnapshotCount"`
	SnapshotFormat  string `json:"SnapshotFormat"`
	SnapshotRegular string `json:"SnapshotRegular"`
}

type DynamicImageComplete struct {
	Header
	VideoID              string             `json:"VideoId"`
	JobID                string             `json:"JobId"`
	DynamicImageJobInfos []DynamicImageInfo `json:"DynamicImageJobInfo"` // string, object or array
}

type DynamicImageInfo struct {
	JobID    string `json:"JobId"`
	Status   Status `json:"Status"`
	FileURL  string `json:"FileURL"`
	FileSize int64  `json:"FileSize"`
	Fps      string `json:"Fps"`
	Width    int64  `json:"Width"`
	Height   int64  `json:"Height"`
}

type AddLiveRecordVideoComplete struct {
	Header
	VideoID         string    `json:"VideoId"`
	StreamName      string    `json:"StreamName"`
	DomainName      string    `json:"DomainName"`
	AppName         string    `json:"AppName"`
	RecordStartTime time.Time `json:"RecordStartTime"`
	RecordEndTime   time.Time `json:"RecordEndTime"`
	UserID          string    `json:"UserId"`
}

type LiveRecordVideoComposeStart struct {
	Header
	VideoID    string `json:"VideoId"`
	StreamName string `json:"StreamName"`
	DomainName string `json:"DomainName"`
	AppName    string `json:"AppName"`
}

type UploadByURLComplete struct {
	Header
	VideoID   string `json:"VideoId"`
	JobID     string `json:"JobId"`
	SourceURL string `json:"SourceURL"`
	Size      int64  `json:"Size"`
}

type UploadStreamByURLComplete struct {
	Header
	VideoID       string `json:"VideoId"`
	JobID         string `json:"JobId"`
	SourceURL     string `json:"SourceURL"`
	FileType      string `json:"FileType"`
	StreamFileURL string `json:"StreamFileURL"`
}

type CreateAuditComplete struct {
	Header
	MediaID      string    `json:"MediaId"`
	SubType      string    `json:"SubType"`
	AuditStatus  string    `json:"AuditStatus"`
	CreationTime time.Time `json:"CreationTime"`
	Auditor      string    `json:"Auditor"`
	Reason       string    `json:"Reason"`
}

type VideoAnalysisComplete struct {
	Header
	VideoID  string  `json:"VideoId"`
	Width    int64   `json:"Width"`
	Height   int64   `json:"Height"`
	Duration float64 `json:"Duration"`
	Bitrate  string  `json:"Bitrate"`
	Fps      string  `json:"Fps"`
	Size     int64   `json:"Size"`
}

type UpdateMediaStorageClassComplete struct {
	Header
	MediaID      string `json:"MediaId"`
	Scope        string `json:"Scope"`
	StorageClass string `json:"StorageClass"`
	TriggerBy    string `json:"TriggerBy"`
}

type RestoreMediaComplete struct {
	Header
	MediaID           string    `json:"MediaId"`
	RestoreExpiration time.Time `json:"RestoreExpiration"`
}

type AttachedMediaUploadComplete struct {
	Header
	AttachedMediaID string `json:"AttachedMediaId"`
	Size            int64  `json:"Size"`
	FileURL         string `json:"FileURL"`
}

type ProduceMediaComplete struct {
	Header
	MediaID   string `json:"MediaId"`
	ProjectID string `json:"ProjectId"`
}

type DeleteMediaComplete struct {
	Header
	MediaID    string   `json:"MediaId"`
	MediaType  string   `json:"MediaType"`
	DeleteType string   `json:"DeleteType"`
	JobIDs     []string `json:"JobIds"`
}

type MediaBaseChangeComplete struct {
	Header
	MediaID      string       `json:"MediaId"`
	MediaType    string       `json:"MediaType"`
	OperateMode  string       `json:"OperateMode"`
	MediaContent MediaContent `json:"MediaContent"`
}

// MediaContent: nil = not changed.
type MediaContent struct {
	Title       *Change `json:"Title"`
	Description *Change `json:"Description"`
	CoverURL    *Change `json:"CoverURL"`
	CateID      *Change `json:"CateId"`
	Tags        *Change `json:"Tags"`
}

// Change: nil = absent. Numbers become their text.
type Change struct {
	OldValue *string `json:"OldValue"`
	NewValue *string `json:"NewValue"`
}

type SubmitMediaRefreshComplete struct {
	Header
	MediaID           string       `json:"MediaId"`
	MediaRefreshJobID string       `json:"MediaRefreshJobId"`
	TaskType          string       `json:"TaskType"`
	SuccessPlayURLs   []string     `json:"SuccessPlayUrls"`
	TaskIDs           []string     `json:"TaskIds"`
	FilterPolicy      FilterPolicy `json:"FilterPolicy"`
}

type FilterPolicy struct {
	Formats     []string `json:"Formats"`
	Definitions []string `json:"Definitions"`
	StreamType  string   `json:"StreamType"`
	SliceFlag   bool     `json:"SliceFlag"`
	SliceCount  int64    `json:"SliceCount"`
	ResultType  string   `json:"ResultType"`
}

type WorkflowTaskComplete struct {
	Header
	VideoID         string                    `json:"VideoId"`
	WorkflowID      string                    `json:"WorkflowId"`
	TaskID          string                    `json:"TaskId"`
	ActivityResults map[string]ActivityResult `json:"ActivityResults"`
	TaskInput       TaskInput                 `json:"TaskInput"`
	CreateTime      time.Time                 `json:"CreateTime"`
	ModifiedTime    time.Time                 `json:"ModifiedTime"`
	FinishTime      time.Time                 `json:"FinishTime"`
	UserID          string                    `json:"UserId"`
}

type ActivityResult struct {
	Status             Status      `json:"Status"`
	StartTime          time.Time   `json:"StartTime"`
	EndTime            time.Time   `json:"EndTime"`
	ActivityID         string      `json:"ActivityId"`
	ActivityInstanceID string      `json:"ActivityInstanceId"`
	Result             ActivityJob `json:"Result"`
}

type ActivityJob struct {
	Status       Status    `json:"Status"`
	JobType      string    `json:"JobType"`
	MediaID      string    `json:"MediaId"`
	JobID        string    `json:"JobId"`
	CreateTime   time.Time `json:"CreateTime"`
	ModifiedTime time.Time `json:"ModifiedTime"`
	UserData     string    `json:"UserData"` // opaque
}

type TaskInput struct {
	Type            string `json:"Type"`
	Media           string `json:"Media"`
	Title           string `json:"Title"`
	StorageLocation string `json:"StorageLocation"`
}

type AIMediaAuditComplete struct {
	Header
	MediaID string      `json:"MediaId"`
	JobID   string      `json:"JobId"`
	Code    string      `json:"Code"`
	Message string      `json:"Message"`
	Data    AuditResult `json:"Data"`
}

type AuditResult struct {
	Suggestion      string             `json:"Suggestion"`
	Label           []string           `json:"Label"`
	AbnormalModules []string           `json:"AbnormalModules"`
	VideoResult     *VideoAuditResult  `json:"VideoResult"`
	ImageResult     []ImageAuditResult `json:"ImageResult"`
	TextResult      []TextAuditResult  `json:"TextResult"`
}

type VideoAuditResult struct {
	Suggestion      string            `json:"Suggestion"`
	Label           string            `json:"Label"`
	TerrorismResult *SceneAuditResult `json:"TerrorismResult"`
	PornResult      *SceneAuditResult `json:"PornResult"`
}

type SceneAuditResult struct {
	Suggestion   string         `json:"Suggestion"`
	Label        string         `json:"Label"`
	MaxScore     float64        `json:"MaxScore"`
	AverageScore float64        `json:"AverageScore"`
	CounterList  []AuditCounter `json:"CounterList"`
	TopList      []AuditFrame   `json:"TopList"`
}

type AuditCounter struct {
	Label string `json:"Label"`
	Count int64  `json:"Count"`
}

type AuditFrame struct {
	Label     string  `json:"Label"`
	Score     float64 `json:"Score"`
	Timestamp int64   `json:"Timestamp"` // ms
	URL       string  `json:"Url"`
}

type ImageAuditResult struct {
	Suggestion string       `json:"Suggestion"`
	Label      string       `json:"Label"`
	Type       string       `json:"Type"`
	URL        string       `json:"Url"`
	Result     []SceneScore `json:"Result"`
}

type SceneScore struct {
	Suggestion string  `json:"Suggestion"`
	Label      string  `json:"Label"`
	Score      float64 `json:"Score"`
	Scene      string  `json:"Scene"`
}

type TextAuditResult struct {
	Suggestion string  `json:"Suggestion"`
	Label      string  `json:"Label"`
	Score      float64 `json:"Score"`
	Scene      string  `json:"Scene"`
	Type       string  `json:"Type"`
	Content    string  `json:"Content"`
}

type AIVideoTagComplete struct {
	Header
	MediaID string    `json:"MediaId"`
	JobID   string    `json:"JobId"`
	Code    string    `json:"Code"`
	Message string    `json:"Message"`
	Data    VideoTags `json:"Data"`
}

type VideoTags struct {
	Keyword     []VideoTag      `json:"Keyword"`
	Person      []VideoTag      `json:"Person"`
	Location    []VideoTag      `json:"Location"`
	Time        []VideoTag      `json:"Time"`
	Category    []VideoTag      `json:"Category"`
	OrigASRData json.RawMessage `json:"OrigASRData"`
}

type VideoTag struct {
	Tag     string  `json:"Tag"`
	Times   []int64 `json:"Times"` // ms
	FaceURL string  `json:"FaceUrl"`
}

type AIMediaDNAComplete struct {
	Header
	MediaID      string    `json:"MediaId"`
	JobID        string    `json:"JobId"`
	Code         string    `json:"Code"`
	Message      string    `json:"Message"`
	CompleteTime time.Time `json:"CompleteTime"`
	Data         MediaDNA  `json:"Data"`
}

type MediaDNA struct {
	VideoDNA []DNAMatch `json:"VideoDNA"`
}

type DNAMatch struct {
	PrimaryKey string      `json:"PrimaryKey"`
	Similarity float64     `json:"Similarity"`
	Detail     []DNADetail `json:"Detail"`
}

type DNADetail struct {
	Input       DNASpan `json:"Input"`
	Duplication DNASpan `json:"Duplication"`
}

type DNASpan struct {
	Start    float64 `json:"Start"`
	Duration float64 `json:"Duration"`
}

// Unknown is an event of a type that this version does not know.
type Unknown struct {
	Header
	VideoID         string `json:"VideoId"`
	MediaID         string `json:"MediaId"`
	ImageID         string `json:"ImageId"`
	AttachedMediaID string `json:"AttachedMediaId"`
}
