package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/earshot/earshot/internal/testkit"
)

// goreleaserFile is .goreleaser.yaml as its documentation names the fields that are used:
// https://goreleaser.com/customization.
type goreleaserFile struct {
	Version     int    `yaml:"version"`
	ProjectName string `yaml:"project_name"`
	Dist        string `yaml:"dist"`
	Builds      []struct {
		Skip bool `yaml:"skip"`
	} `yaml:"builds"`
	Checksum struct {
		Disable bool `yaml:"disable"`
	} `yaml:"checksum"`
	Changelog struct {
		Disable bool `yaml:"disable"`
	} `yaml:"changelog"`
	Release struct {
		Draft      bool   `yaml:"draft"`
		Prerelease string `yaml:"prerelease"`
		ExtraFiles []struct {
			Glob string `yaml:"glob"`
		} `yaml:"extra_files"`
		Footer string `yaml:"footer"`
	} `yaml:"release"`
}

// workflow is a file of .github/workflows as far as ours go:
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.
type workflow struct {
	Name string `yaml:"name"`
	On   struct {
		Push struct {
			Branches []string `yaml:"branches"`
			Tags     []string `yaml:"tags"`
			Paths    []string `yaml:"paths"`
		} `yaml:"push"`
		PullRequest any `yaml:"pull_request"`
		ByHand      any `yaml:"workflow_dispatch"`
		Schedule    []struct {
			Cron string `yaml:"cron"`
		} `yaml:"schedule"`
	} `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Concurrency struct {
		Group  string `yaml:"group"`
		Cancel bool   `yaml:"cancel-in-progress"`
	} `yaml:"concurrency"`
	Jobs map[string]struct {
		If          string `yaml:"if"`
		Needs       string `yaml:"needs"`
		Environment struct {
			Name string `yaml:"name"`
			URL  string `yaml:"url"`
		} `yaml:"environment"`
		RunsOn   string `yaml:"runs-on"`
		Timeout  int    `yaml:"timeout-minutes"`
		Strategy struct {
			FailFast bool                `yaml:"fail-fast"`
			Matrix   map[string][]string `yaml:"matrix"`
		} `yaml:"strategy"`
		Permissions map[string]string `yaml:"permissions"`
		Steps       []struct {
			ID   string            `yaml:"id"`
			Uses string            `yaml:"uses"`
			With map[string]any    `yaml:"with"`
			Run  string            `yaml:"run"`
			Env  map[string]string `yaml:"env"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

// strictly decodes a file of the repository; a key that into does not have is a mistake.
func strictly(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.UnmarshalWithOptions([]byte(readFile(t, filepath.Join(testkit.Root(t), name))), into, yaml.Strict()); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestGoreleaserPublishesDist: goreleaser builds nothing, it puts on the page what make dist
// made and somebody is asked before others see it.
func TestGoreleaserPublishesDist(t *testing.T) {
	var f goreleaserFile
	strictly(t, ".goreleaser.yaml", &f)
	if f.Version != 2 || f.ProjectName != "earshot" || f.Dist == "dist" || len(f.Builds) != 1 || !f.Builds[0].Skip || !f.Checksum.Disable || !f.Changelog.Disable || !f.Release.Draft ||
		len(f.Release.ExtraFiles) != 1 || f.Release.ExtraFiles[0].Glob != "./dist/*" || !strings.Contains(f.Release.Footer, "SHA256SUMS") {
		t.Errorf("%+v", f)
	}
	root := testkit.Root(t)
	named := regexp.MustCompile(`\.github/[\w./-]*\w`).FindAllString(readFile(t, filepath.Join(root, ".goreleaser.yaml")), -1)
	for _, path := range named {
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Errorf("it names %s: %v", path, err)
		}
	}
	if len(named) == 0 {
		t.Error("it names no workflow")
	}
}

// TestWorkflowsRunWhatIsThere: the workflows name targets and scripts of this repository,
// actions of a version, those of others of one commit, and no more rights than they need. Their syntax is actionlint's
// (make lint).
func TestWorkflowsRunWhatIsThere(t *testing.T) {
	root := testkit.Root(t)
	makefile := readFile(t, filepath.Join(root, "Makefile"))
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d workflows (%v)", len(files), err)
	}
	// GitHub's own run on its machines already; a tag of others may be moved to other code, which
	// would have what its job has: the release, the packages, a signature in our name.
	versioned := regexp.MustCompile(`^actions/[\w-]+@v\d+$|^[\w-]+/[\w-]+@[0-9a-f]{40}$`)
	targets := map[string]bool{}
	for _, path := range files {
		var w workflow
		name := filepath.Join(".github/workflows", filepath.Base(path))
		strictly(t, name, &w)
		if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
			t.Errorf("%s: every job may %v", name, w.Permissions)
		}
		for job, j := range w.Jobs {
			if j.Timeout == 0 || j.RunsOn == "" || len(j.Steps) == 0 {
				t.Errorf("%s: %s: %+v", name, job, j)
			}
			for _, s := range j.Steps {
				switch {
				case (s.Uses == "") == (s.Run == ""):
					t.Errorf("%s: %s: a step uses %q and runs %q", name, job, s.Uses, s.Run)
				case s.Uses != "" && !versioned.MatchString(s.Uses):
					t.Errorf("%s: %s: %s has no version", name, job, s.Uses)
				case strings.HasPrefix(s.Run, "make "):
					target := strings.TrimPrefix(s.Run, "make ")
					targets[target] = true
					if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).MatchString(makefile) {
						t.Errorf("%s: %s: the Makefile has no %s", name, job, target)
					}
				case s.Run != "":
					if info, err := os.Stat(filepath.Join(root, s.Run)); err != nil || info.Mode()&0o111 == 0 {
						t.Errorf("%s: %s: %s cannot be run (%v)", name, job, s.Run, err)
					}
				}
			}
		}
	}
	for _, want := range []string{"dist", "vuln", "chart", "site"} {
		if !targets[want] {
			t.Errorf("no workflow runs make %s", want)
		}
	}
	if tools := readFile(t, filepath.Join(root, "tools/go.mod")); !slices.Contains(strings.Fields(tools), "github.com/rhysd/actionlint/cmd/actionlint") {
		t.Error("nobody looks at the workflows' syntax")
	}
}
