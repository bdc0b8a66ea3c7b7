// Package chart_test renders the Helm chart and reads the result, the compose file and the
// release's recipe as strictly as what takes them would. It has a go.mod of its own: what
// Kubernetes is made of is no part of earshot.
package chart_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

const root = "../.."

// kinds are what the chart may hold, with the type that the cluster reads it into.
var kinds = map[string]func() any{
	"apps/v1 Deployment":                      func() any { return new(apps.Deployment) },
	"v1 ServiceAccount":                       func() any { return new(core.ServiceAccount) },
	"v1 ConfigMap":                            func() any { return new(core.ConfigMap) },
	"v1 PersistentVolumeClaim":                func() any { return new(core.PersistentVolumeClaim) },
	"v1 Service":                              func() any { return new(core.Service) },
	"networking.k8s.io/v1 NetworkPolicy":      func() any { return new(networking.NetworkPolicy) },
	"policy/v1 PodDisruptionBudget":           func() any { return new(policy.PodDisruptionBudget) },
	"monitoring.coreos.com/v1 ServiceMonitor": func() any { return new(monitoring.ServiceMonitor) },
	"monitoring.coreos.com/v1 PrometheusRule": func() any { return new(monitoring.PrometheusRule) },
}

// rendered is what the cluster would get.
type rendered struct {
	deployment *apps.Deployment
	service    *core.Service
	watchlist  *core.ConfigMap
	claim      *core.PersistentVolumeClaim
	policy     *networking.NetworkPolicy
	budget     *policy.PodDisruptionBudget
	monitor    *monitoring.ServiceMonitor
	rules      *monitoring.PrometheusRule
}

