//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExposedSecrets: a secret in a file that everybody can read is warned of once a file,
// with its place; a reference, a closed file and an address without a password are not.
func TestExposedSecrets(t *testing.T) {
	t.Parallel()
	head := "contact: a@b.example\nwatch: [{name: W, terms: [w]}]\nsources: [{feed: https://a.example/}]\n"
	for name, test := range map[string]struct {
		text  string
		mode  os.FileMode
		holds bool
		want  string
	}{
		"open":      {"slack:\n  bot_token: xoxb-1\n  signing_secret: abcdefgh\n", 0o644, true, "w.yaml:5:14: warning: a secret stands in this file, and everybody on this machine can read it — run chmod 600 DIR/w.yaml"},
		"closed":    {"slack: {bot_token: xoxb-1, app_token: xapp-1}\n", 0o640, true, ""},
		"password":  {"store: {redis: \"redis://:geheim99@localhost:6379/0\"}\n", 0o644, true, "a secret stands in this file"},
		"address":   {"store: {redis: \"redis://localhost:6379/0\"}\n", 0o644, false, ""},
		"reference": {"slack: {bot_token: \"${file:token}\", app_token: \"${file:token2}\"}\n", 0o644, false, "everybody on this machine can read the file of this secret — run chmod 600 DIR/token2"},
	} {
		dir := folder(t, map[string]string{"w.yaml": head + test.text, "token": "xoxb-2\n", "token2": "xapp-2\n"})
		path := filepath.Join(dir, "w.yaml")
		for file, mode := range map[string]os.FileMode{path: test.mode, filepath.Join(dir, "token2"): 0o644} {
			if err := os.Chmod(file, mode); err != nil {
				t.Fatal(err)
			}
		}
		c, err := Load([]string{path}, testKinds())
		if err != nil {
			t.Fatal(name, err)
		}
		var about []string
		for _, w := range c.Warnings {
			if strings.Contains(w.Msg, "everybody") {
				about = append(about, strings.ReplaceAll((&Errors{List: []Error{w}}).Error(), dir, "DIR"))
			}
		}
		got := strings.Join(about, "\n")
		if c.HoldsSecret(path) != test.holds || (got == "") != (test.want == "") || !strings.Contains(got, test.want) || len(about) > 1 {
			t.Errorf("%s: holds %v, said %q", name, c.HoldsSecret(path), got)
		}
	}
}
