package fakeslack

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a request.
const maxBody = 4 << 20

// reply is what a method answers: an error code, or fields.
type reply struct {
	code    string
	details []string
	fields  map[string]any
}

func fail(code string, details ...string) reply { return reply{code: code, details: details} }

func ok(fields map[string]any) reply { return reply{fields: fields} }

// serveAPI is the Web API.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	args, token, err := arguments(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if code := s.authorize(method, token); code != "" {
		s.note(Call{Method: method, At: time.Now(), Fault: code})
		refuse(w, code)
		return
	}
	channel := args.Get("channel")
	s.mu.Lock()
	if c, ok := s.channel(channel); ok {
		channel = c.ID
	}
	s.mu.Unlock()
	switch f, answered := s.met(w, method, channel, args); {
	case answered:
	case f != nil:
		s.broken(w, r, method, channel, args, *f)
	default:
		s.respond(w, s.do(method, channel, args, ""))
	}
}

// arguments reads a form or a JSON body.
func arguments(r *http.Request) (url.Values, string, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, "", err
	}
	args := r.URL.Query()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var body map[string]json.RawMessage
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &body); err != nil {
				return nil, "", err
			}
		}
		for k, v := range body {
			var text string
			if json.Unmarshal(v, &text) != nil {
				text = string(v)
			}
			args.Set(k, text)
		}
	} else {
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, "", err
		}
		for k, v := range form {
			args[k] = v
		}
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = args.Get("token")
	}
	return args, token, nil
}

// authorize returns an error code, or "" for a good token.
func (s *Server) authorize(method, token string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	want := s.botToken
	if method == "apps.connections.open" {
		want = s.appToken
	}
	switch {
	case token == "":
		return "not_authed"
	case token == want:
		return ""
	case token == s.botToken || token == s.appToken:
		return "not_allowed_token_type"
	}
	return "invalid_auth"
}

func (s *Server) note(c Call) {
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.mu.Unlock()
}

