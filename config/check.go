package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/cases"
)

// maxName bounds names and terms: longer ones are a pasted text, and would not
// fit a line of a message.
const maxName = 200

// check finds what types alone cannot say. Values that failed to decode are zero
// here and were reported already; what is reported twice for one place would
// only confuse, so every check looks at what was really written.
func (d *decoder) check(c *Config) {
	for _, doc := range d.doc.documents {
		if doc.root != nil && doc.root.Type() != ast.MappingType && doc.root.Type() != ast.MappingValueType && doc.root.Type() != ast.NullType {
			return // it is no watchlist at all, and said so
		}
	}
	d.checkContact(c)
	d.checkWatches(c)
	d.checkSourceNames(c)
	d.checkOwners(c)
	d.checkSentiment(c)
	d.checkSeverity(c)
	d.checkDoors(c)
	d.checkRoutes(c)
	d.checkReplies(c)
	d.checkViews(c)
	d.checkDeadlines(c)
	c.QuietHours.Set = d.has("quiet_hours.hours")
	d.checkDigest(c)
	d.checkWebhooks(c)
	d.checkSlack(c)
	d.checkLimits(c)
	d.checkWeb(c)
	d.checkRest(c, time.Now())
}

func (d *decoder) checkContact(c *Config) {
	m := d.place("contact")
	const hint = "write contact: pr@your-company.example; sites you poll can write to it"
	switch {
	case !d.has("contact"):
		if !d.excused("contact") {
			d.wrong(position{Pos: m.Pos, width: 1}, hint, "the contact is missing")
		}
	case c.Contact == "": // wrong type, or empty
		if !d.reported(m) {
			d.wrong(m, hint, "the contact is empty")
		}
	case strings.ContainsAny(c.Contact, "\n\t"):
		d.wrong(m, hint, "the contact must be one line")
	default:
		meant, ok := contactIn(c.Contact)
		if !ok {
			d.wrong(m, hint, "the contact is neither an e-mail address nor a web address")
		} else if meant != "" {
			d.warn(m, didYouMean(meant), "the contact is not written as people can use it")
		}
	}
}

var (
	// mailIn is an e-mail address in what stands around it.
	mailIn = regexp.MustCompile(`[^\s<>|:,;()"'“”«»]+@[^\s<>|:,;()"'“”«»]+[\pL\d]`)
	// linked is a link as Slack, Word and Markdown copy it.
	linked = regexp.MustCompile(`(?i)mailto:|<https?:|\]\(|^HYPERLINK`)
)

// contactIn reports whether somebody can write to a contact. meant is what to write where it is
// copied with the signs of a link.
func contactIn(contact string) (meant string, ok bool) {
	address := mailIn.FindString(contact)
	if address == "" {
		address = insideAddress.FindString(contact)
	}
	if linked.MatchString(contact) || withoutUnseen(contact) != contact {
		meant = withoutUnseen(address)
	}
	return meant, address != ""
}

// excused reports whether an unknown key was already taken for this one.
func (d *decoder) excused(key string) bool {
	return slices.ContainsFunc(d.problems, func(e Error) bool {
		return e.Hint == didYouMean(key) || strings.HasSuffix(e.Hint, fmt.Sprintf("type %q anew", key)) || e.Msg == fmt.Sprintf("unknown key %q here", key) || e.Hint == "it belongs under "+key
	})
}

// reported reports whether there is a mistake at this place already.
func (d *decoder) reported(m position) bool { return d.wrongAt[m.Pos] }

