package presets_test

import (
	"maps"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// everyNetwork is every network that is answered.
func everyNetwork() map[string]network {
	all := maps.Clone(networks)
	maps.Copy(all, moreNetworks)
	return all
}

var moreNetworks = map[string]network{
	"telegrambot": {
		host: "api.telegram.org", class: reply.Twice, limit: byChars(4096),
		block: "telegrambot: {token: \"7:abc\"}\nreply: {as: romashka_bot}",
		post:  mention.Post{ID: "-1001234567890/55"},
		want: `POST /bot7:abc/sendMessage
Content-Type: application/json
{"chat_id":-1001234567890,"reply_parameters":{"message_id":55},"text":$TEXT}`,
		taken: `{"ok":true,"result":{"message_id":56,"chat":{"id":-1001234567890,"type":"supergroup","username":"romashka_chat"},"text":"x"}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "56", URL: "https://t.me/romashka_chat/56"},
		says: map[int]string{
			400: `{"ok":false,"error_code":400,"description":"Bad Request: message to be replied not found"}`,
			403: `{"ok":false,"error_code":403,"description":"Bad Request: message to be replied not found"}`,
		}, why: "Bad Request: message to be replied not found",
	},
	"telegrambot, a private group": {
		host: "api.telegram.org", class: reply.Twice, limit: byChars(4096),
		block: "telegrambot: {token: \"7:abc\"}\nreply: {as: romashka_bot}",
		post:  mention.Post{ID: "-1001234567890/55"},
		want: `POST /bot7:abc/sendMessage
Content-Type: application/json
{"chat_id":-1001234567890,"reply_parameters":{"message_id":55},"text":$TEXT}`,
		taken: `{"ok":true,"result":{"message_id":57,"chat":{"id":-1001234567890,"type":"supergroup"},"text":"x"}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "57", URL: "https://t.me/c/1234567890/57"},
	},
	"vk": {
		looks: `GET /method/wall.getComments?owner_id=-77&post_id=12&count=100&sort=desc&thread_items_count=10&v=5.131
Authorization: Bearer ut`,
		shown: `{"response":{"count":2,"items":[{"id":2,"from_id":-77,"date":1795000000,"text":$TEXT},{"id":1,"from_id":5,"text":$TEXT},{"id":1,"from_id":-78,"text":$TEXT,"thread":{"count":1,"items":[{"id":1,"from_id":-77,"reply_to_comment":1,"text":$TEXT}]}}]}}`,
		host:  "api.vk.com", class: reply.Key,
		block: "vk: {group: romashka, token: ut}\nreply: {as: Romashka, key: ct}",
		post:  mention.Post{ID: "-77_12", URL: "https://vk.com/wall-77_12"},
		want: `POST /method/wall.createComment
Authorization: Bearer ct
Content-Type: application/x-www-form-urlencoded
from_group=77&guid=$KEY&message=$FORM&owner_id=-77&post_id=12&v=5.131`,
		taken: `{"response":{"comment_id":345,"parents_stack":[]}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "345", URL: "https://vk.com/wall-77_12?reply=345"},
		says:  map[int]string{200: `{"error":{"error_code":15,"error_msg":"Access denied"}}`}, why: "Access denied",
		wait: time.Hour, later: map[int]string{200: `{"error":{"error_code":9,"error_msg":"Flood control"}}`}, trouble: `{"error":{"error_code":10,"error_msg":"Internal server error"}}`,
	},
	"vk, a comment": {
		looks: `GET /method/wall.getComments?owner_id=-77&post_id=12&count=100&sort=desc&thread_items_count=10&v=5.131
Authorization: Bearer ut`,
		shown: `{"response":{"count":3,"items":[{"id":1,"from_id":-77,"text":$TEXT},{"id":340,"from_id":5,"text":"x","thread":{"count":3,"items":[{"id":345,"from_id":-77,"reply_to_comment":340,"date":1795000000,"text":$TEXT},{"id":1,"from_id":-77,"reply_to_comment":344,"text":$TEXT},{"id":1,"from_id":5,"reply_to_comment":340,"text":$TEXT}]}}]}}`,
		host:  "api.vk.com", class: reply.Key,
		block: "vk: {group: romashka, token: ut}\nreply: {as: Romashka, key: ct}",
		post:  mention.Post{ID: "-77_340", ReplyTo: "-77_12", URL: "https://vk.com/wall-77_12?reply=340"},
		want: `POST /method/wall.createComment
Authorization: Bearer ct
Content-Type: application/x-www-form-urlencoded
from_group=77&guid=$KEY&message=$FORM&owner_id=-77&post_id=12&reply_to_comment=340&v=5.131`,
		taken: `{"response":{"comment_id":345}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "345", URL: "https://vk.com/wall-77_12?reply=345"},
	},
	"vk, found": {
		host: "api.vk.com", class: reply.Key,
		block: "vk: {query: ромашка, token: ut}\nreply: {as: Romashka, key: ct}",
		post:  mention.Post{ID: "-77_13", URL: "https://vk.com/wall-77_13"},
		want: `POST /method/wall.createComment
Authorization: Bearer ct
Content-Type: application/x-www-form-urlencoded
from_group=77&guid=$KEY&message=$FORM&owner_id=-77&post_id=13&v=5.131`,
		taken: `{"response":{"comment_id":346}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "346", URL: "https://vk.com/wall-77_13?reply=346"},
		says:  map[int]string{200: `{"error":{"error_code":5,"error_msg":"User authorization failed: access_token has expired."}}`}, why: "User authorization failed: access_token has expired.",
	},
	"youtube": {
		looks: `GET /youtube/v3/comments?part=snippet&parentId=Ugtop1&maxResults=100&textFormat=plainText
Authorization: Bearer yt`,
		shown: `{"items":[{"id":"Ugtop1.8y","snippet":{"textDisplay":"дякую","publishedAt":"2026-11-26T12:00:00Z"}},{"id":"Ugtop1.9a","snippet":{"textDisplay":$TEXT,"publishedAt":"2026-11-26T12:00:00Z"}}]}`,
		host:  "www.googleapis.com", class: reply.Twice, limit: byChars(10000), renews: "refresh_token: r, client_id: c, client_secret: s",
		block: "youtube: {channel: UCromashka, key: yk, token: yt}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "Ugtop1", URL: "https://www.youtube.com/watch?v=vid1&lc=Ugtop1", ThreadURL: "https://www.youtube.com/watch?v=vid1"},
		want: `POST /youtube/v3/comments?part=snippet
Authorization: Bearer yt
Content-Type: application/json
{"snippet":{"parentId":"Ugtop1","textOriginal":$TEXT}}`,
		taken: `{"kind":"youtube#comment","id":"Ugtop1.9a","snippet":{"parentId":"Ugtop1","textOriginal":"x"}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "Ugtop1.9a", URL: "https://www.youtube.com/watch?v=vid1&lc=Ugtop1.9a"},
		says: map[int]string{
			400: `{"error":{"code":400,"message":"The comment text is too long","errors":[{"reason":"commentTextTooLong"}]}}`,
			403: `{"error":{"code":403,"message":"The comment text is too long","errors":[{"reason":"forbidden"}]}}`,
		}, why: "The comment text is too long",
	},
	"youtube, an answer": {
		host: "www.googleapis.com", class: reply.Twice, limit: byChars(10000),
		block: "youtube: {videos: [vid1], key: yk, token: yt}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "Ugtop1.8z", ReplyTo: "Ugtop1", URL: "https://www.youtube.com/watch?v=vid1&lc=Ugtop1.8z", ThreadURL: "https://www.youtube.com/watch?v=vid1"},
		want: `POST /youtube/v3/comments?part=snippet
Authorization: Bearer yt
Content-Type: application/json
{"snippet":{"parentId":"Ugtop1","textOriginal":$TEXT}}`,
		taken: `{"id":"Ugtop1.9b","snippet":{"moderationStatus":"heldForReview"}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "Ugtop1.9b", URL: "https://www.youtube.com/watch?v=vid1&lc=Ugtop1.9b", Held: true},
	},
	"bluesky": {
		host: "bsky.social", class: reply.Key, limit: byGraphemes(300), renews: "app_password: p", ended: `{"error":"ExpiredToken","message":"Token has expired"}`,
		block: "bluesky: {account: romashka.bsky.social, token: bt}\nreply: {as: romashka.bsky.social}",
		post:  mention.Post{ID: "at://did:plc:aa/app.bsky.feed.post/3kaa", URL: "https://bsky.app/profile/did:plc:aa/post/3kaa"},
		found: `{"posts":[{"uri":"at://did:plc:aa/app.bsky.feed.post/3kaa","cid":"bafyaa","record":{"text":"x","reply":{"root":{"uri":"at://did:plc:rr/app.bsky.feed.post/3krr","cid":"bafyrr"},"parent":{"uri":"at://did:plc:rr/app.bsky.feed.post/3krr","cid":"bafyrr"}}}}]}`,
		want: `GET /xrpc/app.bsky.feed.getPosts?uris=at%3A%2F%2Fdid%3Aplc%3Aaa%2Fapp.bsky.feed.post%2F3kaa
Authorization: Bearer bt

POST /xrpc/com.atproto.repo.putRecord
Authorization: Bearer bt
Content-Type: application/json
{"collection":"app.bsky.feed.post","record":{"$type":"app.bsky.feed.post","createdAt":"2026-11-26T12:00:00Z","reply":{"parent":{"cid":"bafyaa","uri":"at://did:plc:aa/app.bsky.feed.post/3kaa"},"root":{"cid":"bafyrr","uri":"at://did:plc:rr/app.bsky.feed.post/3krr"}},"text":$TEXT},"repo":"romashka.bsky.social","rkey":"3n37mrhkgm245"}`,
		taken: `{"uri":"at://did:plc:me/app.bsky.feed.post/3m6k","cid":"bafyme","validationStatus":"valid"}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "at://did:plc:me/app.bsky.feed.post/3m6k", URL: "https://bsky.app/profile/did:plc:me/post/3m6k"},
		says:  map[int]string{400: `{"error":"InvalidRequest","message":"Record/text must not be longer than 300 graphemes"}`}, why: "Record/text must not be longer than 300 graphemes",
	},
	"bluesky, by search": {
		host: "bsky.social", class: reply.Key, limit: byGraphemes(300),
		block: "bluesky: {appview: \"https://api.bsky.app\", query: romashka, account: romashka.bsky.social, token: bt}\nreply: {as: romashka.bsky.social}",
		post:  mention.Post{ID: "at://did:plc:aa/app.bsky.feed.post/3kaa"},
		found: `{"posts":[{"uri":"at://did:plc:aa/app.bsky.feed.post/3kaa","cid":"bafyaa","record":{"text":"x"}}]}`,
		want: `GET /xrpc/app.bsky.feed.getPosts?uris=at%3A%2F%2Fdid%3Aplc%3Aaa%2Fapp.bsky.feed.post%2F3kaa
Authorization: Bearer bt

POST /xrpc/com.atproto.repo.putRecord
Authorization: Bearer bt
Content-Type: application/json
{"collection":"app.bsky.feed.post","record":{"$type":"app.bsky.feed.post","createdAt":"2026-11-26T12:00:00Z","reply":{"parent":{"cid":"bafyaa","uri":"at://did:plc:aa/app.bsky.feed.post/3kaa"},"root":{"cid":"bafyaa","uri":"at://did:plc:aa/app.bsky.feed.post/3kaa"}},"text":$TEXT},"repo":"romashka.bsky.social","rkey":"3n37mrhkgm245"}`,
		taken: `{"uri":"at://did:plc:me/app.bsky.feed.post/3m6k","cid":"bafyme"}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "at://did:plc:me/app.bsky.feed.post/3m6k", URL: "https://bsky.app/profile/did:plc:me/post/3m6k"},
	},
	"wildberries": {
		looks: "GET /api/v1/feedback?id=YX52RZEBhH9mrcYdEJuD\nAuthorization: wt",
		shown: `{"data":{"id":"YX52RZEBhH9mrcYdEJuD","answer":{"text":$TEXT,"state":"wbRu"}},"error":false}`,
		host:  "feedbacks-api.wildberries.ru", class: reply.Replaces, limit: byChars(5000), empty: true,
		block: "wildberries: {token: wt}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "YX52RZEBhH9mrcYdEJuD", URL: "https://www.wildberries.ru/catalog/9/feedbacks"},
		found: `{"data":{"id":"YX52RZEBhH9mrcYdEJuD","text":"x","answer":null},"error":false,"errorText":"","additionalErrors":null}`,
		want: `GET /api/v1/feedback?id=YX52RZEBhH9mrcYdEJuD
Authorization: wt

POST /api/v1/feedbacks/answer
Authorization: wt
Content-Type: application/json
{"id":"YX52RZEBhH9mrcYdEJuD","text":$TEXT}`,
		sent: reply.Result{Outcome: reply.Sent, ID: "YX52RZEBhH9mrcYdEJuD", URL: "https://www.wildberries.ru/catalog/9/feedbacks"},
		says: map[int]string{
			400: `{"data":null,"error":true,"errorText":"Bad length of the answer","additionalErrors":null}`,
			422: `{"title":"unprocessable","detail":"Bad length of the answer","status":422}`,
		}, why: "Bad length of the answer",
	},
	"wildberries, changed": {
		host: "feedbacks-api.wildberries.ru", class: reply.Replaces, limit: byChars(5000), empty: true,
		block: "wildberries: {token: wt}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "YX52", URL: "https://www.wildberries.ru/catalog/9/feedbacks"},
		found: `{"data":{"id":"YX52","answer":{"text":"before","state":"wbRu","editable":true}},"error":false}`,
		want: `GET /api/v1/feedback?id=YX52
Authorization: wt

PATCH /api/v1/feedbacks/answer
Authorization: wt
Content-Type: application/json
{"id":"YX52","text":$TEXT}`,
		sent: reply.Result{Outcome: reply.Sent, ID: "YX52", URL: "https://www.wildberries.ru/catalog/9/feedbacks"},
	},
	"ozon": {
		looks: `POST /v1/review/comment/list
Api-Key: ok
Client-Id: 123
Content-Type: application/json
{"limit":100,"offset":0,"review_id":"018f-77","sort_dir":"DESC"}`,
		shown: `{"comments":[{"id":"c1","is_official":true,"is_owner":true,"text":$TEXT,"published_at":"2026-11-26T12:00:00.000Z"},{"id":"1","is_official":false,"is_owner":false,"text":$TEXT}],"offset":0}`,
		host:  "api-seller.ozon.ru", class: reply.Twice,
		block: "ozon: {client: \"123\", key: ok}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "018f-77", URL: "https://www.ozon.ru/product/5/reviews/"},
		want: `POST /v1/review/comment/create
Api-Key: ok
Client-Id: 123
Content-Type: application/json
{"mark_review_as_processed":true,"review_id":"018f-77","text":$TEXT}`,
		taken: `{"comment_id":"018f-c1"}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "018f-c1", URL: "https://www.ozon.ru/product/5/reviews/"},
		says: map[int]string{
			400: `{"code":3,"message":"not available with existing subscription","details":[]}`,
			403: `{"code":7,"message":"not available with existing subscription","details":[]}`,
		}, why: "not available with existing subscription",
	},
	"yandexmarket": {
		looks: `POST /v2/businesses/77/goods-feedback/comments?limit=50
Api-Key: yk
Content-Type: application/json
{"feedbackId":9000000001}`,
		shown: `{"status":"OK","result":{"comments":[{"id":2,"text":$TEXT,"author":{"type":"BUSINESS"},"status":"UNMODERATED"},{"id":1,"text":$TEXT,"author":{"type":"USER"}},{"id":1,"text":$TEXT,"author":{"type":"BUSINESS"},"status":"BANNED"},{"id":1,"text":$TEXT,"author":{"type":"BUSINESS"},"status":"DELETED"}]}}`,
		host:  "api.partner.market.yandex.ru", class: reply.Twice, limit: byChars(4096),
		block: "yandexmarket: {business: \"77\", key: yk}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "9000000001", URL: "https://partner.market.yandex.ru/business/77/reviews"},
		want: `POST /v2/businesses/77/goods-feedback/comments/update
Api-Key: yk
Content-Type: application/json
{"comment":{"text":$TEXT},"feedbackId":9000000001}`,
		taken: `{"status":"OK","result":{"id":501,"text":"x","canModify":true,"author":{"type":"BUSINESS","name":"Romashka"},"status":"UNMODERATED","feedbackId":9000000001}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "501", URL: "https://partner.market.yandex.ru/business/77/reviews", Held: true},
		says: map[int]string{
			400: `{"status":"ERROR","errors":[{"code":"BAD_REQUEST","message":"Text is too long"}]}`,
			403: `{"status":"ERROR","errors":[{"code":"FORBIDDEN","message":"Text is too long"}]}`,
		}, why: "Text is too long",
	},
	"yandexmarket, refused by moderators": {
		host: "api.partner.market.yandex.ru", class: reply.Twice, limit: byChars(4096),
		block: "yandexmarket: {business: \"77\", key: yk}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "9000000001"},
		want: `POST /v2/businesses/77/goods-feedback/comments/update
Api-Key: yk
Content-Type: application/json
{"comment":{"text":$TEXT},"feedbackId":9000000001}`,
		taken: `{"status":"OK","result":{"id":502,"status":"PUBLISHED","feedbackId":9000000001}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "502"},
		says:  map[int]string{200: `{"status":"OK","result":{"id":503,"status":"BANNED","feedbackId":9000000001}}`}, why: "BANNED",
		trouble: `{"status":"OK"}`,
	},
	"trustpilot": {
		looks: "GET /v1/reviews/5e3de1b45fb06f0001790b51\nAuthorization: Bearer minted\nApikey: tk",
		shown: `{"id":"5e3de1b45fb06f0001790b51","text":"x","companyReply":{"text":$TEXT,"createdAt":"2026-11-26T12:00:00"}}`,
		host:  "api.trustpilot.com", class: reply.Twice, loose: true, minted: true,
		block: "trustpilot: {business: bu, key: tk, secret: ts, user: u1}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "5e3de1b45fb06f0001790b51", URL: "https://www.trustpilot.com/reviews/5e3de1b45fb06f0001790b51"},
		want: `POST /v1/oauth/oauth-business-users-for-applications/accesstoken
Authorization: Basic dGs6dHM=
Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials

POST /v1/private/reviews/5e3de1b45fb06f0001790b51/reply
Authorization: Bearer minted
Apikey: tk
Content-Type: application/json
{"authorBusinessUserId":"u1","message":$TEXT}`,
		sent: reply.Result{Outcome: reply.Sent, ID: "5e3de1b45fb06f0001790b51", URL: "https://www.trustpilot.com/reviews/5e3de1b45fb06f0001790b51"},
	},
	"reddit": {
		host: "oauth.reddit.com", class: reply.Twice, limit: byChars(10000), renews: "refresh_token: r, client_id: c, client_secret: s",
		block: "reddit: {subreddits: [ukraine], token: rt}\nreply: {as: romashka_support}",
		post:  mention.Post{ID: "t1_c1znqz2", URL: "https://www.reddit.com/r/ukraine/comments/hzko5/x/c1znqz2/"},
		want: `POST /api/comment
Authorization: Bearer rt
Content-Type: application/x-www-form-urlencoded
api_type=json&text=$REDDIT&thing_id=t1_c1znqz2`,
		taken: `{"json":{"errors":[],"data":{"things":[{"kind":"t1","data":{"id":"c9","name":"t1_c9","permalink":"/r/ukraine/comments/hzko5/x/c9/"}}]}}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "t1_c9", URL: "https://www.reddit.com/r/ukraine/comments/hzko5/x/c9/"},
		says: map[int]string{
			200: `{"json":{"errors":[["TOO_LONG","this is too long (max: 10000)","text"]]}}`,
			403: `{"message":"this is too long (max: 10000)","error":403}`,
		}, why: "this is too long (max: 10000)",
		wait: 122500 * time.Millisecond, later: map[int]string{200: `{"json":{"ratelimit":122.5,"errors":[["RATELIMIT","Looks like you've been doing that a lot. Take a break for 2 minutes before trying again.","ratelimit"]]}}`},
		trouble: `{"json":{"errors":[]}}`,
	},
	"reddit, by a feed": {
		host: "oauth.reddit.com", class: reply.Twice, limit: byChars(10000),
		block: "reddit: {feed: \"https://www.reddit.com/.rss?feed=ab\", token: rt}\nreply: {as: romashka_support}",
		post:  mention.Post{ID: "t3_hzko5", URL: "https://www.reddit.com/r/ukraine/comments/hzko5/x/"},
		want: `POST /api/comment
Authorization: Bearer rt
Content-Type: application/x-www-form-urlencoded
api_type=json&text=$REDDIT&thing_id=t3_hzko5`,
		taken: `{"json":{"errors":[],"data":{"things":[{"kind":"t1","data":{"name":"t1_d1"}}]}}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "t1_d1", URL: "https://www.reddit.com/r/ukraine/comments/hzko5/x/"},
	},
}