// broken answers a call that meets a fault.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, method, channel string, args url.Values, f Fault) {
	wait := func() {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		}
	}
	switch f.Kind {
	case AcceptDrop, Accept5xx, AcceptSlow, Garbage:
		out := s.do(method, channel, args, f.Kind)
		switch f.Kind {
		case AcceptDrop:
			cut(w)
		case Accept5xx:
			http.Error(w, "<html>something went wrong</html>", http.StatusInternalServerError)
		case Garbage:
			_, _ = w.Write([]byte("<html>proxy"))
		default:
			wait()
			s.respond(w, out)
		}
		return
	case SlowTake:
		time.Sleep(f.Delay)
		s.respond(w, s.do(method, channel, args, f.Kind))
		return
	}
	s.note(Call{Method: method, Channel: channel, At: time.Now(), Fault: f.Kind})
	switch f.Kind {
	case RateLimit:
		s.mu.Lock()
		s.tooMany(w, method, channel, f.After)
		s.mu.Unlock()
	case RefuseDrop:
		cut(w)
	case RefuseSlow:
		wait()
		w.WriteHeader(http.StatusGatewayTimeout)
	case Code:
		refuse(w, f.Error)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (s *Server) respond(w http.ResponseWriter, out reply) {
	if out.code != "" {
		refuse(w, out.code, out.details...)
		return
	}
	fields := map[string]any{"ok": true}
	for k, v := range out.fields {
		fields[k] = v
	}
	answer(w, fields)
}

// do runs a method.
func (s *Server) do(method, channel string, args url.Values, fault string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	run, known := map[string]func(url.Values) reply{
		"auth.test": s.authTest, "bots.info": s.botInfo, "apps.connections.open": s.openConnection,
		"chat.postMessage": s.postMessage, "chat.update": s.update, "chat.postEphemeral": s.postEphemeral,
		"conversations.history": s.history, "conversations.replies": s.replies, "conversations.list": s.list, "conversations.info": s.info,
		"users.info": s.userInfo, "users.list": s.userList, "users.lookupByEmail": s.userByEmail, "usergroups.list": s.groups, "views.open": s.openView, "views.push": s.openView, "views.update": s.updateView, "views.publish": s.publishView, hookMethod: s.hookMessage,
	}[method]
	out := fail("unknown_method")
	if known {
		out = run(args)
	}
	s.calls = append(s.calls, Call{Method: method, Channel: channel, At: time.Now(), Fault: fault, Taken: out.code == "" && (method == "chat.postMessage" || method == hookMethod)})
	return out
}

func (s *Server) authTest(url.Values) reply {
	return ok(map[string]any{"url": s.Root(), "team": "fake", "user": "earshot", "team_id": Team, "user_id": s.botUser, "bot_id": "B000000BOT", "enterprise_id": s.opt.Org})
}

func (s *Server) botInfo(args url.Values) reply {
	if args.Get("bot") != "B000000BOT" {
		return fail("bot_not_found")
	}
	return ok(map[string]any{"bot": map[string]any{"id": "B000000BOT", "deleted": false, "name": "earshot", "user_id": "U000000BOT", "app_id": App}})
}

func (s *Server) info(args url.Values) reply {
	c, found := s.byID(args.Get("channel"))
	if !found || c.Private && c.Outside {
		return fail("channel_not_found")
	}
	return ok(map[string]any{"channel": channelJSON(c)})
}

func (s *Server) list(args url.Values) reply {
	limit, from := number(args.Get("limit"), 100), number(args.Get("cursor"), 0)
	var out []any
	next := ""
	for i, c := range s.channels {
		if i < from || (c.Private && c.Outside) || c.Direct {
			continue
		}
		if len(out) >= limit {
			next = strconv.Itoa(i)
			break
		}
		out = append(out, channelJSON(c))
	}
	return ok(map[string]any{"channels": out, "response_metadata": map[string]any{"next_cursor": next}})
}

func channelJSON(c Channel) map[string]any {
	if c.Direct {
		return map[string]any{"id": c.ID, "is_im": true, "user": "U0000IRA", "created": 1360782804}
	}
	return map[string]any{"id": c.ID, "name": c.Name, "is_channel": true, "is_private": c.Private, "is_archived": c.Archived, "is_member": !c.Outside}
}

// byID finds a channel by its id: reading takes no names.
func (s *Server) byID(id string) (Channel, bool) {
	i := slices.IndexFunc(s.channels, func(c Channel) bool { return c.ID == id })
	if i < 0 {
		return Channel{}, false
	}
	return s.channels[i], true
}

func (s *Server) userInfo(args url.Values) reply {
	for _, p := range s.people {
		if p.ID == args.Get("user") {
			return ok(map[string]any{"user": personJSON(p)})
		}
	}
	return fail("user_not_found")
}

func personJSON(p Person) map[string]any {
	shown := p.Name
	if p.Undisplayed {
		shown = ""
	}
	return map[string]any{"id": p.ID, "name": p.Handle, "deleted": p.Deactivated, "is_bot": p.Bot, "real_name": p.Name, "team_id": cmp.Or(p.Team, Team), "locale": cmp.Or(p.Locale, "en-US"),
		"profile": map[string]any{"display_name": shown, "real_name": p.Name, "email": p.Handle + "@romashka.example"}, "enterprise_user": map[string]any{"enterprise_id": p.Org}}
}

func (s *Server) userList(url.Values) reply {
	var out []any
	for _, p := range s.people {
		out = append(out, personJSON(p))
	}
	return ok(map[string]any{"members": out, "response_metadata": map[string]any{"next_cursor": ""}})
}

// userByEmail finds people by HANDLE@romashka.example.
func (s *Server) userByEmail(args url.Values) reply {
	for _, p := range s.people {
		if !p.Deactivated && args.Get("email") == p.Handle+"@romashka.example" {
			return ok(map[string]any{"user": personJSON(p)})
		}
	}
	return fail("users_not_found")
}

// groups lists the user groups, those that are disabled and who is in them for those who ask.
func (s *Server) groups(args url.Values) reply {
	out := []any{}
	for _, g := range s.userGroups {
		one := map[string]any{"id": g.ID, "handle": g.Handle, "name": g.Handle, "is_usergroup": true, "date_delete": 0}
		if g.Disabled {
			one["date_delete"] = 1446748865
		}
		if args.Get("include_users") == "true" {
			one["users"] = append([]string{}, g.Users...)
		}
		if !g.Disabled || args.Get("include_disabled") == "true" {
			out = append(out, one)
		}
	}
	return ok(map[string]any{"usergroups": out})
}

func (s *Server) openView(args url.Values) reply {
	view := json.RawMessage(args.Get("view"))
	if args.Get("trigger_id") == "" {
		return fail("invalid_trigger_id")
	}
	if errs := CheckView(view); len(errs) > 0 {
		return fail("invalid_arguments", errs...)
	}
	s.views = append(s.views, view)
	return ok(map[string]any{"view": view})
}

func (s *Server) publishView(args url.Values) reply {
	view := json.RawMessage(args.Get("view"))
	if args.Get("user_id") == "" {
		return fail("invalid_arguments")
	}
	if errs := checkHome(view); len(errs) > 0 {
		return fail("invalid_arguments", errs...)
	}
	if s.homes == nil {
		s.homes = map[string][]json.RawMessage{}
	}
	s.homes[args.Get("user_id")] = append(s.homes[args.Get("user_id")], view)
	return ok(map[string]any{"view": view})
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}
