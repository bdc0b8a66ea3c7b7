package main

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// Run prints the version, the commit when the build knows it, and the toolchain.
func (versionCmd) Run(term terminal) error {
	name, commit := built()
	if commit != "" {
		commit = " (" + commit + ")"
	}
	_, err := fmt.Fprintf(term.out, "earshot %s%s %s %s/%s\n", name, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// released is what go install of a release notes as the version.
var released = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// shownCommit is how much of a commit's hash is shown.
const shownCommit = 12

// built is what this program is: the version the linker was given, or that go install
// noted, and the commit as far as it is known, with a word when files had changed since.
func built() (name, commit string) {
	name = version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return name, ""
	}
	if name == "dev" && released.MatchString(info.Main.Version) {
		name = info.Main.Version
	}
	changed := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), shownCommit)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", changed"
		}
	}
	if commit == "" {
		return name, ""
	}
	return name, commit + changed
}
