package manifest_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/scripts/manifest"
	store "github.com/vodevents/vodevents/shared/store/tablestore"
	"github.com/vodevents/vodevents/shared/vod"
)

const rosFile = "../../template.yaml"

// changedROS returns the name of a copy of template.yaml in which old, which has to be
// there, is new.
func changedROS(t *testing.T, old, replacement string) string {
	t.Helper()
	landed, err := os.ReadFile(rosFile)
	require.NoError(t, err)
	require.True(t, strings.Contains(string(landed), old), "template.yaml has no %q", old) //nolint:testifylint // Contains would print the whole file
	file := filepath.Join(t.TempDir(), "template.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(landed), old, replacement, 1)), 0o600))
	return file
}

func TestROSAsLanded(t *testing.T) {
	t.Parallel()
	problems, err := manifest.CheckROS(rosFile)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// TestROSLongestName holds that the longest name that is allowed fits everywhere.
func TestROSLongestName(t *testing.T) {
	t.Parallel()
	longest := "a" + strings.Repeat("-b", 15) + "c"
	problems, err := manifest.CheckROS(changedROS(t, "Default: vod-events\n    AllowedPattern", "Default: "+longest+"\n    AllowedPattern"))
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestROSUnreadable(t *testing.T) {
	t.Parallel()
	_, err := manifest.CheckROS("missing.yaml")
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = manifest.CheckROS(changedROS(t, "\nResources:\n", "\nResources: [\n"))
	require.ErrorContains(t, err, "template.yaml")
	_, err = manifest.ReadROS(changedROS(t, "\nParameters:\n", "\n\t"), nil)
	require.ErrorContains(t, err, "template.yaml")
}

func TestReadROS(t *testing.T) {
	t.Parallel()
	r, err := manifest.ReadROS(rosFile, map[string]string{
		"Name": "acme", "ALIYUN::TenantId": "1357913579135791", "ALIYUN::Region": "ap-southeast-1", "EnableCallback": "true",
	})
	require.NoError(t, err)
	const week = 7 * 24 * time.Hour
	require.Equal(t, []manifest.Queue{
		{Name: "acme-callback", Retention: week, Visibility: 2 * time.Minute, Wait: 30 * time.Second, MaxSize: 65536},
		{Name: "acme-fallback", Retention: week, Visibility: 2 * time.Minute, MaxSize: 65536},
		{Name: "acme-dead-letters", Retention: week, Visibility: 2 * time.Minute, MaxSize: 65536},
	}, r.Queues)
	require.Equal(t, []string{"acme"}, r.Topics)
	require.Equal(t, "acs:ram::1357913579135791:role/acme-function", r.Role)
	require.Equal(t, "acme-1357913579135791", r.Project)
	require.Equal(t, "functions", r.Logstore)
	require.Contains(t, r.Grants, manifest.Grant{
		Action: "mns:SendMessage", Resource: "acs:mns:ap-southeast-1:1357913579135791:/queues/acme-fallback/messages",
	})
	require.Empty(t, r.Tables)
	require.Empty(t, r.Functions)
	require.Equal(t, "acme", r.Environment()["DEPLOY_NAME"])
	require.NotContains(t, r.Environment(), "VOD_STORE", "the user's own store is for the user to say")
}

// TestEventTypes holds that VOD is told to notify about everything that there is.
func TestEventTypes(t *testing.T) {
	t.Parallel()
	r, err := manifest.ReadROS(rosFile, map[string]string{"EnableCallback": "true"})
	require.NoError(t, err)
	want := []string{"AIComplete"} // all AI events
	for _, kind := range vod.Types() {
		if !strings.HasPrefix(string(kind), "AI") {
			want = append(want, string(kind))
		}
	}
	require.ElementsMatch(t, want, r.Events)
}

// TestTables holds the tables of template.yaml against those that the store makes.
func TestTables(t *testing.T) {
	t.Parallel()
	r, err := manifest.ReadROS(rosFile, map[string]string{"TablestoreInstance": "vod-test"})
	require.NoError(t, err)
	require.Equal(t, "vod-test", r.Instance)
	for _, action := range store.Actions() {
		require.Contains(t, r.Grants, manifest.Grant{Action: action, Resource: "acs:ots:cn-shanghai:1234567890123456:instance/vod-test/table/vod_*"})
	}
	server, err := tablestore.Start(tablestore.Options{})
	require.NoError(t, err)
	t.Cleanup(server.Close)
	u := &url.URL{
		Scheme: "tablestore", User: url.UserPassword(server.AccessKeyID, server.AccessKeySecret),
		Host: strings.TrimPrefix(server.Endpoint, "http://"), Path: "/" + server.Instance,
	}
	s, err := store.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))

	client := ots.NewClient(server.Endpoint, server.Instance, server.AccessKeyID, server.AccessKeySecret)
	made, err := client.ListTable()
	require.NoError(t, err)
	var names []string
	for _, table := range r.Tables {
		require.Equal(t, described(t, client, table.Name), table)
		names = append(names, table.Name)
		for _, index := range table.Indexes {
			names = append(names, index.Name) // which is a table, too
		}
	}
	require.ElementsMatch(t, made.TableNames, names)
}

// described is a table as the instance has it.
func described(t *testing.T, client *ots.TableStoreClient, name string) manifest.Table {
	t.Helper()
	is, err := client.DescribeTable(&ots.DescribeTableRequest{TableName: name})
	require.NoError(t, err, "the store makes no table %s, as template.yaml does", name)
	require.Equal(t, -1, is.TableOption.TimeToAlive)
	require.Equal(t, 1, is.TableOption.MaxVersion)
	table := manifest.Table{Name: name, Columns: map[string]string{}}
	for _, column := range is.TableMeta.SchemaEntry {
		require.Equal(t, ots.PrimaryKeyType_STRING, *column.Type)
		table.Key = append(table.Key, *column.Name)
	}
	for _, column := range is.TableMeta.DefinedColumns {
		table.Columns[column.Name] = map[ots.DefinedColumnType]string{
			ots.DefinedColumn_STRING: "STRING", ots.DefinedColumn_INTEGER: "INTEGER",
		}[column.ColumnType]
	}
	for _, index := range is.IndexMetas {
		require.Equal(t, ots.IT_LOCAL_INDEX, index.IndexType)
		table.Indexes = append(table.Indexes, manifest.Index{
			Name: index.IndexName, Key: index.Primarykey, Columns: append([]string{}, index.DefinedColumns...),
		})
	}
	return table
}
