package tablestore_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

// impatient is client, but it waits only so long for an answer.
func impatient(s *tablestore.Server, patience time.Duration) *sdk.TableStoreClient {
	config := sdk.NewDefaultTableStoreConfig()
	config.RetryTimes = 0
	config.HTTPTimeout.RequestTimeout = patience
	return sdk.NewClientWithConfig(s.Endpoint, s.Instance, s.AccessKeyID, s.AccessKeySecret, "", config)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	timeout := func(t *testing.T, err error) {
		t.Helper()
		e, ok := errors.AsType[net.Error](err)
		require.True(t, ok && e.Timeout(), "%v", err)
	}
	cut := func(t *testing.T, err error) {
		t.Helper()
		require.ErrorIs(t, err, io.EOF)
	}
	for _, tc := range []struct {
		name    string
		fault   tablestore.Fault
		applied bool
		check   func(*testing.T, error)
	}{
		{name: "none", applied: true, check: func(t *testing.T, err error) { require.NoError(t, err) }},
		{name: "error", fault: tablestore.Fault{Code: "OTSServerBusy"}, check: func(t *testing.T, err error) {
			refused(t, err, 503, "OTSServerBusy", "Server is busy.")
		}},
		{name: "error that nobody knows", fault: tablestore.Fault{Code: "OTSNew"}, check: func(t *testing.T, err error) {
			refused(t, err, 400, "OTSNew", "The request was refused.")
		}},
		{name: "cut", fault: tablestore.Fault{Cut: true}, check: cut},
		{name: "hang", fault: tablestore.Fault{Hang: true}, check: timeout},
		{name: "drop", fault: tablestore.Fault{Drop: true}, applied: true, check: cut},
		{name: "late answer", fault: tablestore.Fault{Delay: time.Hour}, applied: true, check: timeout},
		{name: "answer in time", fault: tablestore.Fault{Delay: time.Millisecond}, applied: true, check: func(t *testing.T, err error) { require.NoError(t, err) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, tablestore.Options{})
			c := client(s)
			create(t, c, items)
			s.Inject(tablestore.PutRow, 1, tc.fault)
			tc.check(t, write(impatient(s, 300*time.Millisecond), put("items", item("a", 1), columns{"c": 1})))
			require.Equal(t, tc.applied, get(t, c, "items", item("a", 1)) != nil)
			require.NoError(t, write(c, put("items", item("a", 1), columns{"c": 1})), "once only")
		})
	}
}

func TestErrorsOfTheService(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := client(s)
	for code, status := range map[string]int{
		"OTSAuthFailed": 403, "OTSNoPermissionAccess": 403, "OTSConditionCheckFail": 403, "OTSQuotaExhausted": 403,
		"OTSCapacityUnitExhausted": 403, "OTSNotEnoughCapacityUnit": 403, "OTSObjectNotExist": 404, "OTSTableNotReady": 404,
		"OTSRequestTimeout": 408, "OTSObjectAlreadyExist": 409, "OTSRowOperationConflict": 409, "OTSRequestBodyTooLarge": 413,
		"OTSFlowControl": 429, "OTSInternalServerError": 500, "OTSServerBusy": 503, "OTSPartitionUnavailable": 503,
		"OTSTimeout": 503, "OTSServerUnavailable": 503, "OTSParameterInvalid": 400,
	} {
		s.Inject(tablestore.ListTable, 1, tablestore.Fault{Code: code})
		_, err := c.ListTable()
		e, ok := errors.AsType[*sdk.OtsError](err)
		require.True(t, ok)
		require.Equal(t, code, e.Code)
		require.Equal(t, status, e.HttpStatusCode)
		require.NotEmpty(t, e.Message)
	}
}

func TestEmptyAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	s.Inject(tablestore.ListTable, 1, tablestore.Fault{Empty: true})
	a, err := client(s).ListTable()
	require.NoError(t, err)
	require.Empty(t, a.TableNames)
	require.NotEmpty(t, a.RequestId)
}

func TestRowsOfBatchFail(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := client(s)
	create(t, c, items)
	second := tablestore.Fault{Row: func(n int) string {
		if n == 1 {
			return "OTSTimeout"
		}
		return ""
	}}
	s.Inject(tablestore.BatchWriteRow, 1, second)
	codes, err := batchWrite(c, put("items", item("a", 0), columns{"c": 1}), put("items", item("a", 1), columns{"c": 1}), put("items", item("a", 2), columns{"c": 1}))
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"items": {"", "OTSTimeout", ""}}, codes)
	require.Nil(t, get(t, c, "items", item("a", 1)))
	require.NotNil(t, get(t, c, "items", item("a", 2)))

	s.Inject(tablestore.BatchGetRow, 1, second)
	found, err := batchGet(c, criteria("items", item("a", 0), item("a", 2)))
	require.NoError(t, err)
	require.True(t, found["items"][0].IsSucceed)
	require.Equal(t, sdk.Error{Code: "OTSTimeout", Message: "Operation timeout."}, found["items"][1].Error)
}

func TestFaultsInTurn(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := client(s)
	var mu sync.Mutex
	var asked []int
	s.Before(func(op tablestore.Operation, n int) tablestore.Fault {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, n)
		if op == tablestore.ListTable {
			return tablestore.Fault{Code: "OTSTimeout"}
		}
		return tablestore.Fault{}
	})
	s.Inject(tablestore.ListTable, 2, tablestore.Fault{Code: "OTSServerBusy"})
	s.Inject(tablestore.ListTable, 1, tablestore.Fault{Code: "OTSPartitionUnavailable"})

	unknown := clientFor(s, tablestore.Credentials{AccessKeyID: "x", AccessKeySecret: "x"})
	_, err := unknown.ListTable()
	refused(t, err, 403, "OTSAuthFailed", "The AccessKeyID does not exist.")
	create(t, c, items)
	for _, want := range []string{"OTSServerBusy", "OTSServerBusy", "OTSPartitionUnavailable", "OTSTimeout", "OTSTimeout"} {
		_, err := c.ListTable()
		e, ok := errors.AsType[*sdk.OtsError](err)
		require.True(t, ok)
		require.Equal(t, want, e.Code)
	}
	s.Before(nil)
	_, err = c.ListTable()
	require.NoError(t, err)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []int{2, 6, 7}, asked)
	require.Equal(t, 7, s.Requests(tablestore.ListTable))
	require.Equal(t, 1, s.Requests(tablestore.CreateTable))
}

// The SDK's own retries get over what the service says is passing.
func TestRetriesOfSDK(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := sdk.NewClient(s.Endpoint, s.Instance, s.AccessKeyID, s.AccessKeySecret)
	create(t, c, items)
	s.Inject(tablestore.PutRow, 1, tablestore.Fault{Code: "OTSServerBusy"})
	s.Inject(tablestore.PutRow, 1, tablestore.Fault{Drop: true})
	change := put("items", item("a", 1), columns{"c": 1})
	change.SetCondition(sdk.RowExistenceExpectation_EXPECT_NOT_EXIST)
	err := write(c, change)
	refused(t, err, 403, "OTSConditionCheckFail", "Condition check failed.")
	require.Equal(t, 3, s.Requests(tablestore.PutRow), "it was applied at the second attempt, and met itself at the third")
}
