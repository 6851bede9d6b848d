package dev

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// listen opens the address.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		if other, ok := serving.at(address); ok {
			return nil, fmt.Errorf("vodctl dev (pid %d) already serves at %s: use that one, or start another one "+
				"with --listen 127.0.0.1:0, which is any free port", other.PID, other.CallbackURL)
		}
		if other, ok := starting.at(address); ok {
			return nil, fmt.Errorf("vodctl dev (pid %d) is starting at %s: wait for that one, or start another one "+
				"with --listen 127.0.0.1:0, which is any free port", other.PID, other.CallbackURL)
		}
		return nil, fmt.Errorf("%s is taken by another program: choose another address with --listen, "+
			"or any free port with --listen 127.0.0.1:0", address)
	}
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	return listener, nil
}

// withLoopback returns the listener, with another one on loopback if that is not, and the
// address on loopback.
func withLoopback(ctx context.Context, listener net.Listener) ([]net.Listener, *net.TCPAddr, error) {
	at, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return nil, nil, errors.New("--listen: this is no address of TCP")
	}
	switch {
	case at.IP.IsLoopback():
		return []net.Listener{listener}, at, nil
	case at.IP.IsUnspecified():
		return []net.Listener{listener}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: at.Port}, nil
	}
	other, err := listen(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	all, at, err := withLoopback(ctx, other)
	return append(all, listener), at, err
}

// hostOf returns the host and port under which an address is reached from here.
func hostOf(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
	}
	return a.String()
}
