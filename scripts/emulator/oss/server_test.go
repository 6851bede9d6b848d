package oss_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/oss"
)

const (
	region = "cn-shanghai"
	name   = "vod-events"
)

// start starts a server with one bucket and returns an official client for it.
func start(t *testing.T) (*oss.Server, *alioss.Client) {
	t.Helper()
	s := oss.New(region)
	s.AddBucket(name)
	key := oss.AccessKey{ID: "id", Secret: "secret", Token: "token"}
	s.AddKey(key)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, client(h.URL, key)
}

func client(url string, key oss.AccessKey) *alioss.Client {
	return alioss.NewClient(&alioss.Config{
		Region: new(region), Endpoint: new(url), RetryMaxAttempts: new(1),
		CredentialsProvider: credentials.NewStaticCredentialsProvider(key.ID, key.Secret, key.Token),
	})
}

func put(ctx context.Context, c *alioss.Client, key, body string) (*alioss.PutObjectResult, error) {
	return c.PutObject(ctx, &alioss.PutObjectRequest{
		Bucket: new(name), Key: new(key), Body: strings.NewReader(body),
		ContentType: new("text/x-test"), ForbidOverwrite: new("true"),
	})
}

// requireCode holds that err is an error of OSS with the code.
func requireCode(t *testing.T, err error, code string) {
	t.Helper()
	se, ok := errors.AsType[*alioss.ServiceError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, se.Code)
	require.NotEmpty(t, se.RequestID)
}

func TestObjects(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for _, key := range []string{"a", "a b/c+d", "视频/🎬 %2F?&=#.json", "a//b/"} {
		result, err := put(t.Context(), c, key, "body of "+key)
		require.NoError(t, err)
		require.Nil(t, result.VersionId)

		got, err := c.GetObject(t.Context(), &alioss.GetObjectRequest{Bucket: new(name), Key: new(key)})
		require.NoError(t, err)
		body, err := io.ReadAll(got.Body)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		require.Equal(t, "body of "+key, string(body))
		require.Equal(t, "text/x-test", *got.ContentType)

		head, err := c.HeadObject(t.Context(), &alioss.HeadObjectRequest{Bucket: new(name), Key: new(key)})
		require.NoError(t, err)
		require.EqualValues(t, len(body), head.ContentLength)
		require.Equal(t, *got.ETag, *head.ETag)
		require.WithinDuration(t, time.Now(), *head.LastModified, time.Minute)

		_, err = put(t.Context(), c, key, "other")
		requireCode(t, err, "FileAlreadyExists")
	}
	require.Len(t, s.Objects(name), 4)

	_, err := c.DeleteObject(t.Context(), &alioss.DeleteObjectRequest{Bucket: new(name), Key: new("a")})
	require.NoError(t, err)
	_, err = c.GetObject(t.Context(), &alioss.GetObjectRequest{Bucket: new(name), Key: new("a")})
	requireCode(t, err, "NoSuchKey")
	_, err = c.HeadObject(t.Context(), &alioss.HeadObjectRequest{Bucket: new(name), Key: new("a")})
	requireCode(t, err, "NoSuchKey")
	_, err = put(t.Context(), c, "a", "again")
	require.NoError(t, err)
	require.Equal(t, "again", string(s.Objects(name)[0].Body))
}

func TestPutIsChecked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*alioss.PutObjectRequest)
		want   string
	}{
		{name: "bucket that is not there", change: func(r *alioss.PutObjectRequest) { r.Bucket = new("nowhere") }, want: "NoSuchBucket"},
		{name: "key too long", change: func(r *alioss.PutObjectRequest) { r.Key = new(strings.Repeat("k", 1024)) }, want: "InvalidObjectName"},
		{name: "key with a slash in front", change: func(r *alioss.PutObjectRequest) { r.Key = new("/k") }, want: "InvalidObjectName"},
		{name: "digest of something else", change: func(r *alioss.PutObjectRequest) { r.ContentMD5 = new("1B2M2Y8AsgTpgAmY7PhCfg==") }, want: "InvalidDigest"},
		{name: "forbid maybe", change: func(r *alioss.PutObjectRequest) { r.ForbidOverwrite = new("maybe") }, want: "InvalidArgument"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, c := start(t)
			r := &alioss.PutObjectRequest{Bucket: new(name), Key: new("k"), Body: strings.NewReader("body")}
			tc.change(r)
			_, err := c.PutObject(t.Context(), r)
			requireCode(t, err, tc.want)
			require.Empty(t, s.Objects(name))
		})
	}
}

func TestOverwrite(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for _, body := range []string{"one", "two"} {
		_, err := c.PutObject(t.Context(), &alioss.PutObjectRequest{Bucket: new(name), Key: new("k"), Body: strings.NewReader(body)})
		require.NoError(t, err)
	}
	require.Len(t, s.Objects(name), 1)
	require.Equal(t, "two", string(s.Objects(name)[0].Body))
}

