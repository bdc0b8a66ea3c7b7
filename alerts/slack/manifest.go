package slack

import (
	"fmt"
	"io"
)

// manifest is the app as Slack wants it. It is written out, not built from
// structs, so that every scope stands beside its reason.
const manifest = `# The Slack app of earshot. Paste this at https://api.slack.com/apps?new_app=1 ("From a manifest").
display_information:
  name: earshot
  description: Complaints about you, heard in public, in front of the right person
  background_color: "#1d3557"
features:
  bot_user:
    display_name: earshot
    always_online: true
  app_home: # one's own cases, and what waits
    home_tab_enabled: true
    messages_tab_enabled: false
  slash_commands:
    - command: /earshot
      description: Find complaints, see how earshot stands, pause a source, propose a change
      usage_hint: "find WORDS · status · mutes · pause SOURCE · help"
      should_escape: false
%soauth_config:
  scopes:
    bot:
      - chat:write        # posts alerts, redraws them, tells who lost a claim
      - channels:history  # looks whether a message in doubt was taken, in public channels
      - groups:history    # the same in private channels
      - channels:read     # finds a channel by the name in the watchlist
      - groups:read       # the same for private channels
      - users:read        # the names of those who press buttons, and people that a route names: notify
      - users:read.email  # people that notify names by their e-mail address
      - usergroups:read   # groups that a route names: notify
      - commands          # /earshot
settings:
  interactivity:
    is_enabled: true
%s  event_subscriptions:
%s    bot_events:
      - app_home_opened # draws the Home tab
  org_deploy_enabled: false
  socket_mode_enabled: %t
  token_rotation_enabled: false
`

// Manifest writes the app manifest as YAML. With an interactions address (https://…/slack/interactions)
// buttons and commands come as signed requests, without one by Socket Mode.
func Manifest(w io.Writer, interactions string) error {
	command, request := "", ""
	if interactions != "" {
		command = fmt.Sprintf("      url: %q\n", interactions)
		request = fmt.Sprintf("    request_url: %q\n", interactions)
	}
	_, err := fmt.Fprintf(w, manifest, command, request, request, interactions == "")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}
