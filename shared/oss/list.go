package oss

import (
	"context"
	"errors"
	"iter"
	"strings"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// Listed is an object in a list.
type Listed struct {
	Name string
	Size int64 // bytes
}

// maxPage is how many objects a page of a list has at most (Object Storage Service, API
// reference, ListObjectsV2, read 2026-11-23).
const maxPage = 1000

// List returns the objects by name, in pages of up to 1,000, and ends at an error. What
// is put or deleted meanwhile may be missing.
func (b *Bucket) List(ctx context.Context) iter.Seq2[[]Listed, error] {
	return func(yield func([]Listed, error) bool) {
		for token := new(""); token != nil; {
			page, next, err := b.page(ctx, token)
			if !yield(page, err) || err != nil {
				return
			}
			token = next
		}
	}
}

// page returns a page of a list, and the token of the next; nil if it is the last.
func (b *Bucket) page(ctx context.Context, token *string) ([]Listed, *string, error) {
	request := &alioss.ListObjectsV2Request{Bucket: new(b.Bucket), MaxKeys: maxPage}
	if b.Prefix != "" {
		request.Prefix = new(b.Prefix)
	}
	if *token != "" {
		request.ContinuationToken = token
	}
	result, err := b.client.ListObjectsV2(ctx, request)
	if err != nil {
		return nil, nil, b.failure(ctx, list, err)
	}
	page := make([]Listed, len(result.Contents))
	for i, o := range result.Contents {
		page[i] = Listed{Name: strings.TrimPrefix(alioss.ToString(o.Key), b.Prefix), Size: o.Size}
	}
	if !result.IsTruncated {
		return page, nil, nil
	}
	if alioss.ToString(result.NextContinuationToken) == "" {
		return nil, nil, &Error{operation: list, cause: errors.New("the answer does not say where the rest begins")}
	}
	return page, result.NextContinuationToken, nil
}

// Versioning returns the versioning state of the bucket: empty if versioning was never
// switched on, or else Enabled, Suspended, or unknown.
func (b *Bucket) Versioning(ctx context.Context) (string, error) {
	result, err := b.client.GetBucketVersioning(ctx, &alioss.GetBucketVersioningRequest{Bucket: new(b.Bucket)})
	if err != nil {
		return "", b.failure(ctx, versioning, err)
	}
	switch state := alioss.ToString(result.VersionStatus); state {
	case "", "Enabled", "Suspended":
		return state, nil
	default: // which is not quoted
		return "unknown", nil
	}
}
