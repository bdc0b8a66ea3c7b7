package listen

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestPortsThatCannotBeOpened: each reason has its own remedy; only a port in use is held by somebody.
func TestPortsThatCannotBeOpened(t *testing.T) {
	refused := func(by error) error {
		return &net.OpError{Op: "listen", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 9, 9, 9), Port: 80}, Err: os.NewSyscallError("bind", by)}
	}
	for name, c := range map[string]struct {
		err  error
		want string
		not  string
	}{
		"in use":     {refused(syscall.EADDRINUSE), "another earshot", "no address"},
		"no address": {refused(syscall.EADDRNOTAVAIL), "this machine has no address 10.9.9.9", "another earshot"},
		"not ours":   {refused(syscall.EACCES), "port 80", "another earshot"},
		"else":       {errors.New("no more sockets"), "no more sockets", "another earshot"},
	} {
		said := unopened("web.listen", "10.9.9.9:80", c.err).Error()
		if !strings.HasPrefix(said, "web.listen: ") || !strings.Contains(said, c.want) || strings.Contains(said, c.not) {
			t.Errorf("%s: %s", name, said)
		}
	}
}
