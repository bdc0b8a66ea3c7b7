package main

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
)

// exampleFolders are the ready installations.
func exampleFolders(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(testkit.Root(t), "examples", "*", "config"))
	if err != nil || len(all) != 5 {
		t.Fatalf("the examples are %q, want five: %v", all, err)
	}
	return all
}

// TestExamplesAreGood: each ready watchlist passes its check where nobody has the secrets,
// and is warned of nothing but them; and it is run as deploy/compose.yaml runs one.
func TestExamplesAreGood(t *testing.T) {
	deployed := services(t, filepath.Join(testkit.Root(t), "deploy", "compose.yaml"))
	deployed["earshot"]["build"] = "../.."
	for _, config := range exampleFolders(t) {
		t.Run(filepath.Base(filepath.Dir(config)), func(t *testing.T) {
			checkExample(t, config)
			// What stands there as a comment, because it needs a key, is as good.
			text := readFile(t, filepath.Join(config, "watchlist.yaml"))
			keyed := regexp.MustCompile(`(?m)^  # (- .*|  watch: .*)$`).ReplaceAllString(text, "  $1")
			if keyed == text {
				t.Error("no source with a key stands there as a comment")
			}
			with := t.TempDir()
			if err := os.WriteFile(filepath.Join(with, "watchlist.yaml"), []byte(keyed), 0o600); err != nil {
				t.Fatal(err)
			}
			list, err := loadForReading([]string{with}, terminal{lookup: noEnv})
			if err != nil {
				t.Errorf("with the sources that need a key: %v", err)
			}
			for _, w := range list.Warnings {
				if !secretMissing(w.Error()) {
					t.Errorf("with the sources that need a key: %v", w)
				}
			}
			got, want := services(t, filepath.Join(filepath.Dir(config), "compose.yaml")), deployed
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the services are\n%v\nthose of deploy/compose.yaml\n%v", got, want)
			}
		})
	}
}

// checkExample runs earshot check --no-secrets, which may warn of secrets only.
func checkExample(t *testing.T, config string) {
	t.Helper()
	out, errs, status := ran(t, withEnv(map[string]string{"LANG": "en_US.UTF-8"}), "check", "--no-secrets", "-c", config)
	if status != exitDone {
		t.Errorf("exit status %d\n%s%s", status, out, errs)
	}
	if strings.Contains(out, "bot_token") {
		t.Errorf("a token that is not looked for is not wanting:\n%s", out)
	}
	for line := range strings.Lines(errs) {
		if strings.Contains(line, ".yaml:") && !secretMissing(line) {
			t.Errorf("a warning: %s", line)
		}
	}
}

// secretMissing says whether a warning is of a secret that nobody here has.
func secretMissing(warning string) bool {
	return strings.Contains(warning, "is not set") || strings.Contains(warning, "no such file")
}

// services are the services of a compose file.
func services(t *testing.T, path string) map[string]map[string]any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]map[string]any
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return file.Services
}

// twin stands on loopback in the place of a site, and shows what people say in the form of
// that site.
type twin struct {
	kind string
	town *demosites.Town // the kinds that the town knows

	mu    sync.Mutex
	posts []demosites.Post
}

// townPlaces say which place of the town, under which address, has the form of a kind.
var townPlaces = map[string]struct{ place, path string }{
	"forum":      {"forum", "/forum/viewtopic.php"},
	"page":       {"reviews", "/reviews/romashka-bank"},
	"vidhuk":     {"reviews", "/reviews/romashka-bank"},
	"telegram":   {"channel", "/s/gorod_online"},
	"feed":       {"news", "/news.rss"},
	"googlenews": {"news", "/news.rss"},
}

