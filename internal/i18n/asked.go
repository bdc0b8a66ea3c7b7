package i18n

import "golang.org/x/text/language"

// offered are the languages of the catalogue as a browser is answered, the fallback first.
var offered = []language.Tag{language.English, language.Ukrainian, language.Russian, language.Bulgarian}

var matcher = language.NewMatcher(offered)

// Asked is the language that the Accept-Language of a request asks for, or that of the code
// otherwise where it asks for none of ours.
func (c *Catalog) Asked(accept, otherwise string) Lang {
	asked, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(asked) == 0 {
		return c.In(otherwise)
	}
	_, i, sure := matcher.Match(asked...)
	if sure == language.No {
		return c.In(otherwise)
	}
	code, _ := offered[i].Base()
	return c.In(code.String())
}
