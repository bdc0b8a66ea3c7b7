package slack

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// pictures are the drawings of docs/slack.md: a name, and the case of testdata whose
// blocks it shows. They are made of the very blocks that go to Slack.
var pictures = []string{"open", "claimed", "overdue", "answered", "dismissed", "changed-answered", "escalated", "digest"}

// TestPictures keeps docs/pictures/slack-*.svg fresh; -update writes them.
func TestPictures(t *testing.T) {
	for _, name := range pictures {
		m := readMessage(t, filepath.Join("testdata", name, "message.json"))
		checkPicture(t, "slack-"+name, draw(m, pingOf(m)).blocks)
	}
	texts := catalog(t)
	for _, code := range append([]string{"en"}, others...) {
		for _, name := range []string{"open", "claimed"} {
			m, _ := guideMessage(t, name, texts.In(code))
			checkPicture(t, code+"/slack-"+name, draw(m, pingOf(m)).blocks)
		}
		m, reply := guideMessage(t, "open", texts.In(code))
		checkPicture(t, code+"/slack-reply-text", repliesView(m.Lang, m.Mention, []string{reply}, false).Blocks.BlockSet)
	}
	m := readMessage(t, "testdata/open/message.json")
	view := repliesView(m.Lang, m.Mention, []string{"Олена, перепрошуємо за очікування. Кошти повернемо сьогодні до 18:00, номер звернення 4711.\nІра, Ромашка Банк"}, false)
	checkPicture(t, "slack-reply-text", view.Blocks.BlockSet)
	checkPicture(t, "slack-webhook", hookDraw(m).blocks)
	if m.Mention.Post.Source == "" || m.Alert.Kind != mention.Complaint {
		t.Error("testdata/open is no complaint any more")
	}
}

// guideMessage is the message of a case as the guide in a language shows it: what people
// wrote is of testdata/guide, in that language too. It returns a reply to it beside.
func guideMessage(t *testing.T, name string, l i18n.Lang) (m alerts.Message, reply string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "guide", l.Code()+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Author, Source, Owner, Text, Reply string
		Why                                [][2]string // the rule, and the words
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		t.Fatal(err)
	}
	m = inLanguage(t, filepath.Join("testdata", name), l)
	if l.Code() == "en" {
		m.Mention.Watch = "Romashka Bank"
	}
	m.Mention.Post.Author, m.Mention.Post.Source, m.Mention.Post.Text = said.Author, said.Source, said.Text
	if m.Case.Owner.Name != "" {
		m.Case.Owner.Name = said.Owner
	}
	m.Mention.Score.Lang = l.Code()
	m.Mention.Score.Why = nil
	for _, why := range said.Why {
		at := strings.Index(m.Mention.Post.Body(), why[1])
		if at < 0 {
			t.Fatalf("%q is not in %q", why[1], said.Text)
		}
		m.Mention.Score.Why = append(m.Mention.Score.Why, mention.Hit{Start: at, End: at + len(why[1]), Text: why[1], Rule: why[0], Weight: -2})
	}
	for i := range m.Mention.Score.Frames {
		if f := &m.Mention.Score.Frames[i]; f.Text != "" {
			f.Start, f.End, f.Text = m.Mention.Score.Why[0].Start, m.Mention.Score.Why[0].End, said.Why[0][1]
		}
	}
	return m, said.Reply
}

func checkPicture(t *testing.T, name string, blocks any) {
	t.Helper()
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var list []pictured
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	p := &picture{y: 62}
	for _, b := range list {
		p.block(b)
	}
	got := p.svg()
	path := filepath.Join("../../docs/pictures", name+".svg")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not fresh (%v): go test ./alerts/slack -run TestPictures -update", path, err)
	}
}

// pictured is any block or element, as its JSON says.
type pictured struct {
	Type      string          `json:"type"`
	Text      json.RawMessage `json:"text"`
	Title     string          `json:"title"`
	Elements  []pictured      `json:"elements"`
	URL       string          `json:"url"`
	UserID    string          `json:"user_id"`
	Group     string          `json:"usergroup_id"`
	Fallback  string          `json:"fallback"`
	Label     *pictured       `json:"label"`
	Element   *pictured       `json:"element"`
	Initial   string          `json:"initial_value"`
	LineStyle json.RawMessage `json:"style"`
	Chart     struct {
		Series []struct {
			Name string `json:"name"`
			Data []struct {
				Label string  `json:"label"`
				Value float64 `json:"value"`
			} `json:"data"`
		} `json:"series"`
	} `json:"chart"`
}

// words is the text, which is a string in some places and an object in others.
func (p pictured) words() string {
	var s string
	if json.Unmarshal(p.Text, &s) == nil {
		return s
	}
	var o struct{ Text string }
	_ = json.Unmarshal(p.Text, &o)
	return o.Text
}

