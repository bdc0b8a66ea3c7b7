//go:build unix

package fileowner

import (
	"os"
	"syscall"
)

// Give gives a file the owner and the group of another. Without the right to, whoever
// writes it owns it, and the group alone is given.
func Give(f *os.File, like os.FileInfo) error {
	of, ok := like.Sys().(*syscall.Stat_t)
	if !ok || f.Chown(int(of.Uid), int(of.Gid)) == nil {
		return nil
	}
	return f.Chown(-1, int(of.Gid))
}
