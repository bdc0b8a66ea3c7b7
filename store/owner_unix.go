//go:build unix

package store

import (
	"os"
	"syscall"
)

// giveTo gives a file that root has made the owner and the group of another. Nobody else may, and where even
// root may not (a share on the network) the file stays root's.
func giveTo(f *os.File, like os.FileInfo) {
	if of, ok := like.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		_ = f.Chown(int(of.Uid), int(of.Gid))
	}
}