// TestVersioning: with versioning on, or suspended, nothing forbids a second put.
func TestVersioning(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	status := func() string {
		t.Helper()
		result, err := c.GetBucketVersioning(t.Context(), &alioss.GetBucketVersioningRequest{Bucket: new(name)})
		require.NoError(t, err)
		return alioss.ToString(result.VersionStatus)
	}
	require.Empty(t, status())
	_, err := put(t.Context(), c, "k", "0")
	require.NoError(t, err)

	s.SetVersioning(name, oss.Enabled)
	require.Equal(t, "Enabled", status())
	for range 2 {
		result, err := put(t.Context(), c, "k", "1")
		require.NoError(t, err)
		require.NotEmpty(t, *result.VersionId)
	}
	require.Len(t, s.Objects(name), 3)

	s.SetVersioning(name, oss.Suspended)
	require.Equal(t, "Suspended", status())
	for range 2 {
		result, err := put(t.Context(), c, "k", "2")
		require.NoError(t, err)
		require.Equal(t, "null", *result.VersionId)
	}
	require.Len(t, s.Objects(name), 4, "there is one null version")
	_, err = c.DeleteObject(t.Context(), &alioss.DeleteObjectRequest{Bucket: new(name), Key: new("k")})
	requireCode(t, err, "NotImplemented")
}

func TestList(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	want := []string{"a/1", "a/2 +视频", "a/3", "a/4", "a/5"}
	for _, key := range append([]string{"A", "b"}, want...) {
		_, err := put(t.Context(), c, key, key)
		require.NoError(t, err)
	}
	var got []string
	pages := c.NewListObjectsV2Paginator(&alioss.ListObjectsV2Request{Bucket: new(name), Prefix: new("a/"), MaxKeys: 2})
	for pages.HasNext() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Contents), 2)
		for _, o := range page.Contents {
			got = append(got, *o.Key)
			require.EqualValues(t, len(*o.Key), o.Size)
		}
	}
	require.Equal(t, want, got)

	page, err := c.ListObjectsV2(t.Context(), &alioss.ListObjectsV2Request{Bucket: new(name), StartAfter: new("a/4")})
	require.NoError(t, err)
	require.Len(t, page.Contents, 2)
	_, err = c.ListObjectsV2(t.Context(), &alioss.ListObjectsV2Request{Bucket: new(name), ContinuationToken: new("?")})
	requireCode(t, err, "InvalidArgument")
	_, err = c.ListObjectsV2(t.Context(), &alioss.ListObjectsV2Request{Bucket: new(name), MaxKeys: 1001})
	requireCode(t, err, "InvalidArgument")
	_, err = c.ListObjectsV2(t.Context(), &alioss.ListObjectsV2Request{Bucket: new(name), Delimiter: new("/")})
	requireCode(t, err, "NotImplemented")
	_, err = c.GetBucketAcl(t.Context(), &alioss.GetBucketAclRequest{Bucket: new(name)})
	requireCode(t, err, "NotImplemented")
}

func TestActions(t *testing.T) {
	t.Parallel()
	s := oss.New(region)
	s.AddBucket(name)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	key := oss.AccessKey{ID: "writer", Secret: "s", Actions: []string{"oss:PutObject"}}
	s.AddKey(key)
	c := client(h.URL, key)
	_, err := put(t.Context(), c, "k", "body")
	require.NoError(t, err)
	_, err = c.GetBucketVersioning(t.Context(), &alioss.GetBucketVersioningRequest{Bucket: new(name)})
	requireCode(t, err, "AccessDenied")
	_, err = c.HeadObject(t.Context(), &alioss.HeadObjectRequest{Bucket: new(name), Key: new("k")})
	requireCode(t, err, "AccessDenied")
	require.Equal(t, []oss.Call{
		{Operation: "PutObject", Bucket: name, Key: "k", AccessKeyID: "writer"},
		{Operation: "GetBucketVersioning", Bucket: name, AccessKeyID: "writer"},
		{Operation: "HeadObject", Bucket: name, Key: "k", AccessKeyID: "writer"},
	}, s.Calls())

	s.RemoveKey("writer")
	_, err = put(t.Context(), c, "k", "body")
	requireCode(t, err, "InvalidAccessKeyId")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		fault   oss.Fault
		code    string // of the error; empty: there is no answer
		applied bool
	}{
		{name: "error", fault: oss.Fault{Status: 503, Code: "ServiceUnavailable"}, code: "ServiceUnavailable"},
		{name: "error after all", fault: oss.Fault{Status: 500, Code: "InternalError", Applied: true}, code: "InternalError", applied: true},
		{name: "dropped", fault: oss.Fault{Drop: true}},
		{name: "answer dropped", fault: oss.Fault{Drop: true, Applied: true}, applied: true},
		{name: "hangs", fault: oss.Fault{Hang: true}},
		{name: "answer hangs", fault: oss.Fault{Hang: true, Applied: true}, applied: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, c := start(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.SetFault(func(c oss.Call) oss.Fault {
				if c.Operation != "PutObject" {
					return oss.Fault{}
				}
				if tc.fault.Hang {
					time.AfterFunc(50*time.Millisecond, cancel)
				}
				return tc.fault
			})
			_, err := put(ctx, c, "k", "body")
			require.Error(t, err)
			if tc.code != "" {
				requireCode(t, err, tc.code)
			}
			if tc.applied {
				require.Len(t, s.Objects(name), 1)
			} else {
				require.Empty(t, s.Objects(name))
			}
			s.SetFault(nil)
			_, err = put(t.Context(), c, "k2", "body")
			require.NoError(t, err)
		})
	}
}
