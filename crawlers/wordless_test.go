package crawlers_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestPageOfPictures: a channel that shows a page of pictures without a word has the posts
// before them on the next page, and what was known is known still.
func TestPageOfPictures(t *testing.T) {
	channel := func(from, to int, word func(int) string, older string) string {
		var b strings.Builder
		b.WriteString(`<html><body><div class="tgme_channel_info"></div>` + older)
		for i := from; i <= to; i++ {
			fmt.Fprintf(&b, `<div class="tgme_widget_message" data-post="romashka/%d">%s<a class="tgme_widget_message_date" href="https://t.me/romashka/%[1]d"><time datetime="2026-11-22T10:%02[1]d:00+00:00"></time></a></div>`, i, word(i))
		}
		return b.String() + "</body></html>"
	}
	words := func(i int) string { return fmt.Sprintf(`<div class="tgme_widget_message_text">post %d</div>`, i) }
	picture := func(int) string { return `<a class="tgme_widget_message_photo_wrap"></a>` }
	const older = `<a class="tme_messages_more" data-before="%d" href="/s/romashka?before=%[1]d"></a>`
	site := &pages{bodies: map[string]string{"https://t.me/s/romashka": channel(1, 4, words, "")}}
	c := crawlerOf(t, "telegram: romashka", site)
	first := mustPoll(t, c, "")
	if len(first.Posts) != 4 {
		t.Fatalf("%d posts", len(first.Posts))
	}
	site.bodies["https://t.me/s/romashka"] = channel(6, 9, picture, fmt.Sprintf(older, 6))
	site.bodies["https://t.me/s/romashka?before=6"] = channel(2, 5, words, fmt.Sprintf(older, 2))
	second := mustPoll(t, c, first.Next)
	if len(second.Posts) != 1 || second.Posts[0].Text != "post 5" {
		t.Errorf("got %+v, want the post before the pictures", second.Posts)
	}
	site.bodies["https://t.me/s/romashka"] = channel(6, 9, picture, "")
	third := mustPoll(t, c, second.Next)
	site.bodies["https://t.me/s/romashka"] = channel(2, 5, words, "")
	if fourth := mustPoll(t, c, third.Next); len(fourth.Posts) > 0 {
		t.Errorf("%d posts again", len(fourth.Posts))
	}
}

// TestJSONPageThatIsLeftOut: an answer of which the list leaves out all is not the last
// where the API says that there is more.
func TestJSONPageThatIsLeftOut(t *testing.T) {
	for name, pager := range map[string]string{
		"cursor": "{by: cursor, next: .next}", "more": "{by: page, from: 1, more: .more}", "next": "{by: next, next: .link}",
	} {
		t.Run(name, func(t *testing.T) {
			site := &pages{bodies: map[string]string{}}
			asks := func(address, body string) {
				for _, a := range []string{address, strings.Replace(address, "?cursor=", "?page=", 1)} {
					site.bodies["https://api.example/q"+a] = body
				}
			}
			const old = `{"id":1,"t":"one"}`
			asks("", `{"items":[`+old+`]}`)
			asks("?cursor=1", `{"items":[`+old+`]}`)
			c := crawlerOf(t, "json: \"https://api.example/q{?cursor}{?page}\"\nlist: .items[] | select(.hidden | not)\nfields: {id: .id, text: .t}\npager: "+pager, site)
			first := mustPoll(t, c, "")
			hidden := `{"items":[{"id":3,"t":"three","hidden":true}],"next":"2","more":true,"link":"/q?cursor=2"}`
			asks("", hidden)
			asks("?cursor=1", hidden)
			asks("?cursor=2", `{"items":[{"id":2,"t":"two"},`+old+`],"more":false}`)
			second := mustPoll(t, c, first.Next)
			if len(second.Posts) != 1 || second.Posts[0].Text != "two" {
				t.Errorf("got %+v of %q, want the post behind what is left out", second.Posts, site.asked)
			}
		})
	}
}
