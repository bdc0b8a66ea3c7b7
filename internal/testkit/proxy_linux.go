package testkit

import (
	"net"

	"golang.org/x/sys/unix"
)

// Lose makes the open connections as if the machine behind them were gone: nothing that
// clients send is even acknowledged, and they hear of no end. New connections are served.
func (p *Proxy) Lose() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.LocalAddr().String() != p.Addr { // to the target
			continue
		}
		raw, err := c.(*net.TCPConn).SyscallConn()
		if err != nil {
			return err
		}
		if failed := raw.Control(func(fd uintptr) {
			drop := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}} // keeps 0 bytes of every packet
			err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &drop[0]})
		}); failed != nil {
			return failed
		}
		if err != nil {
			return err
		}
	}
	return nil
}