func load(t *testing.T) *chart.Chart {
	t.Helper()
	c, err := loader.Load(filepath.Join(root, "deploy/helm/earshot"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	return c
}

// render renders the chart with values and reads what comes of it.
func render(t *testing.T, values string) (rendered, error) {
	t.Helper()
	given, err := chartutil.ReadValues([]byte(values))
	if err != nil {
		t.Fatal(err)
	}
	all, err := chartutil.ToRenderValues(load(t), given, chartutil.ReleaseOptions{Name: "pr", Namespace: "support", IsInstall: true}, nil)
	if err != nil {
		return rendered{}, err
	}
	files, err := engine.Render(load(t), all)
	if err != nil {
		return rendered{}, err
	}
	var out rendered
	for name, text := range files {
		if strings.TrimSpace(text) == "" || strings.HasSuffix(name, "NOTES.txt") {
			continue
		}
		out.take(t, name, text)
	}
	return out, nil
}

// take reads one object: a key that its type does not have is a mistake.
func (r *rendered) take(t *testing.T, name, text string) {
	t.Helper()
	var head struct{ APIVersion, Kind string }
	if err := yaml.Unmarshal([]byte(text), &head); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
	make, ok := kinds[head.APIVersion+" "+head.Kind]
	if !ok {
		t.Fatalf("%s: no known kind %s %s\n%s", name, head.APIVersion, head.Kind, text)
	}
	object := make()
	decode(t, name, text, object)
	meta := reflect.ValueOf(object).Elem().FieldByName("ObjectMeta")
	if got := meta.FieldByName("Name").String(); got != "pr-earshot" {
		t.Errorf("%s: its name is %q", name, got)
	}
	if got := meta.FieldByName("Labels").Interface().(map[string]string)["app.kubernetes.io/instance"]; got != "pr" {
		t.Errorf("%s: its label of the release is %q", name, got)
	}
	for label, value := range meta.FieldByName("Labels").Interface().(map[string]string) {
		if wrong := validation.IsValidLabelValue(value); len(wrong) > 0 {
			t.Errorf("%s: its label %s is %q: %s", name, label, value, wrong)
		}
	}
	switch o := object.(type) {
	case *apps.Deployment:
		r.deployment = o
	case *core.Service:
		r.service = o
	case *core.ConfigMap:
		r.watchlist = o
	case *core.PersistentVolumeClaim:
		r.claim = o
	case *networking.NetworkPolicy:
		r.policy = o
	case *policy.PodDisruptionBudget:
		r.budget = o
	case *monitoring.ServiceMonitor:
		r.monitor = o
	case *monitoring.PrometheusRule:
		r.rules = o
	}
}

// decode reads text as the API server does when it is asked to be strict: no key twice, none
// that the type does not have, and none in other letters.
func decode(t *testing.T, name, text string, object any) {
	t.Helper()
	raw, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
	unknown, err := json.UnmarshalStrict(raw, object)
	if err = errors.Join(append(unknown, err)...); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
}

const withSQLite = `
watchlist:
  watchlist.yaml: |
    contact: pr@romashka.example
    watch: [{name: Romashka Bank, terms: ["Ромашка Банк"]}]
    slack: {bot_token: "${env:SLACK_BOT_TOKEN}"}
    replies: [{topic: delivery, lang: uk, text: "{{author}}, перепрошуємо"}]
    store: {database: "sqlite:/data/earshot.db"}
    web: {listen: "0.0.0.0:8080", admin_token: "${env:EARSHOT_ADMIN_TOKEN}", inbox: false}
  our-words.tsv: "ужас\t-3\n"
`

const withPostgres = `
postgres: true
watchlist:
  watchlist.yaml: |
    store: {database: "${env:DATABASE}"}
    web: {listen: "0.0.0.0:8080"}
existingSecret: earshot
`

func TestSQLite(t *testing.T) {
	r, err := render(t, withSQLite)
	if err != nil {
		t.Fatal(err)
	}
	d := r.deployment
	if *d.Spec.Replicas != 1 || d.Spec.Strategy.Type != apps.RecreateDeploymentStrategyType || d.Spec.Strategy.RollingUpdate != nil {
		t.Errorf("%d replicas, strategy %+v: two daemons could meet on one file", *d.Spec.Replicas, d.Spec.Strategy)
	}
	if r.claim == nil || volume(d, "data").PersistentVolumeClaim == nil || volume(d, "data").PersistentVolumeClaim.ClaimName != r.claim.Name {
		t.Error("the database does not lie on the chart's volume")
	}
	if r.claim.Annotations["helm.sh/resource-policy"] != "keep" {
		t.Error("uninstalling the chart takes the complaints along")
	}
	if got := r.watchlist.Data["watchlist.yaml"]; !strings.Contains(got, `"${env:SLACK_BOT_TOKEN}"`) || !strings.Contains(got, `"{{author}}, перепрошуємо"`) {
		t.Errorf("the watchlist is not what was given:\n%s", got)
	}
	if got := r.watchlist.Data["our-words.tsv"]; got != "ужас\t-3\n" {
		t.Errorf("the word file is %q", got)
	}
	checkPod(t, d)
	if r.monitor != nil || r.rules != nil || r.policy != nil {
		t.Error("what nobody asked for is there")
	}
	if r.budget != nil {
		t.Error("a machine with the only replica on it cannot be emptied")
	}
}

// checkPod checks what holds whatever the values are.
func checkPod(t *testing.T, d *apps.Deployment) {
	t.Helper()
	pod := d.Spec.Template.Spec
	c := pod.Containers[0]
	security, own := pod.SecurityContext, c.SecurityContext
	if *security.RunAsUser != 65532 || *security.RunAsGroup != 65532 || *security.FSGroup != 65532 || !*security.RunAsNonRoot || security.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod runs as %+v", security)
	}
	if !*own.ReadOnlyRootFilesystem || *own.AllowPrivilegeEscalation || !slices.Equal(own.Capabilities.Drop, []core.Capability{"ALL"}) || len(own.Capabilities.Add) > 0 || own.Privileged != nil {
		t.Errorf("the container may: %+v", own)
	}
	if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
		t.Error("the pod has a token for the cluster")
	}
	if c.LivenessProbe.HTTPGet.Path != "/livez" || c.ReadinessProbe.HTTPGet.Path != "/readyz" || c.StartupProbe.HTTPGet.Path != "/livez" {
		t.Error("the probes ask the wrong question")
	}
	if c.Resources.Limits.Memory().IsZero() {
		t.Error("no limit on memory")
	}
	for _, m := range c.VolumeMounts {
		if m.SubPath != "" || m.SubPathExpr != "" {
			t.Errorf("%s is mounted as a file: a saved one would never arrive", m.MountPath)
		}
		if volume(d, m.Name) == nil {
			t.Errorf("there is no volume %s", m.Name)
		}
		if writable := m.MountPath == "/data" || m.MountPath == "/tmp"; m.ReadOnly == writable {
			t.Errorf("%s: read-only is %v", m.MountPath, m.ReadOnly)
		}
	}
	if !slices.ContainsFunc(c.VolumeMounts, func(m core.VolumeMount) bool { return m.Name == "watchlist" && m.MountPath == "/etc/earshot" }) {
		t.Error("the watchlist is not in its place")
	}
	selector := labels.SelectorFromSet(d.Spec.Selector.MatchLabels)
	if !selector.Matches(labels.Set(d.Spec.Template.Labels)) {
		t.Error("the deployment does not know its own pods")
	}
}