func (d *decoder) checkWatches(c *Config) {
	if len(c.Watches) == 0 && !d.broken["watch"] && !d.excused("watch") {
		d.wrong(d.place("watch"), "write watch: with a name and terms", "there is nothing to listen for")
	}
	seen, told := map[string]Pos{}, map[string]int{}
	for i := range c.Watches {
		w, path := &c.Watches[i], fmt.Sprintf("watch[%d]", i)
		d.checkName(w.Name, path+".name", "watch", seen)
		named := d.has(path+".terms") || len(w.Any)+len(w.All) > 0 || d.broken[path+".any"] || d.broken[path+".all"]
		if !named && d.has(path) && !d.reported(d.place(path)) && !d.excused("terms") {
			d.wrong(d.place(path), "write terms: with the names to look for", "this watch has no terms")
		}
		terms := d.checkTerms(w.Terms, path+".terms")
		d.checkShared(c, i, terms, told)
		d.checkTerms(w.Context, path+".context")
		for key := range d.checkTerms(w.Ignore, path+".ignore") {
			if pos, ok := terms[key]; ok {
				d.warn(position{Pos: pos}, "delete one of the two", "this term is also under ignore, so it never counts")
			}
		}
		for key := range d.checkTerms(w.Rivals, path+".rivals") {
			if pos, ok := terms[key]; ok {
				d.wrong(d.wordAt(pos), "delete one of the two", "this term is also under rivals: it cannot be both yours and theirs")
			}
		}
		for _, group := range [][]Expr{w.Any, w.All, w.None} {
			d.checkExprs(group)
		}
		for j, author := range w.Official {
			at := fmt.Sprintf("%s.official[%d]", path, j)
			switch {
			case d.broken[at]:
			case strings.TrimSpace(author.Name) == "":
				d.wrong(d.place(at), "", "an empty name under official")
			case author.Profile == "" && isWebAddress(author.Name):
				d.warn(d.place(at), fmt.Sprintf("write {name: …, profile: %q}", author.Name), "official: an address is nobody's name, so nothing there is yours")
			}
			if author.Profile != "" && !strings.HasPrefix(author.Profile, "@") {
				if msg, hint := checkURL(author.Profile); msg != "" {
					d.wrong(d.place(at+".profile"), hint, "profile %s", msg)
				}
			}
		}
	}
}

// checkShared warns of a term that an earlier watch has, too, where nothing tells the two apart:
// each of its posts is then told twice. told is which watch has a term.
func (d *decoder) checkShared(c *Config, i int, terms map[string]Pos, told map[string]int) {
	if w := &c.Watches[i]; len(w.Context)+len(w.Any)+len(w.All)+len(w.None)+len(w.Ignore) > 0 || w.Off(time.Now()) {
		return
	}
	for key, at := range terms {
		if first, ok := told[key]; ok {
			d.warn(d.wordAt(at), "delete one of the two, or write context: that tells them apart", "this is a term of %q too: each post with it is told twice", c.Watches[first].Name)
			continue
		}
		told[key] = i
	}
}

// checkName checks a label that must be there and be unique.
func (d *decoder) checkName(name, path, what string, seen map[string]Pos) {
	m := d.place(path)
	switch {
	case !d.has(path) || d.reported(m):
		return
	case strings.TrimSpace(name) == "":
		d.wrong(m, "", "the name is empty")
		return
	case strings.ContainsAny(name, "\n\t"):
		d.wrong(m, "", "a name must be one line")
	case utf8.RuneCountInString(name) > maxName:
		d.wrong(m, "", "a name longer than %d characters", maxName)
	}
	key := cases.Fold().String(strings.TrimSpace(withoutUnseen(name)))
	if first, ok := seen[key]; ok {
		d.wrong(m, "give each its own name", "the %s %q is here twice: first in %s", what, name, m.toward(first))
		return
	}
	seen[key] = m.Pos
}

// checkTerms checks terms one by one and returns them folded, with their places.
func (d *decoder) checkTerms(list []Text, path string) map[string]Pos {
	d.checkFilled(path, len(list))
	seen := map[string]Pos{}
	for _, t := range list {
		m := d.wordAt(t.Pos)
		if !d.checkTerm(t, m) {
			continue
		}
		key := strings.Join(strings.Fields(cases.Fold().String(t.Value)), " ")
		if first, ok := seen[key]; ok {
			d.warn(m, "remove one", "%q is here twice: first in %s", t.Value, m.toward(first))
			continue
		}
		seen[key] = t.Pos
	}
	return seen
}

// checkFilled reports a list that is written and names nothing: a condition of a route would
// hold for everything then, since one that is left out does.
func (d *decoder) checkFilled(path string, n int) {
	if d.has(path) && n == 0 && !d.broken[path] {
		d.emptyList(path, "write at least one, or delete the key")
	}
}

// checkNobody reports a list of those who may that has nothing under its key, such as one
// whose entries are comments: it would let everybody, and [] lets nobody.
func (d *decoder) checkNobody(path string, list []string) {
	if d.has(path) && list == nil && !d.broken[path] {
		d.emptyList(path, "write [] for nobody, or delete the key for everybody")
	}
}

func (d *decoder) emptyList(path, hint string) {
	cut := strings.LastIndex(path, ".")
	d.broken[path[:cut]] = true
	d.wrong(d.place(path), hint, "%s is empty", path[cut+1:])
}

