package cli

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
)

// failure says why an attempt got no answer.
func failure(err error) string {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name of the host is not known"
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nobody listens there"
	default:
		return strings.TrimPrefix(err.Error(), "vodtest: post: ")
	}
}
