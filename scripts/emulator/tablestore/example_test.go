package tablestore_test

import (
	"errors"
	"fmt"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

// The official SDK cannot tell it from the service.
func Example() {
	s, err := tablestore.Start(tablestore.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	client := sdk.NewClient(s.Endpoint, s.Instance, s.AccessKeyID, s.AccessKeySecret)

	meta := &sdk.TableMeta{TableName: "videos"}
	meta.AddPrimaryKeyColumn("id", sdk.PrimaryKeyType_STRING)
	if _, err := client.CreateTable(&sdk.CreateTableRequest{
		TableMeta: meta, TableOption: sdk.NewTableOption(-1, 1), ReservedThroughput: &sdk.ReservedThroughput{},
	}); err != nil {
		fmt.Println(err)
		return
	}

	key := &sdk.PrimaryKey{}
	key.AddPrimaryKeyColumn("id", "93ab850b4f6f44eab54b6e91d24d81d4")
	row := &sdk.PutRowChange{TableName: "videos", PrimaryKey: key}
	row.AddColumn("title", "Holiday")
	row.SetCondition(sdk.RowExistenceExpectation_EXPECT_NOT_EXIST)
	for range 2 {
		_, err := client.PutRow(&sdk.PutRowRequest{PutRowChange: row})
		if e, ok := errors.AsType[*sdk.OtsError](err); ok {
			fmt.Println(e.HttpStatusCode, e.Code)
			continue
		}
		fmt.Println("put")
	}

	// Output:
	// put
	// 403 OTSConditionCheckFail
}

// A write that was applied, and whose answer got lost.
func ExampleServer_Inject() {
	s, err := tablestore.Start(tablestore.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	s.Inject(tablestore.CreateTable, 1, tablestore.Fault{Drop: true})

	client := sdk.NewClient(s.Endpoint, s.Instance, s.AccessKeyID, s.AccessKeySecret)
	meta := &sdk.TableMeta{TableName: "videos"}
	meta.AddPrimaryKeyColumn("id", sdk.PrimaryKeyType_STRING)
	_, err = client.CreateTable(&sdk.CreateTableRequest{
		TableMeta: meta, TableOption: sdk.NewTableOption(-1, 1), ReservedThroughput: &sdk.ReservedThroughput{},
	})
	if e, ok := errors.AsType[*sdk.OtsError](err); ok { // of the SDK's second attempt
		fmt.Println(e.Code, s.Requests(tablestore.CreateTable))
	}

	// Output: OTSObjectAlreadyExist 2
}