func (d *decoder) checkTerm(t Text, m position) bool {
	name := strings.TrimPrefix(strings.TrimSpace(t.Value), "=")
	said := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	switch {
	case strings.TrimSpace(t.Value) == "":
		d.wrong(m, "delete it", "an empty term")
	case strings.TrimSpace(name) == "":
		d.wrong(m, `write the name after it: "=Acme"`, "a term that is only =")
	case strings.ContainsAny(t.Value, "\n"):
		d.wrong(m, "make it two entries", "a term must be one line")
	case utf8.RuneCountInString(t.Value) > maxName:
		d.wrong(m, "", "a term longer than %d characters", maxName)
	case !strings.ContainsFunc(name, said):
		d.wrong(m, "write the name as people write it", "the term %q has no letter or digit", t.Value)
	default:
		return true
	}
	return false
}

func (d *decoder) checkExprs(list []Expr) {
	for _, e := range list {
		if e.Term.Pos != (Pos{}) {
			d.checkTerm(e.Term, d.wordAt(e.Term.Pos))
		}
		d.checkExprs(e.Any)
		d.checkExprs(e.All)
		d.checkExprs(e.None)
	}
}

func (d *decoder) checkSourceNames(c *Config) {
	if len(c.Sources) == 0 && !d.broken["sources"] && !d.excused("sources") {
		d.wrong(d.place("sources"), "write sources: with at least one place to poll", "there is nowhere to listen")
	}
	seen := map[string]Pos{}
	for _, src := range c.Sources {
		m := d.wordAt(src.Pos)
		if strings.TrimSpace(src.Name) == "" || strings.ContainsAny(src.Name, "\n\t") {
			d.wrong(m, "", "a source needs a name of one line")
			continue
		}
		if first, ok := seen[src.Name]; ok {
			d.wrong(m, "delete one, or give it a name of its own", "the source %q is here twice: first in %s", src.Name, m.toward(first))
			continue
		}
		seen[src.Name] = src.Pos
	}
}

// checkOwners checks the watches that sources belong to.
func (d *decoder) checkOwners(c *Config) {
	names := c.names()["watch"]
	for _, src := range c.Sources {
		for i, w := range src.Watches {
			m := d.wordAt(w.Pos)
			if slices.ContainsFunc(src.Watches[:i], func(o Text) bool { return o.Value == w.Value }) {
				d.warn(m, "delete one of the two", "%q is here twice", w.Value)
				continue
			}
			d.checkKnown(w.Value, m, "watch", names)
		}
	}
}

func (d *decoder) checkSentiment(c *Config) {
	for kind, v := range c.Sentiment.AlertAbove {
		at := d.place("sentiment.alert_above." + kind)
		switch {
		case v < 0 || v > 1:
			hint := "write a number from 0 to 1"
			if v < 0 {
				hint += "; numbers below 0 are scores and belong under alert_below"
			}
			d.wrong(at, hint, "alert_above.%s: a likelihood is never %v", kind, v)
		case d.has("sentiment.alert_below." + kind):
			d.warn(at, "delete one of the two", "alert_below.%s decides over this kind by the score, so this number is not used", kind)
		}
	}
	for kind, v := range c.Sentiment.AlertBelow {
		if v < -1 || v > 1 {
			d.wrong(d.place("sentiment.alert_below."+kind), "write a number from -1 to 1", "alert_below.%s: a score is never %v", kind, v)
		}
	}
	c.Sentiment.WordsFile = d.readable("words", c.Sentiment.Words)
	c.Sentiment.WeightsFile = d.readable("weights", c.Sentiment.Weights)
}

// readable returns the path of a file that a key of sentiment names, or says that it
// cannot be read; "" when none is named.
func (d *decoder) readable(key, file string) string {
	if file == "" {
		return ""
	}
	m := d.place("sentiment." + key)
	path := d.doc.of(m.Pos).abs(file)
	if _, err := d.doc.read(path, maxWords); err != nil {
		d.wrong(m, "a path is relative to the watchlist", "%s: %s cannot be read: %s", key, file, reason(err))
		return ""
	}
	return path
}

// maxWords bounds the user's own words and weights: 16 MiB are some 300,000 entries.
const maxWords = 16 << 20

func (d *decoder) checkTopics(list []string, path string) {
	for i, t := range list {
		if !slices.Contains(Topics(), t) {
			hint := d.meant(t, Topics(), "known topics: "+strings.Join(Topics(), ", "))
			d.wrong(d.place(fmt.Sprintf("%s[%d]", path, i)), hint, "unknown topic %q", t)
		}
	}
}

