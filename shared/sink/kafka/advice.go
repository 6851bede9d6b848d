package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/vodevents/vodevents/shared/sink"
)

// explain says what err means to whoever set up the sink. What brokers say in their
// own words is left out.
func (s *Sink) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if refusal, ok := errors.AsType[*kerr.Error](err); ok {
		if refusal == kerr.MessageTooLarge {
			return fmt.Errorf("kafka: %w: the record is larger than max_message_bytes (%d) or the topic's max.message.bytes", sink.ErrRejected, s.address.maxBytes)
		}
		return errors.New("kafka: " + s.advice(refusal))
	}
	if errors.Is(err, sink.ErrNotSent) {
		return fmt.Errorf("kafka: %w", err)
	}
	if ended := ctx.Err(); ended != nil {
		if !errors.Is(err, ended) {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("kafka: no acknowledgement in time: %w", err)
	}
	return fmt.Errorf("kafka: %w", s.unreachable(err))
}

// advice says what to do about a refusal of a broker.
func (s *Sink) advice(refusal *kerr.Error) string {
	var what string
	switch refusal {
	case kerr.UnknownTopicOrPartition, kerr.UnknownTopicID:
		what = "there is no topic " + strconv.Quote(s.address.topic) + ", or the user may not see it: create it"
	case kerr.InvalidTopicException:
		what = "brokers take no topic of this name"
	case kerr.TopicAuthorizationFailed:
		what = "the user may not write to topic " + strconv.Quote(s.address.topic) + ": grant Write and Describe"
	case kerr.ClusterAuthorizationFailed:
		what = "the topic or the user may not have idempotent producers: set idempotent=false"
	case kerr.SaslAuthenticationFailed:
		what = "user and password are not those of the brokers: see the URL"
	case kerr.UnsupportedSaslMechanism, kerr.IllegalSaslState:
		what = "brokers want another way to authenticate: see parameter sasl, and whether the port is the right one"
	case kerr.NotEnoughReplicas, kerr.NotEnoughReplicasAfterAppend:
		what = "fewer replicas are in sync than the topic demands (min.insync.replicas): it is tried again"
	case kerr.KafkaStorageError:
		what = "a broker cannot write to its disk"
	default:
		what = refusal.Description
	}
	return refusal.Message + ": " + what
}
