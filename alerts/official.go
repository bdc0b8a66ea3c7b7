package alerts

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Profile is the account of an official author.
type Profile struct {
	Name    string
	Address string // of its public page, or "@handle": the last part of that address
}

// Authority is how sure it is that a post is the company's own.
type Authority int

// From nobody's to the company's own.
const (
	Stranger Authority = iota
	Seeming            // the page shows it like the company's answer, and does not prove that
	Namesake           // the name is official, but anybody may take it there
	Ours               // the account is, or the name can be only one's
)

// AuthorityOf says how sure it is that the post speaks for the watch. What a site calls its owner's
// (Post.Own) is beyond doubt; what only looks so (Post.SeemsOwn) is somebody's to be asked about. A name is worth as
// much as the site's word for it: in a forum an account has its name alone, but where it
// is free to call itself anything (Post.FreeName); over comments, reviews and in networks
// anybody writes what he likes. Where the watchlist
// knows the account of a name, the name alone is worth nothing anywhere.
func (r Rules) AuthorityOf(watch string, post mention.Post) Authority {
	switch {
	case post.Own:
		return Ours
	case post.SeemsOwn:
		return Seeming
	}
	profiles := r.Profiles[watch]
	if slices.ContainsFunc(profiles, func(p Profile) bool { return p.is(post) }) {
		return Ours
	}
	name := mention.NameKey(post.Author)
	named := func(official string) bool { return name != "" && mention.NameKey(official) == name }
	if !slices.ContainsFunc(r.Official[watch], named) {
		return Stranger
	}
	known := slices.ContainsFunc(profiles, func(p Profile) bool { return named(p.Name) })
	disguised := !slices.ContainsFunc(r.Official[watch], func(official string) bool { return sameLetters(official, post.Author) })
	if post.Kind != mention.Forum || post.FreeName || known || disguised {
		return Namesake
	}
	return Ours
}

// sameLetters reports whether two names are one account's: to a forum another one differs in a letter
// that looks the same, in the kind of an apostrophe, or in something that nobody sees. Upper and lower
// case are one there, and blanks, an @ and marks of direction around a name sites put themselves.
func sameLetters(official, name string) bool {
	bare := func(s string) string {
		s = strings.TrimFunc(s, func(r rune) bool { return mention.Unseen(r) || unicode.IsSpace(r) })
		return strings.Join(strings.Fields(strings.TrimLeft(s, "@")), " ")
	}
	return text.SameButCase(bare(official), bare(name))
}

// is reports whether the post's author has this account.
func (p Profile) is(post mention.Post) bool {
	handle, ok := strings.CutPrefix(p.Address, "@")
	if !ok {
		return mention.SameURL(strings.TrimSuffix(post.AuthorURL, "/"), strings.TrimSuffix(p.Address, "/"))
	}
	u, err := url.Parse(post.AuthorURL)
	if err != nil || handle == "" || u.Host == "" {
		return false
	}
	has := strings.TrimPrefix(path.Base(u.Path), "@")
	// A network of many servers says of an account at another one which one that is, and
	// the same handle is anybody's there.
	if name, server, ok := strings.Cut(strings.TrimPrefix(post.Author, "@"), "@"); ok && server != "" && strings.EqualFold(name, has) {
		has = name + "@" + server
	}
	return text.SameButCase(has, handle)
}