func volume(d *apps.Deployment, name string) *core.VolumeSource {
	for _, v := range d.Spec.Template.Spec.Volumes {
		if v.Name == name {
			return &v.VolumeSource
		}
	}
	return nil
}

func TestPostgres(t *testing.T) {
	r, err := render(t, withPostgres+"replicas: 3\n")
	if err != nil {
		t.Fatal(err)
	}
	d := r.deployment
	if *d.Spec.Replicas != 3 || d.Spec.Strategy.Type != apps.RollingUpdateDeploymentStrategyType || d.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue() != 0 {
		t.Errorf("%d replicas, strategy %+v", *d.Spec.Replicas, d.Spec.Strategy)
	}
	if r.claim != nil || volume(d, "data").EmptyDir == nil {
		t.Error("there is a volume for a database that lies elsewhere")
	}
	if from := d.Spec.Template.Spec.Containers[0].EnvFrom; len(from) != 1 || from[0].SecretRef.Name != "earshot" {
		t.Errorf("the environment comes from %+v", from)
	}
	spread := d.Spec.Template.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm
	if spread.TopologyKey != "kubernetes.io/hostname" || !reflect.DeepEqual(spread.LabelSelector.MatchLabels, d.Spec.Selector.MatchLabels) {
		t.Errorf("the replicas are spread by %+v", spread)
	}
	if b := r.budget; b == nil || b.Spec.MaxUnavailable.IntValue() != 1 || !reflect.DeepEqual(b.Spec.Selector, d.Spec.Selector) {
		t.Errorf("all replicas may be evicted at once: %+v", b)
	}
	checkPod(t, d)
}

// TestSeveralFiles: all files of the watchlist are read, and looked at as one.
func TestSeveralFiles(t *testing.T) {
	r, err := render(t, `
watchlist:
  10-company.yaml: |
    store: {database: "sqlite:/data/earshot.db"}
  20-web.yml: |
    web: {listen: "0.0.0.0:8080", inbox: false}
  our-words.tsv: ""
`)
	if err != nil {
		t.Fatal(err)
	}
	if _, there := r.watchlist.Data["our-words.tsv"]; !there || len(r.watchlist.Data) != 3 {
		t.Errorf("the files are %q", r.watchlist.Data)
	}
	if args := r.deployment.Spec.Template.Spec.Containers[0].Args; !slices.Equal(args, []string{"run", "-c", "/etc/earshot"}) {
		t.Errorf("it runs %q, and does not read the other files", args)
	}
}

// TestImageIsTheReleases: the image that the chart takes by itself is named as a release's is pushed; a tag with
// a digest is taken, too.
func TestImageIsTheReleases(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, ".github/workflows/release.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `tags: ["v*"]`) || !strings.Contains(string(text), "tags: ghcr.io/${{ github.repository }}:${{ github.ref_name }}\n") {
		t.Error("images are pushed under another name than v1.0.0: change earshot.tag of the chart, too")
	}
	const digest = "v1.2.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for values, want := range map[string]string{
		"":                                   "ghcr.io/earshot/earshot:v" + load(t).Metadata.AppVersion,
		"image: {tag: \"" + digest + "\"}\n": "ghcr.io/earshot/earshot:" + digest,
	} {
		r, err := render(t, withSQLite+values)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.deployment.Spec.Template.Spec.Containers[0].Image; got != want {
			t.Errorf("the image is %s, want %s", got, want)
		}
	}
}

