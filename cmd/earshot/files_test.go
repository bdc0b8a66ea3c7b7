package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/store"
)

// TestFullDisk: what is written to a full disk is there whole or not at all, and what stood
// there before stays.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "none", disk).Run(); err != nil {
		t.Skipf("no disk of its own can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	old := filepath.Join(disk, "old.tsv")
	if err := os.WriteFile(old, []byte("learned\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_ = os.WriteFile(filepath.Join(disk, "full"), bytes.Repeat([]byte("x"), 1<<20), 0o644) // as much as there is room
	var out bytes.Buffer
	list := filepath.Join(disk, "w.yaml")
	answers := strings.NewReader("a@romashka.example\nRomashka\n\nhttps://news.example/rss\n\n")
	code := run(t.Context(), []string{"init", "-c", list}, terminal{in: answers, out: &out, err: &out, lookup: noEnv})
	if code != exitFailed || fileExists(list) || !strings.Contains(out.String(), "no space left on device") {
		t.Errorf("init: exit %d, a file: %t, said %s", code, fileExists(list), out.String())
	}
	if err := writeWhole(old, strings.Repeat("new\n", 9000), 0o644); err == nil {
		t.Error("there was room")
	}
	if kept, err := os.ReadFile(old); string(kept) != "learned\n" {
		t.Errorf("what was learned before is now %d bytes (%v)", len(kept), err)
	}
	if _, err := store.Restore(t.Context(), "sqlite:"+filepath.Join(disk, "e.db"), old, time.Now()); err == nil {
		t.Error("restored from what is no backup")
	}
}
