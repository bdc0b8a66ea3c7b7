package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folder writes files into a new folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
	}
	return dir
}

var team = map[string]string{
	"10-base.yaml":  "contact: a@b.example\nstore: {database: \"sqlite:base.db\"}\n",
	"20-bank.yaml":  "watch:\n  - {name: Bank, terms: [Ромашка Банк]}\nsources:\n  - feed: https://one.example/rss\n  - {feed: https://two.example/rss, watch: Tea}\nroutes:\n  - {watch: Bank, to: \"#bank\"}\n",
	"30-tea.yml":    "watch: [{name: Tea, terms: [Чай Липа]}]\nsources: [{feed: https://three.example/rss}]\nroutes: [{to: \"#rest\"}]\n",
	".hidden.yaml":  "wrong: [",
	"notes.txt":     "nothing of ours",
	"sub/more.yaml": "contact: twice@b.example\n",
}

func TestFolderIsOneWatchlist(t *testing.T) {
	t.Parallel()
	dir := folder(t, team)
	c, err := Load([]string{dir}, testKinds())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, w := range c.Watches {
		names = append(names, w.Name)
	}
	for _, s := range c.Sources {
		names = append(names, s.Address)
	}
	for _, r := range c.Routes {
		names = append(names, r.To)
	}
	if got := strings.Join(names, " "); got != "Bank Tea https://one.example/rss https://two.example/rss https://three.example/rss #bank #rest" {
		t.Error(got)
	}
	if pos := c.At("routes[1].to"); filepath.Base(pos.File) != "30-tea.yml" || pos.Line != 3 {
		t.Error(pos)
	}
	if got, want := c.Database(), "sqlite:"+filepath.Join(dir, "base.db"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if pos := c.At("store.database"); filepath.Base(pos.File) != "10-base.yaml" {
		t.Error(pos)
	}
	// Files and folders mix, and the order is that of the command line.
	c, err = Load([]string{filepath.Join(dir, "30-tea.yml"), filepath.Join(dir, "10-base.yaml"), filepath.Join(dir, "20-bank.yaml")}, testKinds())
	if err == nil || !strings.Contains(err.Error(), "this route is never reached") || !strings.Contains(err.Error(), "30-tea.yml, line 3") {
		t.Errorf("routes in the other order: %v, %v", c, err)
	}
}

// TestFolderPaths: every path is relative to the file that writes it.
func TestFolderPaths(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"a/base.yaml":   "contact: a@b.example\nwatch: [{name: Bank, terms: [b]}]\nsentiment: {words: words.tsv}\n",
		"a/words.tsv":   "",
		"b/more.yaml":   "sources: [{feed: https://a.example/}]\nstore: {database: \"sqlite:x.db\"}\nslack: {bot_token: \"${file:token}\", app_token: \"${file:app}\"}\n",
		"b/token":       "xoxb-of-b\n",
		"b/app":         "xapp-of-b\n",
		"a/token":       "xoxb-of-a\n",
		"decoy/x.db":    "",
		"decoy/x.token": "",
	})
	c, err := Load([]string{filepath.Join(dir, "a"), filepath.Join(dir, "b", "more.yaml")}, testKinds())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Slack.BotToken.Reveal(); got != "xoxb-of-b" {
		t.Error(got)
	}
	if got := c.Database(); got != "sqlite:"+filepath.Join(dir, "b", "x.db") {
		t.Error(got)
	}
	if got := c.Sentiment.WordsFile; got != filepath.Join(dir, "a", "words.tsv") {
		t.Error(got)
	}
	if got := c.Problem(c.Sources[0].Pos, "the token is xoxb-of-b", "").Error(); strings.Contains(got, "xoxb-of-b") {
		t.Error(got)
	}
}

