package policy_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Modules that only the packages named in importRules may use.
const (
	backoff    = "github.com/cenkalti/backoff/v5"
	env        = "github.com/caarlos0/env/v11"
	fcSDK      = "github.com/aliyun/fc-runtime-go-sdk"
	franz      = "github.com/twmb/franz-go"
	godotenv   = "github.com/joho/godotenv"
	kong       = "github.com/alecthomas/kong"
	lambda     = "github.com/aws/aws-lambda-go"
	mysql      = "github.com/go-sql-driver/mysql"
	ossSDK     = "github.com/aliyun/alibabacloud-oss-go-sdk-v2"
	pgx        = "github.com/jackc/pgx/v5"
	protobuf   = "github.com/golang/protobuf"
	rapid      = "pgregory.net/rapid"
	rueidis    = "github.com/redis/rueidis"
	sqlite     = "github.com/ncruces/go-sqlite3"
	tablestore = "github.com/aliyun/aliyun-tablestore-go-sdk"
	testify    = "github.com/stretchr/testify"
	yaml       = "go.yaml.in/yaml/v3"
)

// importRule says what the packages that match may import besides the standard library.
type importRule struct {
	packages string   // pattern: * is one element of a path, /... the package and all below it
	ours     []string // patterns of packages of this module
	modules  []string // modules of others
}

// importRules is the shape of the project: arrows point inward, from the
// functions to the events. The first rule that matches a package counts, and
// every package has one.
var importRules = []importRule{
	// Public libraries and plain data, on the standard library alone.
	{packages: "shared/vod"},
	{packages: "shared/vod/vodtest", ours: []string{"shared/vod"}},
	{packages: "shared/media", ours: []string{"shared/vod"}},
	{packages: "shared/httpevent"},
	{packages: "shared/mns", ours: []string{"shared/alicloud"}},
	{packages: "shared/mns/mnstest", ours: []string{"shared/mns"}},
	{packages: "shared/alicloud"},
	{packages: "shared/config", ours: []string{"shared/vod"}, modules: []string{env}},

	// Seams and what stands behind them: no implementation knows another.
	{packages: "shared/oss", ours: []string{"shared/alicloud"}, modules: []string{ossSDK}},
	{packages: "shared/*/all", ours: []string{"shared/*/*"}},
	{packages: "shared/store", ours: []string{"shared/vod", "shared/media"}},
	{
		packages: "shared/store/storetest",
		ours:     []string{"shared/store", "shared/media", "shared/vod", "shared/vod/vodtest"},
		modules:  []string{testify, rapid},
	},
	{packages: "shared/store/internal/sqlstore", ours: []string{"shared/store", "shared/media", "shared/vod"}},
	sqlStore("sqlite", sqlite),
	sqlStore("postgres", pgx),
	sqlStore("mysql", mysql),
	{
		packages: "shared/store/tablestore",
		ours:     []string{"shared/store", "shared/alicloud", "shared/media", "shared/vod"},
		modules:  []string{tablestore},
	},
	{packages: "shared/sink", ours: []string{"shared/media", "shared/vod"}},
	{
		packages: "shared/sink/sinktest",
		ours:     []string{"shared/sink", "shared/media", "shared/vod", "shared/vod/vodtest"},
		modules:  []string{testify},
	},
	{packages: "shared/sink/webhook", ours: []string{"shared/sink", "shared/media", "shared/vod"}},
	{
		packages: "shared/sink/kafka",
		ours:     []string{"shared/sink", "shared/media", "shared/vod"},
		modules:  []string{franz},
	},
	{packages: "shared/sink/mns", ours: []string{"shared/sink", "shared/alicloud", "shared/mns", "shared/media", "shared/vod"}},
	{
		packages: "shared/sink/oss",
		ours:     []string{"shared/sink", "shared/oss", "shared/media", "shared/vod"},
		modules:  []string{ossSDK}, // by way of shared/oss
	},
	{
		packages: "shared/sink/redis",
		ours:     []string{"shared/sink", "shared/media", "shared/vod"},
		modules:  []string{rueidis},
	},
	{packages: "shared/fallback"},
	{packages: "shared/fallback/fallbacktest", ours: []string{"shared/fallback"}, modules: []string{testify}},
	{packages: "shared/fallback/internal/handover", ours: []string{"shared/fallback"}},
	{packages: "shared/fallback/dir", ours: []string{"shared/fallback", "shared/fallback/internal/handover"}},
	{packages: "shared/fallback/mns", ours: []string{"shared/fallback", "shared/fallback/internal/handover", "shared/mns"}},
	{
		packages: "shared/fallback/oss",
		ours:     []string{"shared/fallback", "shared/fallback/internal/handover", "shared/oss"},
		modules:  []string{ossSDK}, // by way of shared/oss
	},

	// The way of an event. No SDK, so that a function carries only what it uses.
	{
		packages: "shared/pipeline",
		ours:     []string{"shared/store", "shared/sink", "shared/fallback", "shared/media", "shared/vod"},
		modules:  []string{backoff},
	},
	{
		packages: "shared/trigger",
		ours:     []string{"shared/pipeline", "shared/store", "shared/fallback", "shared/httpevent", "shared/mns", "shared/vod"},
		modules:  []string{backoff},
	},
	{
		packages: "shared/doctor",
		ours: []string{
			"shared/config", "shared/store", "shared/sink", "shared/fallback", "shared/mns", "shared/vod",
		},
	},
	{
		packages: "shared/serve",
		ours:     []string{"shared/alicloud", "shared/httpevent"},
		modules:  []string{fcSDK, lambda},
	},
	{
		packages: "functions/*",
		ours:     []string{"shared/*", "shared/*/all"},
	},

	// Tools.
	{packages: "scripts/pack", modules: []string{godotenv}},
	{packages: "scripts/manifest", ours: []string{"shared/config", "shared/mns", "shared/vod"}, modules: []string{yaml}},
	{packages: "scripts/policy"},
	{packages: "scripts/services", modules: []string{pgx, mysql}}, // which no rule allows: it is for tests
	{packages: "scripts/emulator/internal/testfunction", modules: []string{fcSDK, lambda}},
	{
		packages: "scripts/emulator/tablestore/...", // the messages of the real protocol
		ours:     []string{"scripts/emulator/tablestore/..."},
		modules:  []string{tablestore, protobuf},
	},
	{
		packages: "scripts/emulator/...",
		ours:     []string{"scripts/emulator/...", "shared/httpevent", "shared/mns", "shared/vod", "shared/vod/vodtest"},
		modules:  []string{lambda + "/events"}, // the real shapes, so that it does not share the mistakes of httpevent
	},
	{packages: "scripts/vodctl/scenario", ours: []string{"scripts/vodctl/nearest", "shared/vod", "shared/vod/vodtest"}, modules: []string{yaml}},
	{packages: "scripts/vodctl/fielddoc", ours: []string{"shared/vod", "shared/store"}},
	{packages: "scripts/vodctl/tail", ours: []string{"shared/vod", "shared/store"}},
	{
		packages: "scripts/vodctl/console", // a page over a store, which knows no functions and no commands
		ours:     []string{"scripts/vodctl/fielddoc", "scripts/vodctl/intake", "scripts/vodctl/tail", "scripts/vodctl/verify", "shared/..."},
	},
	{packages: "scripts/vodctl/...", ours: []string{"scripts/vodctl/...", "scripts/emulator/...", "scripts/manifest", "shared/..."}, modules: []string{kong, godotenv}},
}

// sqlStore is the rule of a store that keeps its tables in a SQL database.
func sqlStore(name, driver string) importRule {
	return importRule{
		packages: "shared/store/" + name,
		ours:     []string{"shared/store", "shared/store/internal/sqlstore", "shared/media", "shared/vod"},
		modules:  []string{driver},
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		if len(p.GoFiles) == 0 {
			continue // tests only
		}
		rule, ok := ruleFor(p.Short())
		if !ok {
			t.Errorf("%s: no rule says what it may import: add one to importRules", p.Short())
			continue
		}
		for _, imported := range p.Imports {
			if !rule.allows(imported) {
				t.Errorf("%s imports %s, but %s may import only %s and the standard library",
					p.Short(), imported, rule.packages, strings.Join(slices.Concat(rule.ours, rule.modules), ", "))
			}
		}
	}
}

func TestImportRules(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		from     string
		imported string
		want     bool
	}{
		{name: "standard library", from: "shared/vod", imported: "encoding/json", want: true},
		{name: "cgo", from: "shared/vod", imported: "C"},
		{name: "nothing of ours from vod", from: "shared/vod", imported: module + "/shared/media"},
		{name: "vod from media", from: "shared/media", imported: module + "/shared/vod", want: true},
		{name: "below an allowed package", from: "shared/media", imported: module + "/shared/vod/vodtest"},
		{name: "no SDK in the pipeline", from: "shared/pipeline", imported: sqlite + "/driver"},
		{name: "a package of an allowed module", from: "shared/store/sqlite", imported: sqlite + "/driver", want: true},
		{name: "a module whose name only begins alike", from: "shared/store/sqlite", imported: sqlite + "-extra"},
		{name: "one store from another", from: "shared/store/sqlite", imported: module + "/shared/store/postgres"},
		{name: "the driver of another store", from: "shared/store/postgres", imported: mysql},
		{name: "one sink from another", from: "shared/sink/mns", imported: module + "/shared/sink/oss"},
		{name: "a client that a sink is made of", from: "shared/sink/mns", imported: module + "/shared/mns", want: true},
		{name: "no client in the pipeline", from: "shared/pipeline", imported: module + "/shared/mns"},
		{name: "what is for tests", from: "shared/store/postgres", imported: module + "/scripts/services"},
		{name: "everything below", from: "scripts/vodctl/dev", imported: module + "/scripts/emulator/mns", want: true},
		{name: "one element only", from: "functions/http", imported: module + "/shared/store/sqlite"},
		{name: "the other direction", from: "shared/store", imported: module + "/shared/pipeline"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rule, ok := ruleFor(tc.from)
			require.True(t, ok)
			require.Equal(t, tc.want, rule.allows(tc.imported))
		})
	}
	_, ok := ruleFor("shared/util")
	require.False(t, ok, "a package that nobody planned")
}

// ruleFor returns the first rule that matches a package of ours.
func ruleFor(short string) (importRule, bool) {
	i := slices.IndexFunc(importRules, func(r importRule) bool { return matches(r.packages, short) })
	if i < 0 {
		return importRule{}, false
	}
	return importRules[i], true
}

// allows says whether a package with this rule may import the path.
func (r importRule) allows(imported string) bool {
	if short, ok := strings.CutPrefix(imported, module+"/"); ok {
		return slices.ContainsFunc(r.ours, func(pattern string) bool { return matches(pattern, short) })
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return imported != "C" // paths without a dot are the standard library's; builds are free of C
	}
	return slices.ContainsFunc(r.modules, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") })
}

// matches says whether a path fits a pattern of importRule.
func matches(pattern, short string) bool {
	if top, ok := strings.CutSuffix(pattern, "/..."); ok {
		return short == top || strings.HasPrefix(short, top+"/")
	}
	ok, err := path.Match(pattern, short)
	return ok && err == nil
}
