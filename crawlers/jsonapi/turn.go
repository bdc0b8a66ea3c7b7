package jsonapi

import (
	"cmp"
	"net/url"
	"strconv"
	"time"

	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
)

// jsonTurn is where in the pages a poll is.
type jsonTurn struct {
	values poll.Values
	number int    // page or offset
	link   string // the next page's whole address
	home   string // the first page's: the watchlist's origin
	away   bool   // link is at another origin, where a redirect led to
	been   map[string]bool
}

// again reports whether the poll was in this place before: some APIs lead from their last page to their first one.
func (t *jsonTurn) again(place string) bool {
	was := t.been[place]
	t.been[place] = true
	return was
}

func (a *jsonAPI) first(value string, known jsonPart) *jsonTurn {
	since := a.env.Now().Add(-a.opt.Window)
	if !known.Newest.IsZero() {
		since = known.Newest.Add(-a.opt.Overlap)
	}
	since = since.UTC().Truncate(time.Minute)
	t := &jsonTurn{number: a.opt.Pager.From, been: map[string]bool{}, values: poll.Values{Text: map[string]string{
		"since":      strconv.FormatInt(since.Unix(), 10),
		"since_ms":   strconv.FormatInt(since.UnixMilli(), 10),
		"since_time": since.Format(time.RFC3339),
		"since_date": since.Format(time.DateOnly),
		"page":       "", "offset": "", "cursor": "", "max_id": "",
	}}}
	if a.name != "" {
		t.values.Text[a.name] = value
	}
	switch by := a.opt.Pager.By; by {
	case "page", "offset":
		t.values.Text[by] = strconv.Itoa(t.number)
	case "cursor":
		t.values.Text[by] = known.Cursor // empty unless it is kept
	}
	t.home = t.values.Expand(a.opt.Address)
	t.been[t.home], t.been[t.values.Text["cursor"]] = true, true
	return t
}

// advance moves to the next page; false when there is none.
func (t *jsonTurn) advance(p Pager, page jsonPage, res *fetch.Response) bool {
	switch p.By {
	case "page":
		t.number++
		t.values.Text["page"] = strconv.Itoa(t.number)
	case "offset":
		step := cmp.Or(p.Step, page.items)
		if step == 0 {
			return false
		}
		t.number += step
		t.values.Text["offset"] = strconv.Itoa(t.number)
	case "cursor":
		if page.next == "" || t.again(page.next) {
			return false
		}
		t.values.Text["cursor"] = page.next
	case "max_id":
		if page.minID == "" || t.again(page.minID) {
			return false
		}
		t.values.Text["max_id"] = page.minID
	case "next":
		link := page.next
		if p.Next == "" {
			link = poll.NextLink(res.Header)
		}
		base, _ := url.Parse(res.URL)
		if link = poll.Resolve(base, link); link == "" {
			return false
		}
		return t.follow(link, res.URL)
	default:
		return false
	}
	return true
}

// follow moves to a link: at the watchlist's origin, or where that led to.
func (t *jsonTurn) follow(link, here string) bool {
	at, ok := fetch.AtOrigin(t.home, link)
	t.away = !ok
	if t.away {
		at, ok = fetch.AtOrigin(here, link)
	}
	if !ok || t.again(at) {
		return false
	}
	t.link = at
	return true
}