// TestStartMayTakeLong: the first start of a newer version brings a large database up to date before it listens.
func TestStartMayTakeLong(t *testing.T) {
	r, err := render(t, withSQLite)
	if err != nil {
		t.Fatal(err)
	}
	probe := r.deployment.Spec.Template.Spec.Containers[0].StartupProbe
	if patience := time.Duration(probe.PeriodSeconds*probe.FailureThreshold) * time.Second; patience < 30*time.Minute {
		t.Errorf("a start is killed after %s, and the next one begins anew", patience)
	}
}

func TestOptional(t *testing.T) {
	r, err := render(t, withSQLite+`
image: {repository: registry.example/earshot, tag: v9}
imagePullSecrets: [{name: registry}]
existingSecret: secrets
existingSecretFiles: tokens
persistence: {existingClaim: mine}
podAnnotations: {a: b}
nodeSelector: {disk: ssd}
tolerations: [{key: k, operator: Exists}]
affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: Exists}]}]}}}
serviceMonitor: {enabled: true, labels: {release: prometheus}}
prometheusRule: {enabled: true, labels: {release: prometheus}}
networkPolicy:
  enabled: true
  from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
  to: [{ports: [{port: 6379}], to: [{podSelector: {matchLabels: {app: redis}}}]}]
`)
	if err != nil {
		t.Fatal(err)
	}
	d := r.deployment
	checkPod(t, d)
	if r.claim != nil || volume(d, "data").PersistentVolumeClaim.ClaimName != "mine" {
		t.Error("another volume than mine")
	}
	if got := d.Spec.Template.Spec.Containers[0].Image; got != "registry.example/earshot:v9" {
		t.Errorf("the image is %s", got)
	}
	if s := volume(d, "secrets").Secret; s.SecretName != "tokens" || *s.DefaultMode != 0o440 {
		t.Errorf("the secret's files: %+v", s)
	}
	endpoint := r.monitor.Spec.Endpoints[0]
	if r.monitor.Labels["release"] != "prometheus" || endpoint.Port != r.service.Spec.Ports[0].Name || endpoint.Path != "/metrics" {
		t.Errorf("scraped is %+v", endpoint)
	}
	// web.listen answers 404 at /metrics to who has no token.
	if a := endpoint.Authorization; a == nil || a.Credentials == nil || a.Credentials.Name != "secrets" || a.Credentials.Key != "EARSHOT_ADMIN_TOKEN" {
		t.Errorf("Prometheus is given no token: %+v", a)
	}
	for name, selector := range map[string]map[string]string{"monitor": r.monitor.Spec.Selector.MatchLabels, "policy": r.policy.Spec.PodSelector.MatchLabels, "service": r.service.Spec.Selector} {
		if !labels.SelectorFromSet(selector).Matches(labels.Set(d.Spec.Template.Labels)) {
			t.Errorf("the %s does not find the pods: %v", name, selector)
		}
	}
	if r.service.Labels[r.monitor.Spec.JobLabel] != "earshot" {
		t.Error("the job is not named earshot, as the rules want it")
	}
	checkRules(t, r.rules)
	checkPolicy(t, r.policy)
}

// checkRules: the cluster gets the rules of deploy/prometheus, word for word.
func checkRules(t *testing.T, got *monitoring.PrometheusRule) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/prometheus/rules.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var want monitoring.PrometheusRuleSpec
	decode(t, "rules.yaml", string(text), &want)
	if len(want.Groups) == 0 || !reflect.DeepEqual(got.Spec, want) {
		t.Error("deploy/helm/earshot/files/rules.yaml is not deploy/prometheus/rules.yaml: copy it")
	}
}

// checkPolicy: nothing inside the cluster but what is named, and no platform address.
func checkPolicy(t *testing.T, p *networking.NetworkPolicy) {
	t.Helper()
	if len(p.Spec.PolicyTypes) != 2 || len(p.Spec.Ingress) != 1 || len(p.Spec.Ingress[0].From) != 1 || p.Spec.Ingress[0].From[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"] != "monitoring" {
		t.Errorf("who may come in: %+v", p.Spec.Ingress)
	}
	if len(p.Spec.Egress) != 3 {
		t.Fatalf("%d ways out", len(p.Spec.Egress))
	}
	v4 := p.Spec.Egress[1].To[0].IPBlock
	for _, inside := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} {
		if !slices.Contains(v4.Except, inside) {
			t.Errorf("%s may be reached", inside)
		}
	}
	if p.Spec.Egress[2].To[0].PodSelector.MatchLabels["app"] != "redis" {
		t.Errorf("the way to Redis: %+v", p.Spec.Egress[2])
	}
}

