package store

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// unacknowledged bounds how long what was sent may stay without an acknowledgement.
func unacknowledged(network, _ string, conn syscall.RawConn) (err error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	if failed := conn.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(deadLink.Milliseconds()))
	}); failed != nil {
		return failed
	}
	return err
}