func (w *twin) say(p demosites.Post) {
	if at, ok := townPlaces[w.kind]; ok {
		p.Place = at.place
		w.town.Publish(p)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.posts = append(w.posts, p)
}

func (w *twin) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if at, ok := townPlaces[w.kind]; ok {
		if r.URL.Path != "/robots.txt" {
			r.URL.Path = at.path
		}
		w.town.ServeHTTP(out, r)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch page := r.URL.Path; {
	case page == "/robots.txt":
		http.NotFound(out, r)
	case w.kind == "appstore":
		w.appstore(out, page)
	case w.kind == "hackernews" && strings.HasSuffix(page, "/search_by_date"):
		hits := []any{}
		for i, p := range w.posts {
			hits = append(hits, map[string]any{"objectID": fmt.Sprint(i + 1), "author": p.Author, "created_at_i": time.Now().Unix(), "comment_text": p.Text})
		}
		_ = json.NewEncoder(out).Encode(map[string]any{"hits": hits, "page": 0, "nbPages": 1})
	case w.kind == "otzyvua" || w.kind == "citysites":
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(out, `<!DOCTYPE html><html lang="uk"><body><div id="comments_container">`)
		for i, p := range w.posts {
			if w.kind == "otzyvua" {
				fmt.Fprintf(out, `<div class="commentbox"><div class="comment_row"><h2><a href="/uk/us/review-%d">Відгук</a></h2><div class="star_ring"><span style="width:%dpx"></span></div><div class="author_name"><ins>%s</ins></div><div class="dtreviewed"><span class="value-title" title="%s"></span></div><div class="comment description"><span class="review-full-text">%s</span></div></div></div>`,
					i+1, 13*p.Stars, html.EscapeString(p.Author), time.Now().Format(time.DateOnly), html.EscapeString(p.Text))
			} else {
				fmt.Fprintf(out, `<div class="comment comment--expert" data-id="%d"><span class="comment__username">%s</span><span class="comment__time">%s</span><div class="comment__text">%s</div></div>`,
					i+1, html.EscapeString(p.Author), time.Now().Format("02.01.2006 15:04"), html.EscapeString(p.Text))
			}
		}
		fmt.Fprint(out, `</div></body></html>`)
	default:
		http.NotFound(out, r)
	}
}

// appstore shows the reviews in the first of the countries, on the first page.
func (w *twin) appstore(out http.ResponseWriter, page string) {
	entries := []any{}
	label := func(s string) map[string]any { return map[string]any{"label": s} }
	for i, p := range w.posts {
		if (strings.HasPrefix(page, "/us/") || strings.HasPrefix(page, "/ua/")) && strings.Contains(page, "page=1/") {
			entries = append(entries, map[string]any{
				"id": label(fmt.Sprint(100 + i)), "author": map[string]any{"name": label(p.Author)}, "updated": label(time.Now().Format(time.RFC3339)),
				"im:rating": label(fmt.Sprint(p.Stars)), "title": label("Review"), "content": label(p.Text),
			})
		}
	}
	_ = json.NewEncoder(out).Encode(map[string]any{"feed": map[string]any{"entry": entries}})
}

// exampleComplaints are what somebody says at each source of an example, in the order of
// the sources; the words before the bar are looked for in Slack.
var exampleComplaints = map[string][]string{
	"bank": {
		"за вкладом у Херсоні|Лист читача: Волошка Банк третій тиждень не повертає мені гроші за вкладом у Херсоні, підтримка мовчить.",
		"картки в Полтаві|Колонка: Волошка Банк двічі списав кошти з моєї картки в Полтаві і відмовляється їх повертати.",
		"через термінал|Волошка Банк списав із мене кредит двічі через термінал, гроші не повертають другий місяць, на звернення не відповідають.",
		"о восьмій ранку|Волошка Банк заблокував мені картку о восьмій ранку без жодного попередження, гаряча лінія не відповідає.",
		"на Подолі|Жахливе обслуговування у відділенні на Подолі: нахамили, заяву не прийняли, прочекала дві години.",
		"закрити рахунок|Четвертий тиждень не можу закрити рахунок, обіцяють передзвонити і не дзвонять. Жах.",
		"не можу заплатити|Після оновлення застосунок не відкривається, не можу заплатити, підтримка мовчить.",
	},
	"shop": {
		"читател от Русе|Писмо на читател от Русе: поръчах в магазин Детелина, трета седмица не ми връща парите, никой не отговаря.",
		"от Варна|Читател от Варна: магазин Детелина отказа да ми върне парите за поръчка, която не дойде.",
		"за рождения ден|Поръчах от Детелина подарък за рождения ден, пратката не дойде, парите не ми връщат, никой не вдига телефона.",
		"счупен чайник|Получих счупен чайник, отказаха рекламацията и не отговарят на имейлите ми. Ужасно отношение!",
		"трета седмица за яке|Чакам трета седмица за яке от онлайн магазин Детелина, куриерът не идва, поддръжката мълчи.",
	},
	"app": {
		"all my lists|The last update deleted all my lists. Support has not answered for nine days. Useless.",
		"twice in March|Tasklark charged me twice in March and still refuses to refund, support keeps sending the same template.",
		"since Tuesday|Tasklark has not synced since Tuesday, I lost two days of my notes and nobody from support answers.",
		"paying teams|A reader writes: third week, and Tasklark still has not returned the money it took from me for paying teams. Support is silent.",
		"annual plans|Tasklark charged me twice and refuses to refund, my annual plans are gone and support keeps sending me the same template.",
	},
	"clinic": {
		"из Талгара|Письмо в редакцию: я из Талгара, Северный Тюльпан вторую неделю не возвращает мне деньги за приём, на звонки не отвечают.",
		"из Каскелена|Письмо из Каскелена: клиника Северный Тюльпан третий месяц не возвращает мне деньги, администратор хамит.",
		"с температурой|Северный Тюльпан: просидели три часа с температурой, врач так и не вышел, администратор нахамила.",
		"не те анализы|В клинике Северный Тюльпан моему сыну выдали не те анализы, врач назначил лишнее лечение, деньги вернуть отказались.",
		"нагрубила медсестра|Ужасно: нагрубила медсестра, прождала два часа, в кабинете грязно. Больше ни ногой.",
	},
	"restaurants": {
		"після шаурми|Отруїлися після шаурми всією родиною, адміністратор нахамив і кинув слухавку.",
		"чекали півтори години|Волосина в борщі, чекали півтори години, гроші повернути відмовилися. Жах!",
		"на ювілей|Замовили в Сита Гуска стіл на ювілей, завдаток узяли, а стіл віддали іншим. Гроші не повертають, на дзвінки не відповідають.",
		"гостей в Одесі|Лист читачки: я замовила банкет, гостей в Одесі чекали дві години, Сита Гуска нахамила мені й третій тиждень не повертає гроші.",
		"дочекався піци|Лист читача: Сита Гуска взяла гроші за замовлення, я не дочекався піци, служба доставки не відповідає.",
	},
}

// exampleChannels are where some of these complaints go, because the guide says so of the example.
var exampleChannels = map[string]map[string]string{
	"bank":        {"через термінал": "#money", "не можу заплатити": "#app-support"},
	"shop":        {"за рождения ден": "#dostavki"},
	"app":         {"twice in March": "#billing"},
	"clinic":      {"не те анализы": "#glavvrach"},
	"restaurants": {"після шаурми": "#kukhnia", "чекали півтори години": "#kukhnia"},
}

// TestExamples: the real program, with each ready watchlist, its sites redirected to twins
// on loopback. One complaint at every source is told once, where the guide says.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	for _, config := range exampleFolders(t) {
		name := filepath.Base(filepath.Dir(config))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, twins, channels := exampleRig(t, config)
			complaints := exampleComplaints[name]
			if len(complaints) != len(twins) {
				t.Fatalf("%d sources, %d complaints", len(twins), len(complaints))
			}
			p := r.start("")
			r.until(p, time.Minute, "the baseline of every source", func() bool {
				if !strings.Contains(p.log.String(), "msg=web ") {
					return false
				}
				return len(health(t, p).Sources) == len(twins) && !slices.ContainsFunc(health(t, p).Sources, func(s daemon.SourceHealth) bool { return s.State == "new" })
			})
			told := func() (n int, all string) {
				for _, c := range channels {
					for _, m := range r.slack.Messages(c) {
						n++
						all += c + ": " + m.Text + "\n"
					}
				}
				return n, all
			}
			for i, complaint := range complaints {
				_, text, _ := strings.Cut(complaint, "|")
				twins[i].say(demosites.Post{Author: "Guest " + fmt.Sprint(i), Stars: 1, Title: "", Text: text})
			}
			defer func() {
				if n, all := told(); t.Failed() {
					t.Logf("%d messages\n%s", n, all)
				}
			}()
			r.until(p, time.Minute, "every complaint", func() bool {
				_, all := told()
				for _, complaint := range complaints {
					mark, _, _ := strings.Cut(complaint, "|")
					if !strings.Contains(all, mark) {
						return false
					}
				}
				return true
			})
			if n, _ := told(); n != len(complaints) {
				t.Errorf("%d messages, want %d", n, len(complaints))
			}
			for mark, channel := range exampleChannels[name] {
				if !slices.ContainsFunc(r.slack.Messages(channel), func(m fakeslack.Message) bool { return strings.Contains(m.Text, mark) }) {
					t.Errorf("%q does not stand in %s", mark, channel)
				}
			}
			if v := r.slack.Violations(); len(v) > 0 {
				t.Errorf("Slack would refuse: %q", v)
			}
			p.stop()
		})
	}
}