// The measures of a picture, in pixels.
const (
	wide, left  = 720, 66
	lineHeight  = 21
	fontSize    = 14.5
	buttonHigh  = 30
	chartHigh   = 150
	pictureFont = "Lato, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"
)

// picture grows downwards.
type picture struct {
	out strings.Builder
	y   int
}

// run is a piece of one style.
type run struct {
	text, class string
}

func (p *picture) block(b pictured) {
	switch b.Type {
	case "rich_text":
		for _, e := range b.Elements {
			p.rich(e)
		}
	case "header":
		p.flow([]run{{b.words(), "big"}}, left, 0)
	case "section":
		p.flow([]run{{b.words(), ""}}, left, 0)
	case "context":
		var parts []string
		for _, e := range b.Elements {
			parts = append(parts, e.words())
		}
		p.flow([]run{{strings.Join(parts, "   "), "dim"}}, left, 0)
	case "actions":
		p.buttons(b.Elements)
	case "input":
		p.flow([]run{{b.Label.words(), "bold"}}, left, 0)
		top := p.y - 12
		p.flow([]run{{b.Element.Initial, ""}}, left+12, 4)
		p.box(left, top, wide-left-24, p.y-top-8, "#868686")
		p.y += 8
	case "data_visualization":
		p.chart(b)
	}
	p.y += 4
}

// rich draws a part of a rich text block.
func (p *picture) rich(e pictured) {
	switch e.Type {
	case "rich_text_quote":
		top := p.y - 15
		p.flow(runs(e.Elements), left+16, 0)
		fmt.Fprintf(&p.out, "<rect x=\"%d\" y=\"%d\" width=\"4\" height=\"%d\" rx=\"2\" fill=\"#dddddd\"/>\n", left, top, p.y-top-6)
	case "rich_text_preformatted":
		top := p.y - 12
		for _, line := range strings.Split(e.Elements[0].words(), "\n") {
			fmt.Fprintf(&p.out, "<text x=\"%d\" y=\"%d\" class=\"mono\" xml:space=\"preserve\">%s</text>\n", left+10, p.y+6, html.EscapeString(line))
			p.y += lineHeight - 3
		}
		p.box(left, top, wide-left-24, p.y-top, "#dddddd")
		p.y += 16
	case "rich_text_list":
		for _, item := range e.Elements {
			p.flow(append([]run{{"•  ", ""}}, runs(item.Elements)...), left+12, 0)
		}
	default:
		p.flow(runs(e.Elements), left, 0)
	}
}

func runs(elements []pictured) (out []run) {
	for _, e := range elements {
		var style struct{ Bold, Italic bool }
		_ = json.Unmarshal(e.LineStyle, &style)
		switch {
		case e.Type == "user" || e.Type == "usergroup":
			out = append(out, run{"@" + e.UserID + e.Group, "link"})
		case e.Type == "date":
			out = append(out, run{e.Fallback, ""})
		case e.Type == "link":
			out = append(out, run{e.words(), "link"})
		case style.Bold:
			out = append(out, run{e.words(), "bold"})
		case style.Italic:
			out = append(out, run{e.words(), "dim"})
		default:
			out = append(out, run{e.words(), ""})
		}
	}
	return out
}

// flow writes runs on lines that fit, from x on.
func (p *picture) flow(all []run, x, extra int) {
	var line strings.Builder
	at := 0.0
	end := func() {
		if line.Len() > 0 {
			fmt.Fprintf(&p.out, "<text x=\"%d\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", x, p.y+extra, line.String())
		}
		line.Reset()
		at = 0
		p.y += lineHeight
	}
	for _, r := range all {
		for i, part := range strings.Split(r.text, "\n") {
			if i > 0 {
				end()
			}
			for _, word := range splitAfterSpace(part) {
				w := width(word, r.class)
				if at > 0 && at+w > float64(wide-24-x) {
					end()
				}
				if strings.HasPrefix(word, "🔴") { // drawn, because not every viewer has the sign
					line.WriteString(`<tspan style="fill:#e01e5a">●</tspan>`)
					word = strings.TrimPrefix(word, "🔴")
				}
				fmt.Fprintf(&line, "<tspan class=\"%s\">%s</tspan>", r.class, html.EscapeString(word))
				at += w
			}
		}
	}
	end()
}

// splitAfterSpace cuts words, each with the spaces after it.
func splitAfterSpace(s string) (words []string) {
	start, space := 0, false
	for i, r := range s {
		if space && !unicode.IsSpace(r) {
			words = append(words, s[start:i])
			start = i
		}
		space = unicode.IsSpace(r)
	}
	return append(words, s[start:])
}

