package mention

import (
	"strings"
	"unicode"
)

// nobodies are the names that sites print where they know none, or do not say it, folded
// as IsNobody folds them. Whoever wrote under one is not who wrote under it before.
var nobodies = map[string]bool{
	// Forum and comment systems: phpBB, vBulletin, SMF, Drupal and WordPress in their own
	// translations; Slashdot.
	"guest": true, "anonymous": true, "anonymous user": true, "anonymous coward": true, "unregistered": true, "visitor": true, "unknown": true,
	"гость": true, "аноним": true, "анонимно": true, "анонимный": true, "анонимный пользователь": true, "неизвестный": true, "незарегистрированный": true,
	"гість": true, "анонім": true, "анонімно": true, "анонімний": true, "анонімний користувач": true, "невідомий": true, "незареєстрований": true,
	"гост": true, "анонимен": true, "анонимен потребител": true, "неизвестен": true, "нерегистриран": true,
	// Shops and app stores: Google Play, Amazon, Ozon.
	"a google user": true, "google user": true, "пользователь google": true, "користувач google": true, "потребител на google": true,
	"amazon customer": true, "kindle customer": true, "пользователь предпочел скрыть свои данные": true, "имя скрыто": true,
	// Accounts that are gone: Reddit, Telegram, VK, Disqus, Discourse.
	"deleted": true, "deleted user": true, "deleted account": true, "deleted profile": true, "former user": true, "former member": true,
	"удален": true, "удаленный пользователь": true, "удаленный аккаунт": true, "пользователь удален": true, "аккаунт удален": true,
	"видалено": true, "видалений користувач": true, "видалений акаунт": true, "користувача видалено": true,
	"изтрит": true, "изтрит потребител": true, "изтрит профил": true, "изтрит акаунт": true,
}

// notVerified is what Drupal adds to the name of whoever is not logged in.
var notVerified = []string{" (not verified)", " (не проверено)", " (не перевірено)", " (непроверен)"}

// IsNobody reports whether a post's author is no name: empty, or one of the words that
// sites put in a name's place in English, Russian, Ukrainian and Bulgarian, with or
// without a number behind it. Such an author has no history and cannot be muted.
func IsNobody(author string) bool {
	name := strings.ReplaceAll(strings.ToLower(author), "ё", "е")
	for _, added := range notVerified {
		name = strings.TrimSuffix(strings.TrimSpace(name), added)
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	name = strings.TrimRightFunc(strings.Join(words, " "), func(r rune) bool { return unicode.IsDigit(r) || r == ' ' })
	return name == "" && !hasDigit(author) || nobodies[name]
}

// hasDigit keeps a name of digits alone a name.
func hasDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }
