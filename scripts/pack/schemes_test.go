package main // the command has nothing that is exported

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const secret = "c0rrecthorse"

func TestSchemes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		environment map[string]string
		file        string
		want        string
		wantErr     string
	}{
		{name: "nothing"},
		{name: "white space", environment: map[string]string{"VOD_STORE": " ", "VOD_SINKS": "\n\t"}},
		{
			name:        "environment",
			environment: map[string]string{"VOD_STORE": "Postgres://vod:" + secret + "@db/vod", "VOD_FALLBACK": "oss://bucket"},
			want:        "VOD_STORE postgres\nVOD_FALLBACK oss\n",
		},
		{
			name: "file",
			file: "# settings\nVOD_STORE='mysql://vod:" + secret + "@db/vod'\nOTHER=kafka://k\nVOD_DEAD_LETTER_QUEUE=mns://a\n" +
				"VOD_SINKS=\"https://a.example/x#name=a\n  kafka://k/t#name=b\"\n",
			want: "VOD_STORE mysql\nVOD_SINKS https\nVOD_SINKS kafka\nVOD_DEAD_LETTER_QUEUE mns\n",
		},
		{
			name:        "environment before file",
			environment: map[string]string{"VOD_STORE": "sqlite:vod.db", "VOD_SINKS": ""},
			file:        "VOD_STORE=mysql://db/vod\nVOD_SINKS=kafka://k/t\n",
			want:        "VOD_STORE sqlite\n",
		},
		{name: "no scheme", environment: map[string]string{"VOD_STORE": "sqlite:x", "VOD_SINKS": "https://h#name=a " + secret}, wantErr: "VOD_SINKS: a URL has no scheme"},
		{name: "quotation marks", environment: map[string]string{"VOD_STORE": `"sqlite:` + secret + `"`}, wantErr: "VOD_STORE: a URL has no scheme"},
		{name: "no store", file: "VOD_SINKS=https://" + secret, wantErr: "VOD_STORE is not set"},
		{name: "not a file of settings", file: "VOD_STORE=mysql://db/vod\n" + secret + "! " + secret, wantErr: "cannot be read: its lines must be NAME=value"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), ".env")
			if tc.file != "" {
				require.NoError(t, os.WriteFile(name, []byte(tc.file), 0o600))
			}
			var out strings.Builder
			file, err := readEnvFile(name)
			if err == nil {
				lookup := func(name string) (string, bool) { v, ok := tc.environment[name]; return v, ok }
				err = printSchemes(&out, lookup, file)
			}
			require.Equal(t, tc.want, out.String())
			if tc.wantErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.wantErr)
			require.NotContains(t, err.Error(), secret)
		})
	}
}
