package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestSharedCases crawls the sites that are kept beside the repository, each of which once was read wrongly.
func TestSharedCases(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	t.Parallel() // what serves them takes half a second to end each
	dir := filepath.Join(testkit.Shared(t), "cases")
	python, err := exec.LookPath("python3")
	if err != nil {
		testkit.Require(t, "python3", "what serves the cases is written in it")
	}
	cases, err := filepath.Glob(filepath.Join(dir, "*", "serve.json"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	args := []string{filepath.Join(dir, "runcase.py")}
	for _, one := range cases {
		args = append(args, filepath.Dir(one))
	}
	cmd := exec.CommandContext(t.Context(), python, args...)
	cmd.Env = append(os.Environ(), "EARSHOT="+binary(t), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "pass ") {
			t.Log(strings.TrimRight(line, "\n"))
		}
	}
	if err != nil || strings.Contains(string(out), "FAIL ") || !strings.Contains(string(out), "pass ") {
		t.Errorf("not every case passes: %v", err)
	}
}
