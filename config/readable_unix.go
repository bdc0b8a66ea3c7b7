//go:build unix

package config

import (
	"os"
	"strings"
	"syscall"
)

// worldReadable reports whether everybody may read the file. ours asks whether it is this
// user's too: what Docker or Kubernetes mount is not, and cannot be changed from inside.
func worldReadable(path string, ours bool) bool {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o004 == 0 {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	mounted := strings.HasPrefix(path, "/run/secrets/") || strings.HasPrefix(path, "/var/run/secrets/")
	return !ours || ok && int(owner.Uid) == os.Getuid() && !mounted
}
