package forum

import (
	"strconv"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/mention"
)

// wordpressThing is an article, a comment or a WooCommerce review as the REST
// API gives it.
type wordpressThing struct {
	ID      number `json:"id"`
	Parent  number `json:"parent"`
	Name    string `json:"author_name"`
	GMT     string `json:"date_gmt"`
	Changed string `json:"modified_gmt"`
	Link    string `json:"link"`
	Type    string `json:"type"`
	Title   *struct {
		Rendered string `json:"rendered"`
	} `json:"title"`
	Content struct {
		Rendered  string `json:"rendered"`
		Protected bool   `json:"protected"`
	} `json:"content"`
	Embedded struct {
		Author []struct {
			Name string `json:"name"`
		} `json:"author"`
		Up []struct {
			Title struct {
				Rendered string `json:"rendered"`
			} `json:"title"`
		} `json:"up"`
	} `json:"_embedded"`
	Reviewer string `json:"reviewer"`
	Review   string `json:"review"`
	Rating   number `json:"rating"`
	Created  string `json:"date_created_gmt"`
	Product  string `json:"product_name"`
	Page     string `json:"product_permalink"`
}

// wordpressPage reads a list the REST API answers with.
func wordpressPage(_ *apiContext, body []byte, p *pageData) bool {
	var list []wordpressThing
	if body[0] != '[' || !decode(body, &list) {
		return false
	}
	links := make([]string, len(list))
	for i := range list {
		links[i] = poll.WithoutFragment(list[i].Link) // an article's comments share its link
	}
	apart := poll.TellApart(nil, links)
	known := len(list) == 0
	for i := range list {
		if t := &list[i]; t.ID != "" && (t.Link != "" || t.Created != "") {
			known = true
			t.add(apart, p)
		}
	}
	return known
}

func (t *wordpressThing) add(apart poll.Apart, p *pageData) {
	if t.Type == "pingback" || t.Type == "trackback" || t.Content.Protected {
		return
	}
	post := mention.Post{
		Kind: mention.Comment, Author: htmltext.Line(t.Name), URL: apart.Clean(t.Link), Text: htmltext.PlainAuthorText(t.Content.Rendered),
		Published: isoTime(t.GMT), Edited: isoTime(t.Changed),
	}
	switch {
	case t.Review != "" || t.Reviewer != "":
		post.ID, post.Author, post.Text = "comment-"+string(t.ID), htmltext.Line(t.Reviewer), htmltext.PlainAuthorText(t.Review)
		if post.Title = htmltext.Line(t.Product); t.Page != "" {
			post.ThreadURL = poll.WithoutFragment(apart.Clean(t.Page))
			post.URL = post.ThreadURL + "#" + post.ID
		}
		post.Published = isoTime(t.Created)
		if n, err := strconv.ParseFloat(string(t.Rating), 64); err == nil && n > 0 && n <= 5 {
			post.Rating = &mention.Rating{Value: n, Best: 5}
		}
	case t.Title != nil:
		post.Kind, post.ID, post.Title = "", "post-"+string(t.ID), htmltext.Line(t.Title.Rendered)
		post.Text = htmltext.Plain(t.Content.Rendered)
		if len(t.Embedded.Author) > 0 {
			post.Author = htmltext.Line(t.Embedded.Author[0].Name)
		}
		post.ThreadURL = post.URL
	default:
		post.ID, post.IsReply = "comment-"+string(t.ID), true
		if len(t.Embedded.Up) > 0 {
			post.Title = htmltext.Line(t.Embedded.Up[0].Title.Rendered)
		}
		post.ThreadURL = poll.WithoutFragment(post.URL)
	}
	if t.Parent.int() > 0 && t.Title == nil {
		post.ReplyTo = "comment-" + string(t.Parent)
	}
	p.add(post)
}