// TestRefused: what cannot work is refused before it runs, with what to do.
func TestRefused(t *testing.T) {
	web := func(more string) string {
		return fmt.Sprintf("watchlist: {watchlist.yaml: 'store: {database: \"sqlite:/data/e.db\"}\n\n  web: {listen: \"0.0.0.0:8080\"%s}'}\n", more)
	}
	listen := func(database, listen string) string {
		return fmt.Sprintf("watchlist: {watchlist.yaml: 'store: {database: %q}\n\n  web: {listen: %q}'}\n", database, listen)
	}
	for _, c := range []struct{ name, values, want string }{
		{"replicas", withSQLite + "replicas: 2\n", "two daemons cannot share one SQLite file"},
		{"no watchlist", "{}", "--set-file"},
		{"no YAML", "watchlist: {watchlist.yaml: 'a: [b'}\n", "the watchlist is no YAML"},
		{"loopback", listen("sqlite:/data/e.db", "127.0.0.1:8080"), `web.listen of the watchlist is "127.0.0.1:8080"`},
		{"no listen", "watchlist: {watchlist.yaml: 'store: {database: \"sqlite:/data/e.db\"}'}\n", `web.listen of the watchlist is ""`},
		{"beside the volume", listen("sqlite:e.db", "0.0.0.0:8080"), "must lie on the volume"},
		{"no database", "watchlist: {watchlist.yaml: 'web: {listen: \"0.0.0.0:8080\"}'}\n", "must lie on the volume"},
		{"postgres is not said", listen("postgres://db/e", "0.0.0.0:8080"), "set postgres to true"},
		{"postgres is not meant", "postgres: true\n" + listen("sqlite:/data/e.db", "0.0.0.0:8080"), "is an SQLite file"},
		{"metrics without a Secret", "serviceMonitor: {enabled: true}\n" + withSQLite, "put EARSHOT_ADMIN_TOKEN into a Secret"},
		{"metrics without a token", "serviceMonitor: {enabled: true}\nexistingSecret: secrets\n" + web(""), "write web.admin_token"},
		{"PostgreSQL is not named", "postgres: true\nwatchlist: {watchlist.yaml: 'web: {listen: \"0.0.0.0:8080\"}'}\n", "has no store.database"},
		{"web is no map", "watchlist: {watchlist.yaml: 'web: true'}\n", `web.listen of the watchlist is ""`},
		{"store is no map", "watchlist: {watchlist.yaml: 'web: {listen: \"0.0.0.0:8080\"}\n\n  store: earshot.db'}\n", "must lie on the volume"},
		{"a port alone", "watchlist: {watchlist.yaml: 'web: {listen: 8080}'}\n", `web.listen of the watchlist is "8080"`},
		{"a file that is not read", "existingWatchlist: mine\n" + withSQLite, "are not used beside existingWatchlist"},
		{"a file in a folder", "watchlist: {words/our.tsv: x}\n", "words/our.tsv"},
		{"a size of nothing", withSQLite + "persistence: {size: 5 GB}\n", "/persistence/size"},
		{"a number for a text", withSQLite + "podAnnotations: {a: 1}\n", "/podAnnotations/a"},
		{"a certificate", web(`, tls: {cert: c, key: k}`), "the probes speak HTTP"},
		{"a typing mistake", withSQLite + "replica: 2\n", "replica"},
		{"a wrong type", withSQLite + "replicas: two\n", "replicas"},
	} {
		if _, err := render(t, c.values); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for name, values := range map[string]string{
		"a ConfigMap of one's own": "existingWatchlist: mine\n",
		"the same on PostgreSQL":   "existingWatchlist: mine\npostgres: true\nreplicas: 2\n",
	} {
		if r, err := render(t, values); err != nil || r.watchlist != nil || volume(r.deployment, "watchlist").ConfigMap.Name != "mine" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
