package console // to try names that no page uses

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNotice(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		want notice
	}{
		{name: ""},
		{name: "your account is locked"},
		{name: "hastened-"},
		{name: "hastened--1"},
		{name: "hastened-+1"},
		{name: "hastened-01"},
		{name: "hastened-1 "},
		{name: "hastened-99999999999999999999"},
		{name: "redriven-1-of-"},
		{name: "redriven-1-of-2-and-more"},
		{name: "hastened-0", want: notice{Text: "There was nothing to deliver to this sink."}},
		{name: "hastened-12", want: notice{Text: "12 deliveries are due now: the next tick makes them."}},
		{name: "redriven-0-of-0", want: notice{Text: "There was no dead letter to try again."}},
		{name: "redriven-0-of-3", want: notice{Text: "None of 3 went through: they stay dead letters.", Bad: true}},
		{name: "redriven-2-of-3", want: notice{Text: "2 of 3 went through and are events now. The others stay dead letters.", Bad: true}},
		{name: "redriven-3-of-3", want: notice{Text: "All 3 went through: they are events now."}},
		{name: "unable", want: notice{Text: "This kind of store cannot do that.", Bad: true}},
	} {
		require.Equal(t, tc.want, noticeOf(tc.name), tc.name)
	}
}
