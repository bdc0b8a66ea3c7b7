package main

import (
	"io"
	"os"
	"testing"
)

// TestColour: a terminal gets colours unless NO_COLOR has a value (no-color.org); a pipe never.
func TestColour(t *testing.T) {
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminal can be made here: %v", err)
	}
	defer tty.Close()
	for _, c := range []struct {
		value string
		set   bool
		to    io.Writer
		want  bool
	}{
		{"", false, tty, true},
		{"", true, tty, true},
		{"1", true, tty, false},
		{"0", true, tty, false},
		{"", false, io.Discard, false},
	} {
		term := terminal{lookup: func(name string) (string, bool) { return c.value, c.set && name == "NO_COLOR" }}
		if got := term.colour(&screen{to: c.to}); got != c.want {
			t.Errorf("NO_COLOR=%q (set: %v): colours %v, want %v", c.value, c.set, got, c.want)
		}
	}
}