func (d *decoder) checkReplies(c *Config) {
	for i, r := range c.Replies {
		path := fmt.Sprintf("replies[%d]", i)
		d.checkTopics(r.Topic, path+".topic")
		d.checkFilled(path+".topic", len(r.Topic))
		m := d.place(path + ".text")
		if d.has(path+".text") && strings.TrimSpace(r.Text) == "" && !d.reported(m) {
			d.wrong(m, "", "the text is empty")
		}
		for _, found := range placeholder.FindAllStringSubmatch(r.Text, -1) {
			name := strings.TrimSpace(found[1])
			if slices.Contains(Placeholders(), name) {
				continue
			}
			hint := "write one of {{" + strings.Join(Placeholders(), "}}, {{") + "}}"
			if meant := d.near(name, Placeholders()); meant != "" {
				hint = meantFor("{{"+name+"}}", "{{"+meant+"}}")
			}
			d.wrong(d.inText(m, found[0]), hint, "unknown placeholder %s", found[0])
		}
		left := placeholder.ReplaceAllString(r.Text, "")
		halves := strings.Contains(left, "{{") || strings.Contains(left, "}}")
		for _, name := range Placeholders() {
			if one := "{" + name + "}"; !halves && strings.Contains(left, one) {
				d.wrong(d.inText(m, one), didYouMean("{"+one+"}"), "unknown placeholder %s", one)
			}
		}
		if halves {
			d.wrong(m, "write it like {{author}}", "a placeholder is not closed, or not opened")
		}
	}
}

// inText finds a part of a text that may run over several lines.
func (d *decoder) inText(m position, part string) position {
	for n := m.Line; n < m.Line+50 && n <= len(d.doc.of(m.Pos).lines); n++ {
		from := position{Pos: Pos{File: m.File, Line: n, Column: 1}}
		if n == m.Line {
			from = m
		}
		if got := d.within(from, part); got != from {
			return got
		}
	}
	return m
}

func (d *decoder) checkDeadlines(c *Config) {
	d.checkClocks(c.Deadlines.Deadline, "deadlines")
	for severity := range c.Deadlines.Severity {
		d.checkClocks(c.Deadlines.For(severity), "deadlines.severity."+severity)
	}
	if len(c.Deadlines.Holidays) > 0 && !c.Deadlines.Hours.Zoned() && !d.broken["deadlines.hours"] {
		d.wrong(d.place("deadlines.holidays"), `write hours: "always Europe/Kyiv"`, "holidays need hours, which say in which time zone the day is")
	}
	if c.Deadlines.Claim == 0 && c.Deadlines.Reply == 0 && len(c.Deadlines.Severity) == 0 && !d.broken["deadlines.claim"] && !d.broken["deadlines.reply"] {
		for _, key := range []string{"notify", "escalate_to", "hours"} {
			if d.has("deadlines." + key) {
				d.warn(d.place("deadlines."+key), "write claim: 5m or reply: 30m", "%s does nothing without a deadline", key)
			}
		}
	}
}

func (d *decoder) checkClocks(dl Deadline, path string) {
	for key, v := range map[string]time.Duration{"claim": dl.Claim, "reply": dl.Reply} {
		if m := d.place(path + "." + key); d.has(path+"."+key) && v <= 0 && !d.reported(m) {
			d.wrong(m, "delete the key to have no such deadline", "%s: no time at all", key)
		}
	}
	if dl.Claim > 0 && dl.Reply > 0 && dl.Reply < dl.Claim {
		m := d.place(path + ".reply")
		if !d.has(path + ".reply") {
			m = d.place(path + ".claim")
		}
		d.wrong(m, "", "reply (%s) ends before claim (%s)", brief(dl.Reply), brief(dl.Claim))
	}
}

// wordAt is the word at a place, where no tree is at hand.
func (d *decoder) wordAt(p Pos) position { return position{Pos: p, width: d.doc.of(p).widthAt(p)} }

// widthAt guesses how wide the word at a place is.
func (d *document) widthAt(p Pos) int {
	line := d.runes(p.Line)
	if p.Column < 1 || p.Column > len(line) {
		return 1
	}
	rest := line[p.Column-1:]
	if rest[0] == '"' || rest[0] == '\'' {
		return quotedWidth(rest)
	}
	for i, r := range rest {
		if r == ',' || r == ']' || r == '}' || r == '#' && i > 0 && rest[i-1] == ' ' || r == ':' && (i+1 == len(rest) || rest[i+1] == ' ') {
			return max(1, utf8.RuneCountInString(strings.TrimRight(string(rest[:i]), " ")))
		}
	}
	return max(1, utf8.RuneCountInString(strings.TrimRight(string(rest), " ")))
}
