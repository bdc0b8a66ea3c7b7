package fakeslack

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxText = 40000 // where Slack refuses a text
	maxPage = 15    // the most messages of one call: what apps get that Slack does not list
)

func (s *Server) postMessage(args url.Values) reply {
	c, found := s.channel(args.Get("channel"))
	if code := writable(c, found); code != "" {
		return fail(code)
	}
	m := &Message{Channel: c.ID, Type: "message", User: s.botUser, PostedAt: time.Now()}
	if out := content(m, args); out.code != "" {
		return out
	}
	// Under a message that is gone Slack says ok, and the reply stands in the channel.
	if thread := args.Get("thread_ts"); thread != "" && s.find(c.ID, thread) != nil {
		m.ThreadTS = thread
		m.Broadcast = args.Get("reply_broadcast") == "true"
	}
	m.TS = s.nextTS()
	s.messages = append(s.messages, m)
	return ok(map[string]any{"channel": c.ID, "ts": m.TS, "message": m})
}

func writable(c Channel, found bool) string {
	switch {
	case !found, c.Private && c.Outside:
		return "channel_not_found"
	case c.Archived:
		return "is_archived"
	case c.Outside:
		return "not_in_channel"
	}
	return ""
}

// content reads text, blocks and metadata of a post or an update.
func content(m *Message, args url.Values) reply {
	m.Text = args.Get("text")
	if _, given := args["blocks"]; given {
		m.Blocks = nil // only an update that names no blocks keeps those of before
	}
	if raw := args.Get("blocks"); raw != "" && raw != "[]" && raw != "null" {
		if errs := CheckBlocks([]byte(raw)); len(errs) > 0 {
			return fail("invalid_blocks", errs...)
		}
		if utf8.RuneCountInString(raw) > maxBlocks {
			return fail("msg_blocks_too_long")
		}
		m.Blocks = json.RawMessage(raw)
	}
	switch {
	case m.Text == "" && m.Blocks == nil:
		return fail("no_text")
	case utf8.RuneCountInString(m.Text) > maxText:
		return fail("msg_too_long")
	}
	m.Metadata = nil // an update without metadata takes it away
	if raw := args.Get("metadata"); raw != "" {
		m.Metadata = &Metadata{}
		if err := json.Unmarshal([]byte(raw), m.Metadata); err != nil || m.Metadata.EventType == "" {
			return fail("invalid_metadata_format")
		}
	}
	return reply{}
}

func (s *Server) update(args url.Values) reply {
	c, found := s.byID(args.Get("channel"))
	switch code := writable(c, found); code {
	case "":
	case "is_archived":
		return fail("is_inactive") // so it is called here
	default:
		return fail(code)
	}
	m := s.find(c.ID, args.Get("ts"))
	if m == nil || m.Subtype == tombstone {
		return fail("message_not_found")
	}
	if m.User != s.botUser {
		return fail("cant_update_message")
	}
	next := *m
	if out := content(&next, args); out.code != "" {
		return out
	}
	next.Updates++
	*m = next
	return ok(map[string]any{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": m})
}

func (s *Server) postEphemeral(args url.Values) reply {
	c, found := s.channel(args.Get("channel"))
	if code := writable(c, found); code != "" {
		return fail(code)
	}
	if !slices.ContainsFunc(s.people, func(p Person) bool { return p.ID == args.Get("user") }) {
		return fail("user_not_in_channel")
	}
	if args.Get("text") == "" && args.Get("blocks") == "" {
		return fail("no_text")
	}
	var blocks json.RawMessage
	if raw := args.Get("blocks"); raw != "" {
		blocks = json.RawMessage(raw)
	}
	s.ephemerals = append(s.ephemerals, Ephemeral{Channel: c.ID, User: args.Get("user"), Text: args.Get("text"), Blocks: blocks, ThreadTS: args.Get("thread_ts"), At: time.Now()})
	return ok(map[string]any{"message_ts": s.nextTS()})
}

// history lists a channel, newest first, without replies that were not broadcast.
func (s *Server) history(args url.Values) reply {
	c, found := s.byID(args.Get("channel"))
	if !found || (c.Private && c.Outside) {
		return fail("channel_not_found")
	}
	if c.Outside {
		return fail("not_in_channel")
	}
	var all []*Message
	for _, m := range slices.Backward(s.messages) {
		if m.Channel == c.ID && (m.ThreadTS == "" || m.ThreadTS == m.TS || m.Broadcast) && within(m.TS, args) {
			all = append(all, m)
		}
	}
	return s.paged(all, args)
}

// replies lists a thread: its first message, then the replies, oldest first.
func (s *Server) replies(args url.Values) reply {
	c, found := s.byID(args.Get("channel"))
	if !found || c.Outside {
		return fail("channel_not_found")
	}
	parent := s.find(c.ID, args.Get("ts"))
	if parent == nil {
		return fail("thread_not_found")
	}
	all := []*Message{parent}
	for _, m := range s.messages {
		if m.Channel == c.ID && m.ThreadTS == parent.TS && within(m.TS, args) {
			all = append(all, m)
		}
	}
	return s.paged(all, args)
}

func within(ts string, args url.Values) bool {
	at, _ := strconv.ParseFloat(ts, 64)
	inclusive := args.Get("inclusive") == "1" || args.Get("inclusive") == "true"
	if o := args.Get("oldest"); o != "" {
		oldest, _ := strconv.ParseFloat(o, 64)
		if at < oldest || (at == oldest && !inclusive) {
			return false
		}
	}
	if l := args.Get("latest"); l != "" && l != "now" {
		latest, _ := strconv.ParseFloat(l, 64)
		if at > latest || (at == latest && !inclusive) {
			return false
		}
	}
	return true
}

// paged returns one page. Metadata is shown only to those who ask for it.
func (s *Server) paged(all []*Message, args url.Values) reply {
	from := number(strings.TrimPrefix(args.Get("cursor"), "page:"), 0)
	limit := min(number(args.Get("limit"), 100), maxPage)
	from = min(max(from, 0), len(all))
	to := min(from+limit, len(all))
	withMeta := args.Get("include_all_metadata") == "1" || args.Get("include_all_metadata") == "true"
	page := make([]Message, 0, to-from)
	for _, m := range all[from:to] {
		c := *m
		for _, reply := range s.messages {
			if reply.ThreadTS == c.TS && reply.TS != c.TS && reply.Channel == c.Channel {
				c.Replies++
			}
		}
		if !withMeta {
			c.Metadata = nil
		}
		page = append(page, c)
	}
	next := ""
	if to < len(all) {
		next = "page:" + strconv.Itoa(to)
	}
	return ok(map[string]any{"messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}})
}
