package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"unicode/utf8"
)

// maxBlocks is where Slack was seen to answer msg_blocks_too_long, in characters
// of all blocks together.
const maxBlocks = 13000

// maxView is how long a window may be, in bytes.
const maxView = 250000

// maxCharts is how many charts a message may have.
const maxCharts = 2

// checker walks blocks and collects what Slack would refuse.
type checker struct {
	errs    []string
	blockID map[string]bool
	charts  int
}

func (c *checker) errorf(format string, args ...any) {
	c.errs = append(c.errs, fmt.Sprintf(format, args...))
}

// CheckBlocks returns what Slack would say against the blocks of a message; nil
// when it would take them.
func CheckBlocks(raw []byte) []string {
	return check(raw, 50)
}

// CheckView is CheckBlocks for a modal.
func CheckView(raw []byte) []string {
	var view struct {
		Type     string          `json:"type"`
		Title    textObject      `json:"title"`
		Submit   *textObject     `json:"submit"`
		Callback string          `json:"callback_id"`
		Private  string          `json:"private_metadata"`
		Blocks   json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(raw, &view); err != nil {
		return []string{"view: " + err.Error()}
	}
	errs := check(view.Blocks, 100)
	if view.Type != "modal" {
		errs = append(errs, "view type "+view.Type)
	}
	if n := utf8.RuneCountInString(view.Title.Text); n == 0 || n > 24 {
		errs = append(errs, fmt.Sprintf("title has %d characters, at most 24", n))
	}
	if len(raw) > maxView {
		errs = append(errs, fmt.Sprintf("view has %d bytes, at most %d", len(raw), maxView))
	}
	if view.Submit != nil && (view.Callback == "" || utf8.RuneCountInString(view.Submit.Text) > 24) {
		errs = append(errs, "submit: no callback_id, or more than 24 characters")
	}
	if len(view.Private) > 3000 {
		errs = append(errs, "private_metadata longer than 3000")
	}
	return errs
}

// checkHome is CheckBlocks for an App Home.
func checkHome(raw []byte) []string {
	var view struct {
		Type   string          `json:"type"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(raw, &view); err != nil {
		return []string{"view: " + err.Error()}
	}
	errs := check(view.Blocks, 100)
	if view.Type != "home" {
		errs = append(errs, "view type "+view.Type)
	}
	return errs
}

type textObject struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type option struct {
	Text  textObject `json:"text"`
	Value string     `json:"value"`
}

type element struct {
	Type     string          `json:"type"`
	ActionID string          `json:"action_id"`
	Value    string          `json:"value"`
	URL      string          `json:"url"`
	Style    json.RawMessage `json:"style"`
	Text     json.RawMessage `json:"text"`
	Options  []option        `json:"options"`
	Elements []element       `json:"elements"`
	UserID   string          `json:"user_id"`
	GroupID  string          `json:"usergroup_id"`
	Stamp    json.RawMessage `json:"timestamp"`
	Format   string          `json:"format"`
	Initial  string          `json:"initial_value"`
	Confirm  *confirm        `json:"confirm"`
}

// confirm is the question Slack asks before it sends a click.
type confirm struct {
	Title, Text, Confirm, Deny *textObject
}

type block struct {
	Type     string          `json:"type"`
	BlockID  string          `json:"block_id"`
	Text     *textObject     `json:"text"`
	Fields   []textObject    `json:"fields"`
	Elements []element       `json:"elements"`
	Element  *element        `json:"element"`
	Label    *textObject     `json:"label"`
	Title    json.RawMessage `json:"title"`
	Chart    json.RawMessage `json:"chart"`
}

func check(raw []byte, most int) []string {
	var blocks []block
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return []string{"blocks: " + err.Error()}
	}
	c := &checker{blockID: make(map[string]bool)}
	if len(blocks) > most {
		c.errorf("no more than %d items allowed", most)
	}
	for i, b := range blocks {
		c.block(fmt.Sprintf("blocks/%d", i), b)
	}
	if c.charts > maxCharts {
		c.errorf("%d charts, at most %d", c.charts, maxCharts)
	}
	return c.errs
}

func (c *checker) block(at string, b block) {
	if b.BlockID != "" {
		if len(b.BlockID) > 255 {
			c.errorf("%s: block_id longer than 255", at)
		}
		if c.blockID[b.BlockID] {
			c.errorf("%s: block_id %q twice", at, b.BlockID)
		}
		c.blockID[b.BlockID] = true
	}
	switch b.Type {
	case "section":
		c.section(at, b)
	case "header":
		c.plain(at, b.Text, 150)
	case "context":
		c.count(at, len(b.Elements), 1, 10)
		for _, e := range b.Elements {
			var t string
			if json.Unmarshal(e.Text, &t) != nil && e.Type != "image" {
				c.errorf("%s: element without text", at)
			}
			c.length(at, t, 1, 3000)
			c.kind(at, e.Type, "plain_text", "mrkdwn", "image")
		}
	case "actions":
		c.count(at, len(b.Elements), 1, 25)
		seen := make(map[string]bool)
		for _, e := range b.Elements {
			c.interactive(at, e)
			if seen[e.ActionID] {
				c.errorf("%s: action_id %q twice", at, e.ActionID)
			}
			seen[e.ActionID] = true
		}
	case "rich_text":
		c.count(at, len(b.Elements), 1, 1000)
		for _, e := range b.Elements {
			c.rich(at, e)
		}
	case "input":
		c.input(at, b)
	case "data_visualization":
		c.charts++
		c.chart(at, b)
	case "divider", "image":
	default:
		c.errorf("%s: unsupported type %q", at, b.Type)
	}
}

func (c *checker) section(at string, b block) {
	if b.Text == nil && len(b.Fields) == 0 {
		c.errorf("%s: section without text", at)
	}
	if b.Text != nil {
		c.kind(at, b.Text.Type, "plain_text", "mrkdwn")
		c.length(at, b.Text.Text, 1, 3000)
	}
	c.count(at, len(b.Fields), 0, 10)
	for _, f := range b.Fields {
		c.length(at, f.Text, 1, 2000)
	}
}

func (c *checker) input(at string, b block) {
	c.plain(at, b.Label, 2000)
	if b.Element == nil {
		c.errorf("%s: input without element", at)
		return
	}
	c.kind(at, b.Element.Type, "plain_text_input", "radio_buttons", "datetimepicker", "users_select")
	c.length(at+" initial_value", b.Element.Initial, 0, 3000)
	c.options(at, b.Element.Options)
}

func (c *checker) options(at string, all []option) {
	for _, o := range all {
		c.plain(at, &o.Text, 75)
		c.length(at+" option value", o.Value, 1, 150)
	}
}

// interactive checks a button or a menu.
func (c *checker) interactive(at string, e element) {
	c.length(at+" action_id", e.ActionID, 1, 255)
	switch e.Type {
	case "button":
		var t textObject
		if err := json.Unmarshal(e.Text, &t); err != nil {
			c.errorf("%s: button without text", at)
		}
		c.plain(at, &t, 75)
		c.length(at+" value", e.Value, 0, 2000)
		c.length(at+" url", e.URL, 0, 3000)
		if q := e.Confirm; q != nil {
			c.plain(at+" confirm title", q.Title, 100)
			c.plain(at+" confirm text", q.Text, 300)
			c.plain(at+" confirm yes", q.Confirm, 30)
			c.plain(at+" confirm no", q.Deny, 30)
		}
		if u, err := url.Parse(e.URL); e.URL != "" && (err != nil || u.Host == "") {
			c.errorf("%s: invalid url", at)
		}
		var style string
		if len(e.Style) > 0 {
			_ = json.Unmarshal(e.Style, &style)
			c.kind(at+" style", style, "primary", "danger")
		}
	case "overflow":
		c.count(at+" options", len(e.Options), 1, 5)
		c.options(at, e.Options)
	default:
		c.errorf("%s: unsupported element %q", at, e.Type)
	}
}

// rich checks a part of a rich text block.
func (c *checker) rich(at string, e element) {
	c.kind(at, e.Type, "rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list")
	if len(e.Elements) == 0 {
		c.errorf("%s: %s without elements", at, e.Type)
	}
	for _, in := range e.Elements {
		var text string
		_ = json.Unmarshal(in.Text, &text)
		switch in.Type {
		case "text":
			c.length(at, text, 1, maxText)
		case "link":
			if u, err := url.Parse(in.URL); err != nil || u.Host == "" {
				c.errorf("%s: link without a url", at)
			}
		case "user":
			c.length(at+" user_id", in.UserID, 1, 100)
		case "usergroup":
			c.length(at+" usergroup_id", in.GroupID, 1, 100)
		case "date":
			if len(in.Stamp) == 0 || in.Format == "" {
				c.errorf("%s: date without timestamp or format", at)
			}
		case "rich_text_section":
			c.rich(at, in)
		case "emoji", "channel", "broadcast", "color", "team":
		default:
			c.errorf("%s: unsupported element %q", at, in.Type)
		}
	}
}

func (c *checker) plain(at string, t *textObject, most int) {
	if t == nil {
		c.errorf("%s: text is missing", at)
		return
	}
	c.kind(at, t.Type, "plain_text")
	c.length(at, t.Text, 1, most)
}

func (c *checker) kind(at, has string, allowed ...string) {
	for _, a := range allowed {
		if has == a {
			return
		}
	}
	c.errorf("%s: type %q is not one of %v", at, has, allowed)
}

func (c *checker) length(at, text string, least, most int) {
	if n := utf8.RuneCountInString(text); n < least || n > most {
		c.errorf("%s: %d characters, must be %d to %d", at, n, least, most)
	}
	if !utf8.ValidString(text) {
		c.errorf("%s: not UTF-8", at)
	}
}

func (c *checker) count(at string, n, least, most int) {
	if n < least || n > most {
		c.errorf("%s: %d items, must be %d to %d", at, n, least, most)
	}
}
