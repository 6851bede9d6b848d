package manifest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Expressions are tested from inside, where each stands by itself. What is expected is
// what @serverless-devs/s 3.1.10 made of them (`s preview`, November 2026).

func newResolver(set map[string]string) *resolver {
	return &resolver{
		getenv: func(name string) string { return set[name] },
		vars: map[string]any{
			"region":   "cn-shanghai",
			"name":     "${env('NAME', 'vod-events')}",
			"deep":     "${vars.name}",
			"none":     map[string]any{},
			"runtimes": map[string]any{"go1": "a", "custom.debian12": map[string]any{"port": 9000}},
		},
	}
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text  string
		set   string // the value of X
		want  any
		wrong string // a part of the error
	}{
		{text: "as it is", want: "as it is"},
		{text: "$X and {braces}", want: "$X and {braces}"},
		{text: "", want: ""},
		{text: "${env('X')}", set: "1", want: "1"},
		{text: "${env('X')}", wrong: "X is not set"},
		{text: "${env('X', 'd')}", want: "d"},
		{text: "${env('X', 'd')}", set: "e", want: "e"},
		{text: `${env("X", "d")}`, want: "d"},
		{text: "${ env( 'X' , 'd' ) }", want: "d"},
		{text: "${env('X', '')}", want: ""},
		{text: "${env('X')}", set: "postgres://u:${secret}@h/vod", wrong: "X has a ${ in it"},
		{text: "${env('X', 'd')}", set: "${env('secret')}", wrong: "X has a ${ in it"},
		{text: "a-${env('Y', env('X'))}", set: "${vars.secret}", wrong: "X has a ${ in it"},
		{text: "${json(env('X'))}", set: `["${secret}"]`, wrong: "X has a ${ in it"},
		{text: "${env('X', env('Y', 'z'))}", want: "z"},
		{text: "${env('X', env('Y'))}", wrong: "Y is not set"},
		{text: "${env('X', vars.none['a'])}", wrong: "X is not set"},
		{text: "${env('X', vars.none['a'])}", set: "1", want: "1"},
		{text: "a-${env('X', 'd')}-${vars.region}", want: "a-d-cn-shanghai"},
		{text: "${vars.region}", want: "cn-shanghai"},
		{text: "${vars.name}", want: "vod-events"},
		{text: "${vars.name}-http", want: "vod-events-http"},
		{text: "${vars.deep}", want: "${env('NAME', 'vod-events')}"}, // the third round that there is not
		{text: "${vars.none}", want: map[string]any{}},
		{text: "${vars.runtimes[env('X', 'go1')]}", want: "a"},
		{text: "${vars.runtimes[env('X', 'go1')].port}", set: "custom.debian12", want: 9000},
		{text: "${vars.runtimes[env('X', 'go1')]}", set: "secret", wrong: "vars.runtimes has no such member: there are custom.debian12, go1"},
		{text: "${vars.region.x}", wrong: "vars.region has no such member"},
		{text: "${vars.runtimes['go1'].x.y}", wrong: "vars.runtimes[…] has no such member"},
		{text: "${json(env('X', '[]'))}", want: []any{}},
		{text: "${json(env('X', '[]'))}", set: `["a"]`, want: []any{"a"}},
		{text: "${json(env('X', '7'))}", want: 7},
		{text: "${json('0.5')}", want: 0.5},
		{text: "${json('null')}", wrong: "has no value"},
		{text: "${json(env('X', '[]'))}", set: "secret", wrong: "is no JSON"},
		{text: "${json(env('X'))}", wrong: "X is not set"},
		{text: "${env('X', '') && vars.region || vars.none}", want: map[string]any{}},
		{text: "${env('X', '') && vars.region || vars.none}", set: "1", want: "cn-shanghai"},
		{text: "${env('X', '') && env('Y') || 'd'}", want: "d"},
		{text: "${env('X', 'a') || env('Y')}", want: "a"},
		{text: "${env('X', 'a') || env('Y'}", wrong: "lacks a )"}, // though it is passed over
		{text: "${env('X', 'a' + vars.region + json('7'))}", want: "acn-shanghai7"},
		{text: "${env('X', 'a' + env('Y'))}", wrong: "Y is not set"},
		{text: "${yaml('1')}", wrong: "a yaml that nobody knows"},
		{text: "${env('X', 'd') ? 1 : 2}", wrong: "cannot be read"},
		{text: "${env('X', 'd'", want: "${env('X', 'd'"},
		{text: "${}", wrong: "ends too early"},
		{text: "${vars.}", wrong: "ends too early"},
		{text: "${env}", wrong: "lacks a ("},
		{text: "${json}", wrong: "lacks a ("},
		{text: "${env()}", wrong: "nobody knows"},
		{text: "${env('X'}", wrong: "lacks a )"},
		{text: "${json('1'}", wrong: "lacks a )"},
		{text: "${vars.runtimes['go1'}", wrong: "lacks a ]"},
		{text: "${env(vars.none, 'd')}", wrong: "the name of a variable"},
		{text: "${'a' 'b'}", wrong: "goes on"},
		{text: `${'a\n'}`, wrong: "cannot be read"},
	} {
		t.Run(tc.text+" "+tc.set, func(t *testing.T) {
			t.Parallel()
			got, err := newResolver(map[string]string{"X": tc.set}).resolve(tc.text)
			if tc.wrong != "" {
				require.ErrorContains(t, err, tc.wrong)
				require.NotContains(t, err.Error(), "secret")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

// FuzzExpressions looks for texts that take long, and for variables whose values show in
// errors.
func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{
		"a", "${env('X')}", "${env('X', 'd')}-${vars.name}", "${json(env('X', '[]'))}", "${vars.runtimes[env('X')].a}",
		"${env('X', '') && vars.none || 'a' + \"b\"}", "${((((", "${env(env(env(", "${vars[vars[vars[", "${}", "${'${'}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		const secret = "s3cr3t-Value"
		for _, set := range []string{secret, "${" + secret + "}", "u:${S3CR3T}${env('" + secret + "')}@h"} {
			v, err := newResolver(map[string]string{"X": set}).resolve(text)
			if err != nil {
				_, unset := errors.AsType[unsetError](err) // names a variable: env(env('X')) may ask for any
				require.True(t, unset || !strings.Contains(err.Error(), secret), "the error quotes a variable")
				continue
			}
			require.NotNil(t, v)
			if !strings.Contains(text, "${") {
				require.Equal(t, text, v)
			}
		}
	})
}