// TestFolderMistakes: each mistake stands at its own file, with its own line.
func TestFolderMistakes(t *testing.T) {
	t.Parallel()
	with := func(name, text string) map[string]string {
		out := map[string]string{}
		for k, v := range team {
			out[k] = v
		}
		out[name] = text
		return out
	}
	for name, test := range map[string]struct {
		files map[string]string
		want  []string // parts of the message
	}{
		"a section twice": {with("40-more.yaml", "\nstore: {retention: 90d}\n"), []string{
			`40-more.yaml:2:1: the key "store" is here twice: first in DIR/10-base.yaml, line 2`, "write it once", "    2 | store: {retention: 90d}\n      | ^~~~~"}},
		"a contact twice": {with("40-more.yaml", "contact: c@d.example\n"), []string{`40-more.yaml:1:1: the key "contact" is here twice: first in DIR/10-base.yaml, line 1`}},
		"a name twice": {with("40-more.yaml", "watch:\n  - name: bank\n    terms: [x]\n"), []string{
			`40-more.yaml:2:11: the watch "bank" is here twice: first in DIR/20-bank.yaml, line 2`, "    2 |   - name: bank\n      |           ^~~~"}},
		"a source twice": {with("40-more.yaml", "sources: [{feed: https://one.example/rss}]\n"), []string{
			`the source "https://one.example/rss" is here twice: first in DIR/20-bank.yaml, line 4`}},
		"an unknown watch": {with("40-more.yaml", "routes:\n# nobody\n- {watch: Bnak, to: \"#x\"}\n"), []string{
			`40-more.yaml:3:11: there is no watch "Bnak" — did you mean "Bank"?`, "    3 | - {watch: Bnak, to: \"#x\"}\n      |           ^~~~"}},
		"an entry that is no entry": {with("25-more.yaml", "watch:\n- name: Third\n- {nam: Fourth, terms: [x]}\n"), []string{
			`25-more.yaml:3:4: unknown key "nam"`, `25-more.yaml:2:3: this watch has no terms`}},
		"syntax in two": {func() map[string]string {
			m := with("40-more.yaml", "watch: [\n")
			m["05-first.yaml"] = "a: b: c\n"
			return m
		}(), []string{"05-first.yaml:1:", "40-more.yaml:1:8: this [ is never closed"}},
		"not a mapping":        {with("40-more.yaml", "- one\n"), []string{"40-more.yaml:1:1: a watchlist wants keys and values, not a list"}},
		"an anchor of another": {with("40-more.yaml", "watch: [*bank]\n"), []string{"40-more.yaml:1:9: there is no &bank before this *bank"}},
		"all empty":            {map[string]string{"a.yaml": "# nothing\n", "b.yaml": ""}, []string{"a.yaml:1:1: the watchlist is empty"}},
		"no contact":           {map[string]string{"a.yaml": "# nothing\n", "b.yaml": team["20-bank.yaml"], "c.yaml": team["30-tea.yml"]}, []string{"the contact is missing"}},
	} {
		dir := folder(t, test.files)
		_, err := Load([]string{dir}, testKinds())
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		got := strings.ReplaceAll(err.Error(), dir, "DIR")
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: want %q in\n%s", name, want, got)
			}
		}
	}
}

func TestFolderBounds(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("%03d.yaml", i)] = ""
	}
	if _, err := Load([]string{folder(t, many)}, nil); err == nil || !strings.Contains(err.Error(), "more than 200 files") {
		t.Error(err)
	}
	half := strings.Repeat("# filler\n", maxFile/18+1)
	big := folder(t, map[string]string{"a.yaml": half, "b.yaml": half})
	if _, err := Load([]string{big}, nil); err == nil || !strings.Contains(err.Error(), "b.yaml: the files together are larger than 1024 KiB") {
		t.Error(err)
	}
	files, err := ReadFiles([]string{big})
	if err == nil || len(files) != 1 {
		t.Errorf("read %d files, %v", len(files), err)
	}
	if names := namesOf([]File{{Name: "a"}, {Name: "b"}}); names != "a, b" {
		t.Error(names)
	}
}