// width guesses how wide a text is: nothing overlaps when the guess is wrong, only
// lines end a little elsewhere.
func width(s, class string) float64 {
	sum := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune(" .,:;!|il·'’ії", r):
			sum += 0.34
		case unicode.IsUpper(r) || strings.ContainsRune("mwшщжюмф—★☆●◐○✓", r):
			sum += 0.8
		default:
			sum += 0.62
		}
	}
	size := map[string]float64{"big": 18, "dim": 13}[class]
	if size == 0 {
		size = fontSize
	}
	if class == "bold" || class == "big" {
		sum *= 1.06
	}
	return sum * size
}

func (p *picture) buttons(elements []pictured) {
	x := left
	for _, e := range elements {
		label, border, fill, ink := e.words(), "#b8b8b8", "#ffffff", "#1d1c1d"
		var style string
		_ = json.Unmarshal(e.LineStyle, &style)
		if style == "primary" {
			border, fill, ink = "#007a5a", "#007a5a", "#ffffff"
		}
		if e.Type == "overflow" {
			label = "⋯"
		}
		w := int(width(label, "bold")) + 24
		if x > left && x+w > wide-24 { // Slack breaks the row, too
			x, p.y = left, p.y+buttonHigh+8
		}
		fmt.Fprintf(&p.out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" stroke=\"%s\"/>\n", x, p.y-14, w, buttonHigh, fill, border)
		fmt.Fprintf(&p.out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" class=\"bold\" style=\"fill:%s\">%s</text>\n", x+w/2, p.y+6, ink, html.EscapeString(label))
		x += w + 8
	}
	p.y += buttonHigh + 6
}

func (p *picture) box(x, y, w, h int, stroke string) {
	fmt.Fprintf(&p.out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"none\" stroke=\"%s\"/>\n", x, y, w, h, stroke)
}

// chart draws bars side by side, one colour a series.
func (p *picture) chart(b pictured) {
	colours := []string{"#1264a3", "#2eb67d", "#ecb22e", "#e01e5a"}
	p.flow([]run{{b.Title, "bold"}}, left, 4)
	most := 1.0
	for _, s := range b.Chart.Series {
		for _, d := range s.Data {
			most = max(most, d.Value)
		}
	}
	bottom := p.y + chartHigh
	places := len(b.Chart.Series[0].Data)
	room := float64(wide-left-24) / float64(places)
	one := min(room*0.7/float64(len(b.Chart.Series)), 34)
	for i, s := range b.Chart.Series {
		for j, d := range s.Data {
			x := float64(left) + room*float64(j) + (room-one*float64(len(b.Chart.Series)))/2 + one*float64(i)
			h := d.Value / most * (chartHigh - 24)
			fmt.Fprintf(&p.out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", x, float64(bottom)-h, one-2, h, colours[i%len(colours)])
			fmt.Fprintf(&p.out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" class=\"small\">%g</text>\n", x+one/2-1, float64(bottom)-h-4, d.Value)
			if i == 0 {
				fmt.Fprintf(&p.out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" class=\"small\">%s</text>\n", float64(left)+room*(float64(j)+0.5), bottom+16, html.EscapeString(d.Label))
			}
		}
		fmt.Fprintf(&p.out, "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/><text x=\"%d\" y=\"%d\" class=\"small\">%s</text>\n",
			left+i*110, bottom+28, colours[i%len(colours)], left+i*110+16, bottom+37, html.EscapeString(s.Name))
	}
	p.y = bottom + 62
}

func (p *picture) svg() string {
	high := p.y + 8
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="%s">
<style>text{font-size:%gpx;fill:#1d1c1d} .bold{font-weight:700} .big{font-weight:700;font-size:18px} .dim{fill:#616061;font-size:13px} .link{fill:#1264a3} .mono{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:12px} .small{font-size:11px;fill:#616061}</style>
<rect width="%d" height="%d" fill="#ffffff" stroke="#dddddd"/>
<rect x="18" y="16" width="36" height="36" rx="8" fill="#1d3557"/><text x="36" y="40" text-anchor="middle" style="fill:#ffffff;font-size:18px">((</text>
<text x="%d" y="31" xml:space="preserve"><tspan class="bold">earshot</tspan><tspan class="small">   APP</tspan></text>
`, wide, high, wide, high, pictureFont, fontSize, wide, high, left)
	return head + p.out.String() + "</svg>\n"
}

// TestSplitAfterSpace loses nothing.
func TestSplitAfterSpace(t *testing.T) {
	for _, s := range []string{"", "a", "a b", "  a  b ", "Ціна 5 ₴"} {
		if got := strings.Join(splitAfterSpace(s), ""); got != s || !utf8.ValidString(got) {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}
