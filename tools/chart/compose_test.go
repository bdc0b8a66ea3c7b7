package chart_test

import (
	"path/filepath"
	"slices"
	"testing"

	compose "github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// TestCompose: the compose file is as its specification's schema wants it, and tight.
func TestCompose(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join(root, "deploy"))
	if err != nil {
		t.Fatal(err)
	}
	details := types.ConfigDetails{
		WorkingDir:  dir,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(dir, "compose.yaml")}},
		Environment: types.Mapping{"REDIS_PASSWORD": "secret"},
	}
	load := func() (*types.Project, error) {
		return compose.LoadWithContext(t.Context(), details, func(o *compose.Options) {
			o.SetProjectName("earshot", true)
			o.SkipResolveEnvironment = true // .env holds secrets and is not there
		})
	}
	project, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(project.Services) < 2 || len(project.DisabledServices) > 0 {
		t.Fatalf("services: %v", project.ServiceNames())
	}
	for name, s := range project.Services {
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") || s.Privileged {
			t.Errorf("%s may more than it needs", name)
		}
		if s.MemLimit == 0 || s.PidsLimit == 0 || s.Restart != "unless-stopped" || s.Logging.Options["max-size"] == "" {
			t.Errorf("%s: no limit on memory, processes or logs, or it is not started again", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is open to everybody", name, port.Published)
			}
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeVolume {
				if _, ok := project.Volumes[v.Source]; !ok {
					t.Errorf("%s: there is no volume %s", name, v.Source)
				}
			} else if !v.ReadOnly {
				t.Errorf("%s may write to %s", name, v.Source)
			}
		}
	}
	if project.Services["redis"].HealthCheck == nil || project.Services["earshot"].DependsOn["redis"].Condition != types.ServiceConditionHealthy {
		t.Error("earshot does not wait for Redis")
	}
	delete(details.Environment, "REDIS_PASSWORD")
	if _, err := load(); err == nil {
		t.Error("Redis starts without a password")
	}
}

// TestComposeExamples: the other compose files are as the schema wants them, too.
func TestComposeExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "examples", "*", "compose.yaml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d examples: is the pattern still right? %v", len(files), err)
	}
	for _, file := range append(files, filepath.Join(root, "deploy", "compose.replicas.yaml")) {
		file, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		details := types.ConfigDetails{
			WorkingDir:  filepath.Dir(file),
			ConfigFiles: []types.ConfigFile{{Filename: file}},
			Environment: types.Mapping{"REDIS_PASSWORD": "secret", "POSTGRES_PASSWORD": "secret"},
		}
		project, err := compose.LoadWithContext(t.Context(), details, func(o *compose.Options) {
			o.SetProjectName("earshot", true)
			o.SkipResolveEnvironment = true
		})
		if err != nil || len(project.Services) < 2 {
			t.Errorf("%s: %v", file, err)
		}
	}
}
