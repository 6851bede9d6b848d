package emulator

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// cloudEvent is a message as EventBridge hands it over ("MNS queue triggers").
type cloudEvent struct {
	ID                string      `json:"id"`
	Source            string      `json:"source"`
	SpecVersion       string      `json:"specversion"`
	Type              string      `json:"type"`
	DataContentType   string      `json:"datacontenttype"`
	Subject           string      `json:"subject"`
	Time              string      `json:"time"`
	AccountID         string      `json:"aliyunaccountid"`
	PublishTime       string      `json:"aliyunpublishtime"`
	OriginalAccountID string      `json:"aliyunoriginalaccountid"`
	BusName           string      `json:"aliyuneventbusname"`
	RegionID          string      `json:"aliyunregionid"`
	PublishAddress    string      `json:"aliyunpublishaddr"`
	Data              messageData `json:"data"`
}

type messageData struct {
	RequestID   string `json:"requestId"`
	MessageID   string `json:"messageId"`
	MessageBody any    `json:"messageBody"`
}

// event returns the event that the function sees of a message.
func (q *Queue) event(m mns.Message) json.RawMessage {
	data := messageData{RequestID: strings.ToUpper(randomHex(12)), MessageID: m.ID, MessageBody: m.Body}
	switch {
	case q.trigger.Body == Base64:
		data.MessageBody = base64.StdEncoding.EncodeToString([]byte(m.Body))
	case q.trigger.Body == Parsed && json.Valid([]byte(m.Body)):
		data.MessageBody = json.RawMessage(m.Body)
	}
	if q.trigger.Form == RawData {
		return encode(data)
	}
	const form = "2006-01-02T15:04:05.000Z07:00"
	trigger := "MNS-" + q.pool.function.Name + "-mnstrigger"
	return encode(cloudEvent{
		ID:                newUUID(),
		Source:            trigger,
		SpecVersion:       "1.0",
		Type:              "mns:Queue:SendMessage",
		DataContentType:   "application/json; charset=utf-8",
		Subject:           "acs:mns:" + Region + ":" + AccountID + ":queues/" + q.trigger.Name,
		Time:              m.Published.UTC().Format(form),
		AccountID:         AccountID,
		PublishTime:       time.Now().UTC().Format(form),
		OriginalAccountID: AccountID,
		BusName:           trigger,
		RegionID:          Region,
		PublishAddress:    "127.0.0.1",
		Data:              data,
	})
}