// exampleRig makes the world of a ready watchlist: a twin for each source, and a Slack with
// the channels that it names.
func exampleRig(t *testing.T, config string) (r *rig, twins []*twin, channels []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(config, "watchlist.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var list map[string]any
	if err := yaml.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for _, s := range list["sources"].([]any) {
		source := s.(map[string]any)
		for kind := range source {
			if slices.Contains([]string{"name", "watch", "zone", "every", "kind", "lang"}, kind) {
				continue
			}
			w := &twin{kind: kind, town: demosites.New(time.Now, nil)}
			site := httptest.NewServer(w)
			t.Cleanup(site.Close)
			if address, ok := source[kind].(string); ok && strings.HasPrefix(address, "https://") {
				_, path, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
				source[kind] = site.URL + "/" + strings.Replace(path, "viewforum.php", "viewtopic.php", 1)
			} else {
				source["base"] = site.URL
			}
			source["every"] = "1s"
			twins = append(twins, w)
			break
		}
	}
	add := func(name any) {
		if s, ok := name.(string); ok && !slices.Contains(channels, s) {
			channels = append(channels, s)
		}
	}
	for _, route := range list["routes"].([]any) {
		add(route.(map[string]any)["to"])
	}
	add(list["deadlines"].(map[string]any)["escalate_to"])
	r = &rig{t: t, dir: t.TempDir()}
	var known []fakeslack.Channel
	for i, c := range channels {
		known = append(known, fakeslack.Channel{ID: fmt.Sprintf("C%04d", i), Name: strings.TrimPrefix(c, "#")})
	}
	if r.slack, err = fakeslack.Start(fakeslack.Options{Channels: known}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.slack.Close)
	delete(list, "quiet_hours") // the test may run at night, or
	delete(list, "digest")      // when one is due
	list["fetch"] = map[string]any{"gap": "0s", "allow_private": []string{"127.0.0.0/8"}}
	list["slack"] = map[string]any{"bot_token": "xoxb-fake-bot-token", "app_token": "xapp-fake-app-token", "api_url": r.slack.URL()}
	list["store"] = map[string]any{"database": "sqlite:" + filepath.Join(r.dir, "e.db")}
	list["web"] = map[string]any{"listen": "127.0.0.1:0"}
	whole, err := yaml.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	r.write(string(whole))
	if out, err := exec.Command(binary(t), "check", "-c", r.path()).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return r, twins, channels
}