// FuzzFiles: any two files give a watchlist or a mistake in one of them, and each of them
// alone says no less than before.
func FuzzFiles(f *testing.F) {
	f.Add(team["20-bank.yaml"], team["30-tea.yml"])
	f.Add("watch: &a [{name: x, terms: [y]}]\n", "watch: *a\n")
	f.Add("watch: {name: x}\n", "- watch\n")
	f.Add("sources:\n- feed: x\n- \n", "sources: feed\nroutes: [{to: a}]\n")
	f.Add("deadlines: {severity: {high: {claim: 1m}}}\n", "deadlines: {reply: 5m}\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		files := []File{{"a.yaml", []byte(a)}, {"b.yaml", []byte(b)}}
		c, _, err := parse(files, reading{kinds: testKinds()})
		var list []Error
		if err != nil {
			list = err.(*Errors).List
		} else {
			list = c.Warnings
			for _, s := range c.Sources {
				_ = s.Section.Texts()
			}
		}
		for _, e := range list {
			if e.Pos.Line == 0 && strings.HasPrefix(e.Msg, "… and") {
				continue
			}
			text, ok := map[string]string{"a.yaml": a, "b.yaml": b}[e.Pos.File]
			if lines := strings.Count(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n") + 1; !ok || e.Pos.Line < 1 || e.Pos.Line > lines {
				t.Errorf("%v is no place in %q %q", e.Pos, a, b)
			}
		}
	})
}

func TestFollowFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.yaml": watchlist("one"), "store": "x"})
	f := follow(t, dir, nil)
	write(t, filepath.Join(dir, "database.db-wal"), "not ours") // changes the folder, not the watchlist
	put(t, filepath.Join(dir, "b.yaml"), "watch: [{name: zwei, terms: [z]}]\n")
	if c := f.want("one"); len(c.Watches) != 2 {
		t.Errorf("%d watches after a file was added", len(c.Watches))
	}
	put(t, filepath.Join(dir, "b.yaml"), "watch: [{name: drei, terms: [z]}]\n")
	if c := f.want("one"); c.Watches[1].Name != "drei" {
		t.Errorf("after a rename: %v", c.Watches)
	}
	put(t, filepath.Join(dir, "b.yaml"), "watch: [{nam: drei}]\n")
	f.wantFailure(`b.yaml:1:10: unknown key "nam"`)
	f.wantSilence() // once
	if err := os.Remove(filepath.Join(dir, "b.yaml")); err != nil {
		t.Fatal(err)
	}
	if c := f.want("one"); len(c.Watches) != 1 {
		t.Errorf("%d watches after a file was removed", len(c.Watches))
	}
	if err := os.Rename(filepath.Join(dir, "a.yaml"), filepath.Join(dir, "a.off")); err != nil {
		t.Fatal(err)
	}
	f.wantFailure("no file named *.yaml")
	if err := os.Rename(filepath.Join(dir, "a.off"), filepath.Join(dir, "c.yaml")); err != nil {
		t.Fatal(err)
	}
	f.want("one")
}

// TestFollowFolderOfKubernetes: a mounted ConfigMap is a folder of links to a link that
// is swapped.
func TestFollowFolderOfKubernetes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	version := func(n, first, second string) {
		t.Helper()
		at := filepath.Join(dir, "..v"+n)
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(at, "a.yaml"), first)
		write(t, filepath.Join(at, "b.yaml"), second)
		if err := os.Symlink("..v"+n, filepath.Join(dir, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	version("1", watchlist("one"), "watch: [{name: b1, terms: [z]}]\n")
	for _, name := range []string{"a.yaml", "b.yaml"} {
		if err := os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	f := follow(t, dir, nil)
	version("2", watchlist("two"), "watch: [{name: b2, terms: [z]}]\n")
	c := f.want("two") // both at once: never a mixture
	names := []string{c.Watches[0].Name, c.Watches[1].Name}
	if !slices.Equal(names, []string{"two", "b2"}) {
		t.Errorf("a mixture of two versions: %v", names)
	}
}

// TestUnreadableSaysWhatToDo: a watchlist that only the service may read is no riddle.
func TestUnreadableSaysWhatToDo(t *testing.T) {
	err := unreadable(&fs.PathError{Op: "open", Path: "/etc/earshot/watchlist.yaml", Err: fs.ErrPermission})
	if !strings.Contains(err.Error(), "sudo -u earshot") || !strings.Contains(err.Error(), "/etc/earshot/watchlist.yaml") || !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}
