package chart_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
)

// TestContainersPage: what the page on containers gives to paste, a cluster takes, and it fits the chart.
func TestContainersPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/containers.md"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := render(t, withSQLite)
	if err != nil {
		t.Fatal(err)
	}
	pasted := func(pattern string) string {
		found := regexp.MustCompile(pattern).FindSubmatch(text)
		if found == nil {
			t.Fatalf("the page has no %s", pattern)
		}
		return string(found[1])
	}
	var ingress networking.Ingress
	decode(t, "the Ingress", pasted("(?s)```yml\n(apiVersion: networking.*?)```"), &ingress)
	if port := ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Port.Name; port != r.service.Spec.Ports[0].Name {
		t.Errorf("the Ingress leads to the port %s", port)
	}
	var restoring struct {
		Spec core.PodSpec `json:"spec"`
	}
	decode(t, "the pod that restores", pasted(`(?s)--overrides='(\{.*?\})'`), &restoring)
	own := r.deployment.Spec.Template.Spec
	own.SecurityContext.FSGroupChangePolicy, own.SecurityContext.SeccompProfile = nil, nil
	if !reflect.DeepEqual(restoring.Spec.SecurityContext, own.SecurityContext) {
		t.Errorf("it restores as %+v, and earshot runs as %+v", restoring.Spec.SecurityContext, own.SecurityContext)
	}
	places := map[string]string{}
	for _, m := range own.Containers[0].VolumeMounts {
		places[m.Name] = m.MountPath
	}
	for _, m := range restoring.Spec.Containers[0].VolumeMounts {
		if places[m.Name] != m.MountPath {
			t.Errorf("%s is at %s, in the chart at %s", m.Name, m.MountPath, places[m.Name])
		}
	}
}
